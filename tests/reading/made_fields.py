"""Written fields, segmentations, log-probabilities and evidence made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from forms_app.reading.classifier import Charset
from forms_app.reading.evidence import Evidence
from forms_app.reading.form_template import Constraints, FieldKind, FormField, Layout, Option
from forms_app.reading.geometry import Box
from forms_app.reading.types import Glyph, InkState, LogProbabilities, Segmentation

CHARSET = Charset(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,-/:;'\"()+=#&%$€?!*_@"
)
REJECT = "reject"
REST = 1e-5
CELL_PX = 50
CLEAN = Evidence(
    ink_share=0.1,
    stray_ink=0.0,
    inner_gaps=0,
    lone_letters=0,
    struck_cells=0,
    perhaps_struck=0,
    beside=0.0,
    bars_on_print=0,
    lost_ink=0.0,
    residual_px=0.3,
)


def comb_field(kind: str, **constraints: Any) -> FormField:
    box = Box(0, 0, 8 * CELL_PX, 60)
    cells = tuple(Box(CELL_PX * i, 0, CELL_PX, 60) for i in range(8))
    return FormField(
        "code",
        1,
        FieldKind(kind),
        box,
        layout=Layout.COMB,
        cells=cells,
        constraints=Constraints(**constraints),
    )


def line_field(kind: str, **constraints: Any) -> FormField:
    return FormField(
        "code",
        1,
        FieldKind(kind),
        Box(0, 0, 400, 60),
        layout=Layout.LINE,
        constraints=Constraints(**constraints),
    )


def choice_field(kind: str = "choice", required: bool = False, values: str = "ABC") -> FormField:
    options = tuple(Option(v, Box(60 * i, 0, 40, 40)) for i, v in enumerate(values))
    return FormField(
        "answer",
        1,
        FieldKind(kind),
        Box(0, 0, 300, 40),
        options=options,
        constraints=Constraints(required=required),
    )


def likely(*glyphs: dict[str, float]) -> LogProbabilities:
    """One row for each glyph: the named characters' probabilities, hardly anything elsewhere."""
    rows = np.full((len(glyphs), CHARSET.size), REST)
    for row, named in zip(rows, glyphs, strict=True):
        for character, probability in named.items():
            index = CHARSET.reject_index if character == REJECT else CHARSET.index_of(character)
            row[index] = probability
    return np.log(rows / rows.sum(1, keepdims=True)).astype(np.float32)


def sure(text: str, probability: float = 0.98) -> LogProbabilities:
    """Every character of `text` is clear."""
    return likely(*({c: probability} for c in text if c != " "))


def glyph(
    start: int, end: int, height: float = 0.7, bottom: float = 0.85, log_prior: float = 0.0
) -> Glyph:
    box = Box(CELL_PX * start + 10, 8, CELL_PX * (end - start) - 20, 44)
    return Glyph(np.zeros((28, 28), np.uint8), box, start, end, height, bottom, log_prior)


def comb(pattern: str, heights: tuple[float, ...] = ()) -> Segmentation:
    """A comb: x is a written cell, a space an empty one, # a struck one."""
    states = {"x": InkState.WRITTEN, " ": InkState.EMPTY, "#": InkState.STRUCK_OUT}
    written = [i for i, mark in enumerate(pattern) if mark == "x"]
    sizes = heights or (0.7,) * len(written)
    return Segmentation(
        InkState.WRITTEN if written else InkState.EMPTY,
        tuple(glyph(i, i + 1, h) for i, h in zip(written, sizes, strict=True)),
        len(pattern) + 1,
        tuple(states[mark] for mark in pattern),
        tuple(i for i, mark in enumerate(pattern) if mark != "x"),
    )


def line(count: int, gaps: tuple[int, ...] = (), heights: tuple[float, ...] = ()) -> Segmentation:
    """A line whose pieces are one character each."""
    sizes = heights or (1.0,) * count
    glyphs = tuple(glyph(i, i + 1, h, 1.0) for i, h in enumerate(sizes))
    return Segmentation(InkState.WRITTEN, glyphs, count + 1, gaps=gaps)
