"""What speaks for or against a reading of a written field besides the classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.lost_ink import lost_ink
from forms_app.reading.print_alignment import PRINT_THRESHOLD
from forms_app.reading.types import (
    Decoded,
    FieldCrop,
    InkImage,
    InkState,
    Segmentation,
)

_BARS = frozenset("1Il")
# Ink this near to print may go on under it; from this share of a bar's top it probably does.
_NEAR_PRINT_PX = 3
_MEETS = 0.15


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts about a written field that no probability holds.

    Attributes:
        ink_share: share of the field's own boxes that is inked.
        stray_ink: share of that ink outside the boxes of the characters read.
        inner_gaps: empty cells between written ones.
        lone_letters: characters that an empty cell parts from all others.
        struck_cells: cells that are struck out.
        perhaps_struck: characters that may be struck out.
        beside: largest share of a cell's ink that stands beside its character.
        bars_on_print: bars (1, I, l) whose top meets a printed line, which may hide a 7's top.
        lost_ink: writing that shows in the scan and is not in the ink, as a multiple of the ink.
        residual_px: registration residual at the field; None where it could not be measured.
    """

    ink_share: float
    stray_ink: float
    inner_gaps: int
    lone_letters: int
    struck_cells: int
    perhaps_struck: int
    beside: float
    bars_on_print: int
    lost_ink: float
    residual_px: float | None


def gather_evidence(
    crop: FieldCrop, segmentation: Segmentation, decoded: Decoded, residual_px: float | None
) -> Evidence:
    """Look at the crop and its segmentation beside what was read."""
    ink_px, area_px = _count(crop.ink, crop.cells or (crop.box,))
    read_boxes = [c.box for c in decoded.characters if c.box is not None]
    covered_px = _covered(crop, read_boxes) if read_boxes else 0
    states = segmentation.cell_states
    written = [i for i, state in enumerate(states) if state is InkState.WRITTEN]
    inner = states[written[0] : written[-1] + 1] if written else ()
    return Evidence(
        ink_share=ink_px / max(1, area_px),
        stray_ink=max(0.0, 1 - covered_px / ink_px) if ink_px else 0.0,
        inner_gaps=sum(state is InkState.EMPTY for state in inner),
        lone_letters=_lone(inner),
        struck_cells=sum(state is InkState.STRUCK_OUT for state in states),
        perhaps_struck=segmentation.perhaps_struck,
        beside=max((glyph.beside for glyph in segmentation.glyphs), default=0.0),
        bars_on_print=sum(
            _top_meets_print(crop, c.box)
            for c in decoded.characters
            if c.value in _BARS and c.box is not None
        ),
        lost_ink=lost_ink(crop),
        residual_px=residual_px,
    )


def _lone(states: Sequence[InkState]) -> int:
    """How many written cells have an empty one, or the end, on either side; 0 without any gap."""
    words = "".join("x" if state is not InkState.EMPTY else " " for state in states).split()
    return sum(len(word) == 1 for word in words) if len(words) > 1 else 0


def _top_meets_print(crop: FieldCrop, box: Box) -> bool:
    """Whether the top quarter of a character's ink runs into the print around it."""
    top = Box(box.x, box.y, box.width, 0.25 * box.height).expanded(_NEAR_PRINT_PX)
    rows, columns = top.clipped(crop.ink.shape[1], crop.ink.shape[0]).as_slices()
    ink = np.greater(crop.ink[rows, columns], 0)
    printed = np.greater_equal(crop.printed[rows, columns], PRINT_THRESHOLD)
    reach = 2 * _NEAR_PRINT_PX + 1
    grown = cv2.dilate(printed.view(np.uint8), np.ones((reach, reach), np.uint8))
    near = np.greater(np.asarray(grown, np.uint8), 0)
    meeting = int(np.count_nonzero(ink & near & ~printed))
    return meeting > _MEETS * max(1, int(np.count_nonzero(ink)))


def ink_share(crop: FieldCrop) -> float:
    """Share of the field's own boxes that is inked."""
    ink_px, area_px = _count(crop.ink, crop.cells or (crop.box,))
    return ink_px / max(1, area_px)


def _count(ink: InkImage, boxes: tuple[Box, ...]) -> tuple[int, int]:
    """(inked pixels, all pixels) within the boxes."""
    ink_px, area_px = 0, 0
    for box in boxes:
        rows, columns = box.clipped(ink.shape[1], ink.shape[0]).as_slices()
        ink_px += int(np.count_nonzero(ink[rows, columns]))
        area_px += ink[rows, columns].size
    return ink_px, area_px


def _covered(crop: FieldCrop, read: list[Box]) -> int:
    """Inked pixels of the field's own boxes that lie in a character's box."""
    mask: InkImage = np.zeros(crop.ink.shape, np.uint8)
    for box in read:
        rows, columns = box.expanded(1).clipped(mask.shape[1], mask.shape[0]).as_slices()
        mask[rows, columns] = 1
    return _count(np.where(mask > 0, crop.ink, 0).astype(np.uint8), crop.cells or (crop.box,))[0]
