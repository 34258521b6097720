"""Ones with a flag and sevens with a bar, as they are written outside North America.

EMNIST and MNIST come from one country, where a 1 is a plain stroke; a 1 that begins with a flag
then passes for a 7. Both figures are drawn here from pen strokes over the range of shapes that
handwriting manuals show: what parts them is the angle between the first stroke and the stem, acute
in a 1 (25 to 62 degrees), nearly right in a 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.glyphs import frame_glyph
from forms_app.training.sample_sets import Source
from forms_app.training.strokes import StrokeStore, draw_strokes, pack_strokes
from forms_app.training.targets import class_indices
from forms_app.training.warps import CANVAS_PX, LONG_SIDE_PX

_EACH = 800
_PEN_PX = 5.0
Strokes = list[list[list[float]]]


def continental(characters: str, rng: np.random.Generator) -> Source:
    """Drawn ones and sevens, as a source by pen strokes.

    Args:
        characters: the charset; must hold 1 and 7.
        rng: decides the shapes.
    """
    drawn = [_one(rng) for _ in range(_EACH)] + [_seven(rng) for _ in range(_EACH)]
    labels = np.repeat(np.array(["1", "7"]), _EACH)
    store = pack_strokes(drawn)
    zeros = np.zeros(len(labels), np.float32)
    bitmaps = np.stack([_bitmap(store, index) for index in range(len(store))])
    return Source(
        bitmaps,
        class_indices(labels, characters),
        zeros,
        zeros,
        strokes=store,
        stroke_index=np.arange(len(labels)),
    )


def _one(rng: np.random.Generator) -> Strokes:
    """Flag up to the apex, stem down, now and then a foot; height 1, y down."""
    length, angle = rng.uniform(0.2, 0.62), np.deg2rad(rng.uniform(28, 65))
    lean = rng.normal(0, 0.07)
    start = [-length * np.cos(angle), length * np.sin(angle)]
    bow = rng.normal(0, 0.03)
    bent = [start[0] / 2 + bow, start[1] / 2 + bow]
    strokes: Strokes = [[start, bent, [0.0, 0.0], [lean / 2, 0.5], [lean, 1.0]]]
    if rng.random() < 0.15:
        left, right = rng.uniform(0.1, 0.3, 2)
        strokes.append([[lean - left, 1.0], [lean + right, 1.0]])
    return strokes


def _seven(rng: np.random.Generator) -> Strokes:
    """Bar, stem down to the left, often a cross stroke, now and then a serif."""
    width, tilt = rng.uniform(0.35, 0.75), np.deg2rad(rng.uniform(-12, 12))
    foot = -rng.uniform(0.03, 0.45)
    bow = rng.normal(0.04, 0.04)
    start = [-width, width * float(np.tan(tilt))]
    stem = [[0.0, 0.0], [foot * 0.4 + bow, 0.45], [foot, 1.0]]
    bar: list[list[float]] = [start]
    if rng.random() < 0.25:
        bar.insert(0, [start[0], start[1] + rng.uniform(0.06, 0.15)])
    strokes: Strokes = [[*bar, *stem]]
    if rng.random() < 0.45:
        at, reach = rng.uniform(0.38, 0.6), rng.uniform(0.12, 0.26)
        slope = rng.normal(0, 0.05)
        middle = foot * at
        strokes.append([[middle - reach, at + slope], [middle + reach, at - slope]])
    return strokes


def _bitmap(store: StrokeStore, index: int) -> NDArray[np.uint8]:
    canvas: NDArray[Any] = np.zeros((CANVAS_PX, CANVAS_PX), np.uint8)
    strokes = [s * np.float32(LONG_SIDE_PX) + CANVAS_PX / 2 for s in store.strokes_of(index)]
    draw_strokes(strokes, canvas, _PEN_PX)
    return frame_glyph(canvas)
