"""Writes recorded pen strokes again, with one pen, slant and shakiness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.training.strokes import draw_strokes
from forms_app.training.synthesis.handwriting import MASTER_PX, InkPatch, as_grey, placement_of

Strokes = tuple[NDArray[np.float32], ...]
WIDEST = 1.7
"""Of a character, in cap heights: recorded dashes and wide letters end here."""
_LONG_SIDES = {".": 0.06, ",": 0.25, "'": 0.25, "-": 0.45, "_": 0.7, "/": 1.15, ":": 0.55}


@dataclass(frozen=True, slots=True)
class Pen:
    """One person's way of writing: `width` in cap heights, `slant` as shift of x per y,
    `stretch` of widths, `shake` as the spread of points in cap heights."""

    width: float
    slant: float
    stretch: float
    shake: float


@dataclass(frozen=True, slots=True)
class PenWriter:
    """Writes with the recorded strokes of one person."""

    samples: Mapping[str, Sequence[Strokes]]
    pen: Pen

    @staticmethod
    def habits(rng: np.random.Generator) -> Pen:
        return Pen(
            width=float(np.clip(rng.lognormal(np.log(0.095), 0.3), 0.05, 0.18)),
            slant=float(rng.normal(0, 0.07)),
            stretch=float(rng.uniform(0.88, 1.12)),
            shake=float(rng.uniform(0.004, 0.018)),
        )

    def can_write(self, character: str) -> bool:
        return character in self.samples

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        """Raises: KeyError: nothing recorded (ask `can_write` first)."""
        known = self.samples[character]
        strokes = _shaken(known[int(rng.integers(len(known)))], self.pen, rng)
        strokes, height = _sized(strokes, character)
        top, bottom = placement_of(character)
        ink_top = (top + bottom) / 2 - height / 2 if character in _LONG_SIDES else bottom - height
        alpha = _drawn(strokes, self.pen.width * rng.uniform(0.92, 1.08), rng)
        margin = self.pen.width / 2
        return InkPatch(alpha, ink_top - margin, alpha.shape[0] / MASTER_PX)


def _shaken(strokes: Strokes, pen: Pen, rng: np.random.Generator) -> Strokes:
    """Turned, slanted and stretched as a whole, and bent a little, at a height of one."""
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    size = max(float((high - low).max()), 1e-6)
    angle, slant = np.deg2rad(rng.normal(0, 2.0)), pen.slant + rng.normal(0, 0.03)
    linear = np.array([[np.cos(angle), -np.sin(angle) - slant], [np.sin(angle), np.cos(angle)]])
    linear = linear @ np.diag([pen.stretch * rng.uniform(0.94, 1.06), 1.0])
    phase, amount = rng.uniform(0, 2 * np.pi, 2), rng.normal(0, pen.shake * 1.5, 2)
    moved = []
    for stroke in strokes:
        unit = (stroke - (low + high) / 2) / size
        bend = amount * np.sin(2 * np.pi * unit[:, ::-1] + phase)
        moved.append(((unit + bend) @ linear.T).astype(np.float32))
    return tuple(moved)


def _sized(strokes: Strokes, character: str) -> tuple[Strokes, float]:
    """Scaled to cap heights; their height."""
    every = np.concatenate(strokes)
    width, height = np.maximum(every.max(0) - every.min(0), 1e-6)
    if character in _LONG_SIDES:
        scale = _LONG_SIDES[character] / max(width, height)
    else:
        top, bottom = placement_of(character)
        scale = min((bottom - top) / height, WIDEST / width)
    return tuple((s * scale).astype(np.float32) for s in strokes), float(height * scale)


def _drawn(strokes: Strokes, width: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Ink of the strokes, `MASTER_PX` to a cap height, tight but for half a pen width."""
    every = np.concatenate(strokes) * MASTER_PX
    pen_px = max(2.0, width * MASTER_PX)
    low, high = every.min(0) - pen_px / 2, every.max(0) + pen_px / 2
    size = np.maximum(np.ceil(high - low).astype(int), 1)
    canvas = np.zeros((size[1], size[0]), np.uint8)
    pressure = (1 + rng.normal(0, 0.12, 6)).astype(np.float32)
    smooth = [_smooth(s * MASTER_PX - low.astype(np.float32)) for s in strokes]
    draw_strokes(smooth, canvas, pen_px, np.clip(pressure, 0.7, 1.3))
    return as_grey(cv2.GaussianBlur(canvas, (0, 0), 1.0))


def _smooth(stroke: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners that a tablet's coarse points have are rounded (two Chaikin steps)."""
    for _ in range(2):
        if len(stroke) < 3:
            return stroke
        first, second = stroke[:-1], stroke[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], 1)
        stroke = np.concatenate([stroke[:1], cut.reshape(-1, 2), stroke[-1:]])
    return stroke
