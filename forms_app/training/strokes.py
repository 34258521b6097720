"""Pen strokes of recorded characters, drawn with any pen.

UNIPEN and Chars74K record where the pen went, not what it left on paper; drawing the strokes
again with other widths and pressures gives many papers for one recording.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError

_FRACTION_BITS = 4


@dataclass(frozen=True)
class StrokeStore:
    """Strokes of many characters in three flat arrays.

    Attributes:
        points: (P, 2) float32 x, y with y down; each character fits -0.5..0.5 on its long side.
        stroke_starts: (S + 1,) index of each stroke's first point.
        character_starts: (N + 1,) index of each character's first stroke.
    """

    points: NDArray[np.float32]
    stroke_starts: NDArray[np.int64]
    character_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.character_starts) - 1

    def strokes_of(self, index: int) -> list[NDArray[np.float32]]:
        """The strokes of one character, each (n, 2) float32."""
        first, last = self.character_starts[index], self.character_starts[index + 1]
        bounds = self.stroke_starts[first : last + 1]
        return [self.points[a:b] for a, b in pairwise(bounds)]


def load_strokes(path: Path) -> StrokeStore:
    """Reads a `*_strokes.jsonl.gz` file of the data folder.

    Raises:
        DatasetError: missing or damaged file.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return pack_strokes([json.loads(line)["s"] for line in lines])
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DatasetError(f"{path}: cannot read pen strokes ({error}).") from error


def load_chars74k_strokes(path: Path, labels: list[str], writers: list[int]) -> StrokeStore:
    """Reads `chars74k_strokes.json.gz`: by label a list of writers, each a list of strokes.

    Args:
        path: the file.
        labels: (N,) character of each sample wanted.
        writers: (N,) its writer.

    Raises:
        DatasetError: missing or damaged file.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as text:
            by_label = json.load(text)
        return pack_strokes(
            [by_label[label][who] for label, who in zip(labels, writers, strict=True)]
        )
    except (OSError, ValueError, LookupError, EOFError) as error:
        raise DatasetError(f"{path}: cannot read pen strokes ({error}).") from error


def pack_strokes(characters: list[list[list[list[float]]]]) -> StrokeStore:
    """Puts characters, each a list of strokes of [x, y] points, into one store."""
    points: list[NDArray[np.float32]] = []
    stroke_starts, character_starts, total = [0], [0], 0
    for strokes in characters:
        arrays = [np.asarray(s, np.float32).reshape(-1, 2) for s in strokes if len(s)]
        for array in _unit(arrays):
            points.append(array)
            total += len(array)
            stroke_starts.append(total)
        character_starts.append(len(stroke_starts) - 1)
    return StrokeStore(
        np.concatenate(points) if points else np.zeros((0, 2), np.float32),
        np.array(stroke_starts),
        np.array(character_starts),
    )


def _unit(strokes: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Centres a character and scales its long side to one."""
    if not strokes:
        return strokes
    every = np.concatenate(strokes)
    low, high = every.min(0), every.max(0)
    size = max(float((high - low).max()), 1e-6)
    return [((s - (low + high) / 2) / size).astype(np.float32) for s in strokes]


def path_length(store: StrokeStore, index: int) -> float:
    """Length of ink of one character, in units of its long side."""
    return float(
        sum(np.linalg.norm(np.diff(s, axis=0), axis=1).sum() for s in store.strokes_of(index))
    )


def draw_strokes(
    strokes: list[NDArray[np.float32]],
    canvas: NDArray[np.uint8],
    width_px: float,
    pressure: NDArray[np.float32] | None = None,
) -> None:
    """Draws strokes onto a canvas, bright on dark.

    Args:
        strokes: each (n, 2) float32 in canvas pixels.
        canvas: (H, W) uint8, changed in place.
        width_px: pen width.
        pressure: optional (m,) factors around 1 that vary the width along each stroke.
    """
    scaled = [np.round(s * (1 << _FRACTION_BITS)).astype(np.int32) for s in strokes]
    for stroke in scaled:
        if len(stroke) == 1:
            centre = (int(stroke[0, 0]), int(stroke[0, 1]))
            radius = int(width_px / 2 * (1 << _FRACTION_BITS))
            cv2.circle(canvas, centre, radius, 255, -1, cv2.LINE_AA, _FRACTION_BITS)
        elif pressure is None:
            width = max(1, round(width_px))
            cv2.polylines(canvas, [stroke], False, 255, width, cv2.LINE_AA, _FRACTION_BITS)
        else:
            _draw_pressed(stroke, canvas, width_px, pressure)


def _draw_pressed(
    stroke: NDArray[np.int32],
    canvas: NDArray[np.uint8],
    width_px: float,
    pressure: NDArray[np.float32],
) -> None:
    parts = len(pressure)
    for part in range(parts):
        first = part * (len(stroke) - 1) // parts
        last = (part + 1) * (len(stroke) - 1) // parts
        if last > first:
            width = max(1, round(width_px * float(pressure[part])))
            piece = stroke[first : last + 1]
            cv2.polylines(canvas, [piece], False, 255, width, cv2.LINE_AA, _FRACTION_BITS)
