"""Drawings that are no characters: smileys, arrows, stars and the like, in shaky strokes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.training.warps import CANVAS_PX

_Strokes = list[NDArray[np.float64]]


def draw_doodle(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A smiley, arrow, star, heart, spiral, house, flower, zigzag or a wandering line."""
    drawing = _DOODLES[int(rng.integers(len(_DOODLES)))]
    canvas = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    turn = float(rng.normal(0, 0.15))
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    pen_px = int(rng.integers(2, 6))
    for stroke in drawing(rng):
        shaky = stroke + rng.normal(0, 0.015, stroke.shape)
        points = (CANVAS_PX / 2 + 22 * shaky @ rotate.T).round().astype(np.int32)
        cv2.polylines(canvas, [points], False, 255, pen_px, cv2.LINE_AA)
    return canvas


def _arc(x: float, y: float, radius: float, begin: float, end: float) -> NDArray[np.float64]:
    angle = np.linspace(begin, end, 28)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)


def _path(*points: tuple[float, float]) -> NDArray[np.float64]:
    return np.array(points, np.float64)


def _smiley(rng: np.random.Generator) -> _Strokes:
    mouth = _arc(0, 0.1, 0.5, 0.3, 2.8) if rng.random() < 0.7 else _arc(0, 0.8, 0.5, -2.8, -0.3)
    eyes = [_arc(x, -0.3, 0.08, 0, 6.4) for x in (-0.35, 0.35)]
    return [_arc(0, 0, 1, 0, 6.4), mouth, *eyes]


def _arrow(rng: np.random.Generator) -> _Strokes:
    way = float(rng.choice([-1, 1]))
    shaft, head = _path((-1, 0), (1, 0)), _path((0.5, -0.4), (1, 0), (0.5, 0.4))
    return [way * shaft, way * head]


def _star(rng: np.random.Generator) -> _Strokes:
    angle = -np.pi / 2 + np.arange(6) * 4 * np.pi / 5
    return [np.stack([np.cos(angle), np.sin(angle)], 1)]


def _heart(rng: np.random.Generator) -> _Strokes:
    t = np.linspace(0, 2 * np.pi, 40)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [np.stack([x, -y], 1) / 17]


def _spiral(rng: np.random.Generator) -> _Strokes:
    angle = np.linspace(0, float(rng.uniform(12, 20)), 90)
    radius = angle / angle[-1]
    return [np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)]


def _house(rng: np.random.Generator) -> _Strokes:
    return [
        _path((-0.8, 1), (-0.8, -0.1), (0.8, -0.1), (0.8, 1), (-0.8, 1)),
        _path((-1, -0.1), (0, -1), (1, -0.1)),
        _path((-0.2, 1), (-0.2, 0.4), (0.2, 0.4), (0.2, 1)),
    ]


def _flower(rng: np.random.Generator) -> _Strokes:
    centres = [(0.6 * np.cos(a), 0.6 * np.sin(a)) for a in np.arange(5) * 2 * np.pi / 5]
    return [_arc(0, 0, 0.25, 0, 6.4), *(_arc(x, y, 0.35, 0, 6.4) for x, y in centres)]


def _zigzag(rng: np.random.Generator) -> _Strokes:
    count = int(rng.integers(6, 11))
    x = np.linspace(-1, 1, count)
    return [np.stack([x, np.where(np.arange(count) % 2, -0.5, 0.5)], 1)]


def _wander(rng: np.random.Generator) -> _Strokes:
    """A pen that changes its way smoothly."""
    turns = np.cumsum(rng.normal(0, 0.35, 60))
    steps = np.stack([np.cos(turns), np.sin(turns)], 1)
    path = np.cumsum(steps, 0)
    path -= (path.max(0) + path.min(0)) / 2
    return [np.asarray(path / np.abs(path).max())]


_DOODLES: tuple[Callable[[np.random.Generator], _Strokes], ...] = (
    _smiley, _arrow, _star, _heart, _spiral, _house, _flower, _zigzag, _wander,
)  # fmt: skip
