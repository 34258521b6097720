"""Tick boxes and bubbles: how likely a person meant to choose each, seen together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import FieldCrop, InkState, MarkReading

# Ink counts from this far outside the box (share of its size): ticks stick out.
_AROUND = 0.15
# Share of the box's inside that must be inked: probability 1/2, and how fast it rises (per
# doubling). Dust and line remains lie near 0.01, a single thin stroke near 0.06.
_HALF = 0.028
_STEEPNESS = 3.2
# A blackened box: share of ink, far above a cross or tick.
_BLACKENED = 0.5
_FILLED_PROBABILITY = 0.9
# A plain mark beside a blackened box, with at most this share of its ink, is the answer.
_PLAIN = 0.8
_LIGHTER = 0.65
_WITHDRAWN_PROBABILITY = 0.04


@dataclass(frozen=True, slots=True)
class _Ink:
    """Ink of one option's box: share of the inside, and how far it reaches across it."""

    fill: float
    reach: float


def read_mark(crop: FieldCrop, option_index: int | None = None) -> MarkReading:
    """One box by itself: an option of a choice, or the whole field where the index is None.

    A blackened box is a mark here; whether it withdraws one shows only beside the others
    (`read_marks`).
    """
    box = crop.box if option_index is None else crop.options[option_index]
    return _judge(_measure(crop, box))


def read_marks(crop: FieldCrop) -> tuple[MarkReading, ...]:
    """All options of a choice, in order, judged together.

    A blackened box is struck out (and not chosen) where another option is plainly marked with a
    lighter mark; alone it is how people fill in a bubble.
    """
    marks = tuple(read_mark(crop, index) for index in range(len(crop.options)))
    plain = [m.fill for m in marks if m.probability > _PLAIN]
    if not plain:
        return marks
    black = max(_BLACKENED, min(plain) / _LIGHTER)
    return tuple(_withdrawn(m) if m.fill >= black else m for m in marks)


def _withdrawn(mark: MarkReading) -> MarkReading:
    return replace(mark, probability=_WITHDRAWN_PROBABILITY, state=InkState.STRUCK_OUT)


def _measure(crop: FieldCrop, box: Box) -> _Ink:
    around = box.expanded(_AROUND * box.width, _AROUND * box.height)
    rows, columns = around.clipped(crop.ink.shape[1], crop.ink.shape[0]).as_slices()
    ink = crop.ink[rows, columns] > 0
    inside_rows, inside_columns = (
        box.expanded(-0.08 * box.width, -0.08 * box.height)
        .clipped(crop.ink.shape[1], crop.ink.shape[0])
        .as_slices()
    )
    inside = crop.ink[inside_rows, inside_columns] > 0
    if not inside.any():
        return _Ink(0.0, 0.0)
    _, _, width, height = cv2.boundingRect(ink.astype(np.uint8))
    return _Ink(float(inside.mean()), max(width / ink.shape[1], height / ink.shape[0]))


def _judge(ink: _Ink) -> MarkReading:
    if ink.fill <= 0:
        return MarkReading(0.01, InkState.EMPTY, 0.0)
    evidence = _STEEPNESS * np.log2(ink.fill / _HALF) + 4.0 * (ink.reach - 0.3)
    probability = float(np.clip(1 / (1 + np.exp(-evidence)), 0.01, 0.995))
    if ink.fill >= _BLACKENED:
        probability = min(probability, _FILLED_PROBABILITY)
    state = InkState.WRITTEN if probability >= 0.5 else InkState.EMPTY
    return MarkReading(probability, state, ink.fill)
