"""Comb fields: one glyph for each written cell, from the ink that belongs to it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.comb_cells import assign_ink
from forms_app.reading.components import find_components, tight_box
from forms_app.reading.geometry import Box
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.strike_out import is_scrawled, is_struck_cell, is_struck_line
from forms_app.reading.types import FieldCrop, Glyph, InkImage, InkState, Segmentation

# Ink of a real mark in a cell: area and reach as shares of the cell's height.
_LEAST_AREA = 0.045
_LEAST_REACH = 0.10
# Share of the ink in one piece over many cells that is a scrawl; the rest may be another field's.
_SCRAWL_SHARE = 0.5
# Paper this wide (share of the cell's width) divides two characters that share a cell.
_GAP = 0.03


def segment_comb(crop: FieldCrop) -> Segmentation:
    """One glyph for each written cell.

    Args:
        crop: a crop with at least one cell.

    Returns:
        n + 1 nodes for n cells; `cell_states` for each cell; empty cells (and struck ones) have
        no glyph and stand in `gaps`.
    """
    ink = crop.ink
    pieces = find_components(ink)
    if is_struck_line(ink, crop.cells) or is_scrawled(pieces, _SCRAWL_SHARE):
        states = (InkState.STRUCK_OUT,) * len(crop.cells)
        return _assemble(states, [])
    owner = assign_ink(ink, pieces, crop.cells)
    found = [_read_cell(ink, owner, index, cell) for index, cell in enumerate(crop.cells)]
    return _assemble(tuple(s for s, _ in found), [g for _, g in found if g is not None])


def _assemble(states: tuple[InkState, ...], glyphs: list[Glyph]) -> Segmentation:
    if any(s is InkState.WRITTEN for s in states):
        state = InkState.WRITTEN
    elif any(s is InkState.STRUCK_OUT for s in states):
        state = InkState.STRUCK_OUT
    else:
        state = InkState.EMPTY
    gaps = tuple(i for i, s in enumerate(states) if s is not InkState.WRITTEN)
    return Segmentation(state, tuple(glyphs), len(states) + 1, states, gaps)


def _read_cell(
    ink: InkImage, owner: NDArray[np.int16], index: int, cell: Box
) -> tuple[InkState, Glyph | None]:
    left = max(0, int(cell.x - cell.width))
    right = min(ink.shape[1], int(cell.right + cell.width) + 1)
    mine = np.equal(owner[:, left:right], index)
    own = np.multiply(ink[:, left:right], mine, dtype=np.uint8)
    box = tight_box(own)
    if box is None or not _is_written(own, box, cell):
        return InkState.EMPTY, None
    rows, columns = box.as_slices()
    tight = own[rows, columns]
    if is_struck_cell(tight, cell):
        return InkState.STRUCK_OUT, None
    glyph = Glyph(
        image=frame_glyph(tight),
        box=box.shifted(left, 0),
        start=index,
        end=index + 1,
        relative_height=box.height / cell.height,
        relative_bottom=(box.bottom - cell.y) / cell.height,
        beside=_share_beside(tight, cell),
    )
    return InkState.WRITTEN, glyph


def _share_beside(tight: InkImage, cell: Box) -> float:
    """Share of a cell's ink in the second of the parts that paper divides from left to right."""
    weight = np.count_nonzero(tight, axis=0)
    edges = np.flatnonzero(np.diff(np.greater(weight, 0).view(np.int8), prepend=0, append=0))
    starts, ends = edges[::2], edges[1::2]
    wide = starts[1:] - ends[:-1] >= max(2.0, _GAP * cell.width)
    parts = np.sort(np.add.reduceat(weight, np.r_[starts[0], starts[1:][wide]]))
    if len(parts) < 2 or parts[-2] < _least_ink(cell):
        return 0.0
    return float(parts[-2] / weight.sum())


def _least_ink(cell: Box) -> float:
    return max(6.0, (_LEAST_AREA * cell.height) ** 2 * 2)


def _is_written(own: InkImage, box: Box, cell: Box) -> bool:
    """Enough ink inside the cell, large enough to be at least a full stop."""
    reach = max(box.width, box.height)
    inside = own[max(0, round(cell.y)) : round(cell.bottom)]
    return cv2.countNonZero(inside) >= _least_ink(cell) and reach >= _LEAST_REACH * cell.height
