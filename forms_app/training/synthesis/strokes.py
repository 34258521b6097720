"""Marks in tick boxes, signatures, scribbles and strike-outs, drawn as pen strokes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box

SUBPIXEL_BITS = 4


def draw_mark(
    ink: NDArray[np.uint8], box: Box, style: str, pen_px: int, rng: np.random.Generator
) -> None:
    """Marks a box in a style (cross, tick, fill, dash, dot); may stick out of it a little."""
    for stroke in _STYLES[style](rng):
        jittered = stroke + rng.normal(0, 0.05, stroke.shape)
        points = np.array([box.x, box.y]) + jittered * np.array([box.width, box.height])
        _polyline(ink, _curve(points), pen_px)


def _cross(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    low, high = rng.uniform(0.0, 0.25), rng.uniform(0.75, 1.05)
    return [
        np.array([[low, low], [0.5, 0.5], [high, high]]),
        np.array([[high, low], [0.5, 0.5], [low, high]]),
    ]


def _tick(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    reach = rng.uniform(0.9, 1.25)
    return [np.array([[0.1, 0.55], [0.4, 0.9], [reach, -0.1]])]


def _fill(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    rows = np.linspace(0.12, 0.88, int(rng.integers(6, 10)))
    zigzag = np.column_stack([np.where(np.arange(len(rows)) % 2, 0.88, 0.12), rows])
    return [zigzag, zigzag[:, ::-1]]


def _dash(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    return [np.array([[0.1, rng.uniform(0.4, 0.9)], [0.5, 0.5], [0.95, rng.uniform(0.1, 0.6)]])]


def _dot(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    turns = np.linspace(0, 4 * np.pi, 14)
    spiral = 0.5 + np.column_stack([np.cos(turns), np.sin(turns)]) * (turns / turns[-1])[
        :, None
    ] * (rng.uniform(0.1, 0.22))
    return [spiral]


_STYLES = {"cross": _cross, "tick": _tick, "fill": _fill, "dash": _dash, "dot": _dot}


def draw_scribble(ink: NDArray[np.uint8], box: Box, pen_px: int, rng: np.random.Generator) -> None:
    """A scrawl over a box that leaves it on all sides, once or to and fro: a mark withdrawn."""
    turns = int(rng.integers(7, 13))
    y = np.linspace(-0.15, 1.15, turns) + rng.normal(0, 0.05, turns)
    x = np.where(np.arange(turns) % 2, rng.uniform(1.1, 1.35), rng.uniform(-0.35, -0.1))
    there = np.column_stack([x, y]) + rng.normal(0, 0.05, (turns, 2))
    turned = there[:, ::-1] if rng.random() < 0.5 else there
    for stroke in (turned, turned[::-1, ::-1])[: 1 if rng.random() < 0.6 else 2]:
        _scaled(ink, stroke, box, pen_px)


def draw_strike(ink: NDArray[np.uint8], box: Box, pen_px: int, rng: np.random.Generator) -> None:
    """Strikes out what is written in a box: one line, two lines, or a zigzag along it.

    A narrow character is struck as widely as it is high.
    """
    box = box.expanded(max(0.0, 0.45 * (box.height - box.width)), 0.0)
    style = rng.choice(["line", "lines", "zigzag"], p=[0.45, 0.25, 0.3])
    heights = {"line": [0.5], "lines": [0.38, 0.64]}
    if style in heights:
        for height in heights[style]:
            ends = np.array([[-0.06, height], [0.5, height], [1.06, height]])
            ends[:, 1] += rng.normal(0, 0.05, 3) + np.linspace(-1, 1, 3) * rng.normal(0, 0.08)
            _scaled(ink, ends, box, pen_px)
        return
    turns = max(5, 2 * round(box.width / max(box.height, 1)) + 4)
    x = np.linspace(-0.03, 1.03, turns) + rng.normal(0, 0.15 / turns, turns)
    y = np.where(np.arange(turns) % 2, 0.85, 0.15) + rng.normal(0, 0.06, turns)
    _scaled(ink, np.column_stack([x, y]), box, pen_px)


def _scaled(ink: NDArray[np.uint8], stroke: NDArray[np.float64], box: Box, pen_px: int) -> None:
    points = np.array([box.x, box.y]) + stroke * np.array([box.width, box.height])
    _polyline(ink, _curve(points), pen_px)


def draw_signature(ink: NDArray[np.uint8], box: Box, pen_px: int, rng: np.random.Generator) -> None:
    """A flowing scrawl along the box."""
    turns = int(rng.integers(9, 16))
    x = np.linspace(0.08, rng.uniform(0.5, 0.9), turns) + rng.normal(0, 0.03, turns)
    y = 0.5 + np.where(np.arange(turns) % 2, 0.25, -0.25) * rng.uniform(0.3, 1.2, turns)
    points = np.array([box.x, box.y]) + np.column_stack([x, y]) * [box.width, box.height]
    _polyline(ink, _curve(points), pen_px)


def _curve(points: NDArray[np.float64], steps: int = 12) -> NDArray[np.float64]:
    """A Catmull-Rom spline through the points."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*pieces, points[-1:]])


def _polyline(ink: NDArray[np.uint8], points: NDArray[np.float64], pen_px: int) -> None:
    fixed = np.round(points * (1 << SUBPIXEL_BITS)).astype(np.int32)
    cv2.polylines(ink, [fixed], False, 255, pen_px, cv2.LINE_AA, SUBPIXEL_BITS)
