"""What paper, pens and scanners do to a character: applied to the canvas before framing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.training.warps import CANVAS_PX

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


def change_stroke(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Makes the pen fatter or finer by about a pixel of the framed glyph."""
    kernel = _CROSS if rng.random() < 0.5 else _DISC
    times = 1 + int(rng.random() < 0.3)
    if rng.random() < 0.55:
        return cv2.dilate(canvas, kernel, iterations=times).astype(np.uint8, copy=False)
    thin = cv2.erode(canvas, kernel, iterations=1)
    return thin.astype(np.uint8, copy=False) if thin.sum() > 0.35 * canvas.sum() else canvas


def to_one_bit(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Scans as black and white: blur, noise, threshold."""
    soft = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.4, 1.4))).astype(np.float32)
    soft += rng.standard_normal(soft.shape, dtype=np.float32) * float(rng.uniform(0, 25))
    return np.where(soft > rng.uniform(70, 150), 255, 0).astype(np.uint8)


def blur_and_noise(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Soft optics and sensor noise on the inked area."""
    soft = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.5, 2.2))).astype(np.float32)
    noise = rng.standard_normal(soft.shape, dtype=np.float32) * float(rng.uniform(2, 22))
    return np.clip(soft + noise * (soft > 8), 0, 255).astype(np.uint8)


def patchy_ink(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A dry pen or pencil: ink that fades in patches."""
    coarse = rng.uniform(0.25, 1.6, (8, 8)).astype(np.float32)
    field = cv2.resize(coarse, (CANVAS_PX, CANVAS_PX), interpolation=cv2.INTER_CUBIC)
    return np.clip(canvas * np.clip(field, 0.15, 1.0), 0, 255).astype(np.uint8)


def add_box_lines(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Leaves parts of the printed box around the character."""
    canvas = canvas.copy()
    level = int(rng.integers(90, 256))
    for _ in range(1 + int(rng.random() < 0.3)):
        width = int(rng.integers(1, 4))
        at = int(rng.choice((rng.integers(1, 10), rng.integers(54, 63))))
        first, last = sorted(int(v) for v in rng.integers(0, CANVAS_PX, 2))
        if rng.random() < 0.4:
            first, last = 0, CANVAS_PX - 1
        tilt = int(rng.integers(-2, 3))
        start, end = (first, at), (last, at + tilt)
        if rng.random() < 0.5:
            start, end = start[::-1], end[::-1]
        cv2.line(canvas, start, end, level, width, cv2.LINE_AA)
    return canvas


def add_neighbour(
    canvas: NDArray[np.uint8], other: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Lets a sliver of another character (a 64x64 canvas) reach in from the left or right."""
    reach = int(rng.integers(3, 11))
    columns = np.flatnonzero(other.max(0) > 60)
    if not len(columns):
        return canvas
    canvas = canvas.copy()
    if rng.random() < 0.5:
        piece = other[:, max(0, columns[-1] - reach) : columns[-1] + 1]
        view = canvas[:, : piece.shape[1]]
    else:
        piece = other[:, columns[0] : columns[0] + reach]
        view = canvas[:, CANVAS_PX - piece.shape[1] :]
    np.maximum(view, piece, out=view)
    return canvas


def add_specks(canvas: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Dust: a few dots no larger than a pen's tip."""
    canvas = canvas.copy()
    for x, y in rng.integers(6, CANVAS_PX - 6, (int(rng.integers(1, 4)), 2)):
        cv2.circle(canvas, (int(x), int(y)), int(rng.integers(0, 2)), 200, -1, cv2.LINE_AA)
    return canvas


def jitter_frame(glyph: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shifts and scales a framed glyph a little: other framings (MNIST's) and rough boxes."""
    scale = float(rng.uniform(0.82, 1.08))
    shift = rng.normal(0, 0.9, 2).clip(-2.2, 2.2)
    offset = 13.5 * (1 - scale) + shift
    matrix = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]], np.float32)
    return cv2.warpAffine(glyph, matrix, glyph.shape[::-1]).astype(np.uint8, copy=False)
