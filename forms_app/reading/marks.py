"""Tick boxes and bubbles: how likely a person meant to choose each, seen together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.strike_out import mean_crossings
from forms_app.reading.types import FieldCrop, InkState, MarkReading

# Ink counts from this far outside the box (share of its size): ticks stick out.
_AROUND = 0.15
# Share of the box's inside that must be inked: probability 1/2, and how fast it rises (per
# doubling). Dust and line remains lie near 0.01, a single thin stroke near 0.06.
_HALF = 0.028
_STEEPNESS = 3.2
# A blackened box: share of ink above any cross or tick, or half of it where strokes lie side by
# side, along or across; a tick in a thick pen meets two.
_BLACK = 0.75
_BLACKENED = 0.5
_STROKES = 2.3
_FILLED_PROBABILITY = 0.9
# Blackening that runs over two opposite sides of the box withdraws the option; whoever fills a box
# in stays within it. A side is run over where this share of its length is inked beyond the margin.
_SPILT_MARGIN, _SPILT_REACH = 0.12, 0.35
_SPILT_SHARE = 0.2
_SCRIBBLED_PROBABILITY = 0.1
# A plain mark beside a blackened box, with at most this share of its ink, is the answer.
_PLAIN = 0.8
_LIGHTER = 0.65
_WITHDRAWN_PROBABILITY = 0.04


@dataclass(frozen=True, slots=True)
class _Ink:
    """Ink of one option's box: share of the inside, how far it reaches across it, how many strokes
    lie side by side, and whether it runs over opposite sides of the box."""

    fill: float
    reach: float
    strokes: float = 0.0
    is_spilt: bool = False

    @property
    def is_black(self) -> bool:
        return self.fill >= _BLACK or (self.fill >= _BLACKENED and self.strokes >= _STROKES)

    @property
    def is_scribbled(self) -> bool:
        return self.is_black and self.is_spilt


def read_mark(crop: FieldCrop, option_index: int | None = None) -> MarkReading:
    """One box by itself: an option of a choice, or the whole field where the index is None.

    A blackened box is a mark here unless the blackening runs far over the box; whether it withdraws
    one otherwise shows only beside the others (`read_marks`).
    """
    box = crop.box if option_index is None else crop.options[option_index]
    return _judge(_measure(crop, box))


def read_marks(crop: FieldCrop) -> tuple[MarkReading, ...]:
    """All options of a choice, in order, judged together.

    A blackened box is struck out (and not chosen) where another option is plainly marked with a
    lighter mark; alone it is how people fill in a bubble.
    """
    inks = [_measure(crop, box) for box in crop.options]
    marks = tuple(_judge(ink) for ink in inks)
    plain = [m.fill for m, ink in zip(marks, inks, strict=True) if _is_plain(m, ink)]
    if not plain:
        return marks
    black = min(plain) / _LIGHTER
    return tuple(
        _withdrawn(m) if ink.is_black and ink.fill >= black else m
        for m, ink in zip(marks, inks, strict=True)
    )


def _is_plain(mark: MarkReading, ink: _Ink) -> bool:
    return mark.probability > _PLAIN and not ink.is_black


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
    reach = max(width / ink.shape[1], height / ink.shape[0])
    strokes = max(mean_crossings(inside), mean_crossings(inside.T))
    return _Ink(float(inside.mean()), reach, strokes, _is_spilt(crop, box))


def _is_spilt(crop: FieldCrop, box: Box) -> bool:
    """Whether ink runs over opposite sides of the box; print beside the box is not ink."""
    near_x, near_y = _SPILT_MARGIN * box.width, _SPILT_MARGIN * box.height
    far_x, far_y = (_SPILT_REACH - _SPILT_MARGIN) * box.width, _SPILT_REACH * box.height - near_y
    strips = (
        (Box(box.x, box.y - near_y - far_y, box.width, far_y), 0),
        (Box(box.x, box.bottom + near_y, box.width, far_y), 0),
        (Box(box.x - near_x - far_x, box.y, far_x, box.height), 1),
        (Box(box.right + near_x, box.y, far_x, box.height), 1),
    )
    above, below, left, right = (_is_inked(crop, strip, axis) for strip, axis in strips)
    return (above and below) or (left and right)


def _is_inked(crop: FieldCrop, strip: Box, axis: int) -> bool:
    rows, columns = strip.clipped(crop.ink.shape[1], crop.ink.shape[0]).as_slices()
    inked = np.greater(crop.ink[rows, columns], 0).any(axis)
    return bool(inked.size and inked.mean() >= _SPILT_SHARE)


def _judge(ink: _Ink) -> MarkReading:
    if ink.fill <= 0:
        return MarkReading(0.01, InkState.EMPTY, 0.0)
    evidence = _STEEPNESS * np.log2(ink.fill / _HALF) + 4.0 * (ink.reach - 0.3)
    probability = float(np.clip(1 / (1 + np.exp(-evidence)), 0.01, 0.995))
    if ink.is_black:
        probability = min(probability, _FILLED_PROBABILITY)
    if ink.is_scribbled:
        return MarkReading(_SCRIBBLED_PROBABILITY, InkState.STRUCK_OUT, ink.fill)
    state = InkState.WRITTEN if probability >= 0.5 else InkState.EMPTY
    return MarkReading(probability, state, ink.fill)
