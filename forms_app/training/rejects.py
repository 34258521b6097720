"""Non-characters for the reject class: what segmentation hands over by mistake."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.training.warps import CANVAS_PX

Canvas = NDArray[np.uint8]
Maker = Callable[[Canvas, Canvas, np.random.Generator], Canvas]


def two_characters(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """Two characters side by side, now and then touching.

    Two slim ones would be a quotation mark, a colon or an H; they become a struck-out character.
    """
    left, right = _tight(one), _tight(two)
    if _slim(left) and _slim(right):
        return struck_out(one, two, rng)
    height = int(rng.integers(30, 46))
    left, right = _to_height(left, height, rng), _to_height(right, height, rng)
    gap = int(rng.integers(-3, 9))
    width = left.shape[1] + right.shape[1] + max(gap, 0) + 4
    canvas = np.zeros((height + 8, max(width, CANVAS_PX)), np.uint8)
    top = int(rng.integers(0, 8))
    canvas[4 : 4 + height, 2 : 2 + left.shape[1]] = left
    at = max(2 + left.shape[1] + gap, 0)
    view = canvas[top : top + height, at : at + right.shape[1]]
    np.maximum(view, right[:, : view.shape[1]], out=view)
    return canvas


def neighbours_only(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """An empty cell into which the characters on both sides reach."""
    left, right = _tight(one), _tight(two)
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    for piece, at_left in ((left, True), (right, False)):
        reach = int(rng.integers(7, 16))
        height = min(piece.shape[0], CANVAS_PX)
        top = int(rng.integers(0, CANVAS_PX - height + 1))
        if at_left:
            part = piece[:height, -reach:]
            canvas[top : top + height, : part.shape[1]] = part
        else:
            part = piece[:height, :reach]
            canvas[top : top + height, CANVAS_PX - part.shape[1] :] = part
    return canvas


def struck_out(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """A character made void by several lines or a zigzag."""
    canvas = one.copy()
    width = int(rng.integers(3, 7))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(3, 7))):
            y0, y1 = (int(v) for v in rng.integers(10, 54, 2))
            x0, x1 = (int(v) for v in rng.integers(2, 14, 2))
            cv2.line(canvas, (x0, y0), (CANVAS_PX - x1, y1), 255, width, cv2.LINE_AA)
        return canvas
    turns = int(rng.integers(6, 13))
    x = np.linspace(rng.integers(4, 14), rng.integers(50, 60), turns)
    y = np.where(np.arange(turns) % 2, rng.uniform(6, 20), rng.uniform(44, 58))
    zigzag = np.stack([x, y + rng.normal(0, 3, turns)], 1).astype(np.int32)
    cv2.polylines(canvas, [zigzag], False, 255, width, cv2.LINE_AA)
    return canvas


def scribble(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """A pen going round and round or to and fro."""
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    count = int(rng.integers(12, 40))
    walk = rng.uniform(6, 58, (count, 2))
    if rng.random() < 0.5:
        angle = np.linspace(0, rng.uniform(20, 45), 90) + rng.normal(0, 0.15, 90)
        radius = rng.uniform(12, 27, 2) * np.linspace(rng.uniform(0.1, 0.4), 1.0, 90)[:, None]
        drift = np.linspace(-1, 1, 90)[:, None] * rng.uniform(-10, 10, 2)
        walk = 32 + drift + radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    width = int(rng.integers(2, 6))
    cv2.polylines(canvas, [walk.astype(np.int32)], False, 255, width, cv2.LINE_AA)
    return canvas


def specks(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """Three or more scattered dots, or crumbs of a removed line."""
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    if rng.random() < 0.5:
        points = rng.integers(4, 60, (int(rng.integers(4, 12)), 2))
    else:
        count = int(rng.integers(4, 9))
        along = np.sort(rng.integers(4, 60, count))
        across = np.clip(rng.normal(32, 1.5, count), 4, 60).astype(int)
        points = np.stack([along, across] if rng.random() < 0.5 else [across, along], 1)
    for x, y in points:
        axes = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        cv2.ellipse(canvas, (int(x), int(y)), axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    return canvas


def box_frame(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """A printed box, or a comb of three and more cells, left over whole."""
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    width = int(rng.integers(1, 4))
    right, bottom = int(rng.integers(50, 62)), int(rng.integers(34, 62))
    cv2.rectangle(canvas, (3, 3), (right, bottom), 255, width)
    for x in rng.integers(12, 48, int(rng.integers(0, 4))):
        cv2.line(canvas, (int(x), 3), (int(x), bottom), 255, width)
    if rng.random() < 0.3:
        rest = cv2.resize(_tight(one), (int(rng.integers(6, 20)), int(rng.integers(6, 20))))
        canvas[20 : 20 + rest.shape[0], 20 : 20 + rest.shape[1]] = rest
    return canvas


def smudge(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """A large irregular blot."""
    noise = rng.standard_normal((CANVAS_PX, CANVAS_PX)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), float(rng.uniform(2.5, 7.0)))
    axis = np.linspace(-1, 1, CANVAS_PX, dtype=np.float32)
    fall = axis[:, None] ** 2 * rng.uniform(0.8, 3) + axis[None, :] ** 2 * rng.uniform(0.8, 3)
    level = soft / (soft.std() + 1e-6) - 1.6 * fall + rng.uniform(0.2, 1.0)
    return (np.clip(level, 0, 1) * 255).astype(np.uint8)


MAKERS: tuple[tuple[Maker, float], ...] = (
    (two_characters, 0.40),
    (neighbours_only, 0.08),
    (struck_out, 0.20),
    (scribble, 0.12),
    (specks, 0.08),
    (box_frame, 0.05),
    (smudge, 0.07),
)


def draw_reject(one: Canvas, two: Canvas, rng: np.random.Generator) -> Canvas:
    """Draws one non-character of a random kind from two character canvases (64, 64)."""
    shares = np.array([share for _, share in MAKERS])
    maker = MAKERS[int(rng.choice(len(MAKERS), p=shares / shares.sum()))][0]
    return maker(one, two, rng)


def _tight(canvas: Canvas) -> Canvas:
    x, y, width, height = cv2.boundingRect((canvas > 60).astype(np.uint8))
    if not width or not height:
        return np.full((8, 4), 255, np.uint8)
    return canvas[y : y + height, x : x + width]


def _slim(piece: Canvas) -> bool:
    return piece.shape[1] < 0.45 * piece.shape[0]


def _to_height(piece: Canvas, height: int, rng: np.random.Generator) -> Canvas:
    """Resizes to a height, keeping very flat pieces from growing wide."""
    width = round(piece.shape[1] * height / piece.shape[0] * rng.uniform(0.8, 1.1))
    return cv2.resize(piece, (int(np.clip(width, 4, 48)), height)).astype(np.uint8, copy=False)
