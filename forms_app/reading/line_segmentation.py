"""Free writing in one box: a lattice in which every sensible cut into characters is a path.

The lattice's nodes are the boundaries between pieces; an edge joins up to six neighbouring
pieces into one glyph. `log_prior` is the log-probability that the boundary at its end is a true
one and those inside it are not, so the priors of a path add up to the probability of its cuts.

Spaces: `gaps` lists the nodes where the room between two pieces is a word's: a path that passes
through such a node has a space there.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from forms_app.reading.components import find_components
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.line_pieces import Piece, find_pieces, is_dust
from forms_app.reading.strike_out import is_scrawled, is_struck_run
from forms_app.reading.types import FieldCrop, Glyph, InkImage, InkState, Segmentation
from forms_app.reading.writing_line import WritingLine

_MOST_PIECES = 6
# More pieces than any line of writing has: a smudge, a stamp, another form's print.
_TOO_MANY = 150
# In character heights: no character is wider; beyond the second number it becomes improbable.
_WIDEST = 1.9
_USUAL_WIDTH = 0.95
_WORD_GAP = 0.42
# Share of the ink in one piece that is a scrawl: characters on a line touch, seldom all of them.
_SCRAWL_SHARE = 0.9


def segment_line(crop: FieldCrop) -> Segmentation:
    """The lattice of a line; EMPTY, STRUCK_OUT or UNREADABLE (several rows, nothing but specks) has
    no glyphs.

    Args:
        crop: the crop of a field with layout `line`.
    """
    found = find_pieces(crop.ink, crop.box)
    if found is None:
        return Segmentation(InkState.EMPTY, (), 1)
    line, pieces = found
    rows, columns = crop.box.clipped(crop.ink.shape[1], crop.ink.shape[0]).as_slices()
    own = crop.ink[rows, columns]
    if is_struck_run(own, line.height_px):
        return Segmentation(InkState.STRUCK_OUT, (), 1)
    specks = is_dust(max(piece.box.height for piece in pieces), crop.box)
    if specks or line.row_count > 1 or len(pieces) > _TOO_MANY:
        return Segmentation(InkState.UNREADABLE, (), 1)
    glyphs = tuple(
        _glyph(pieces, start, end, line)
        for start in range(len(pieces))
        for end in range(start + 1, min(len(pieces), start + _MOST_PIECES) + 1)
        if end == start + 1 or _may_be_one(pieces[start:end], line)
    )
    return Segmentation(
        InkState.WRITTEN,
        glyphs,
        len(pieces) + 1,
        gaps=_word_gaps(pieces, line),
        is_scrawled=is_scrawled(find_components(own), _SCRAWL_SHARE),
    )


def _may_be_one(pieces: list[Piece], line: WritingLine) -> bool:
    box = bounding_box([p.box for p in pieces])
    return box.width <= _WIDEST * line.height_px and _room(pieces) <= 0.3 * line.height_px


def _room(pieces: list[Piece]) -> float:
    """The widest gap between neighbours, in pixels."""
    return max(b.box.x - a.box.right for a, b in pairwise(pieces))


def _glyph(pieces: list[Piece], start: int, end: int, line: WritingLine) -> Glyph:
    part = pieces[start:end]
    box = bounding_box([p.box for p in part])
    return Glyph(
        image=frame_glyph(_paste(part, box)),
        box=box,
        start=start,
        end=end,
        relative_height=box.height / line.height_px,
        relative_bottom=1.0 + (box.bottom - line.baseline_px) / line.height_px,
        log_prior=_log_prior(pieces, start, end, box.width / line.height_px),
    )


def _paste(pieces: list[Piece], box: Box) -> InkImage:
    ink = np.zeros((int(box.height), int(box.width)), np.uint8)
    for piece in pieces:
        rows, columns = piece.box.shifted(-box.x, -box.y).as_slices()
        np.maximum(ink[rows, columns], piece.ink, out=ink[rows, columns])
    return ink


def _log_prior(pieces: list[Piece], start: int, end: int, width: float) -> float:
    """Log-probability of this edge's boundaries, less a penalty for improbable width."""
    inner = sum(math.log(1 - min(p.cut_before, 0.999)) for p in pieces[start + 1 : end])
    outer = math.log(pieces[end].cut_before) if end < len(pieces) else 0.0
    return inner + outer - 3.0 * max(0.0, width - _USUAL_WIDTH) ** 2


def _word_gaps(pieces: list[Piece], line: WritingLine) -> tuple[int, ...]:
    """Nodes at which a space stands: room wide in itself and against the usual room."""
    rooms = [(b.box.x - a.box.right) / line.height_px for a, b in pairwise(pieces)]
    open_rooms = [room for room in rooms if room > 0] or [0.0]
    close = [room for room in open_rooms if room < _WORD_GAP]
    usual = float(np.median(close if 2 * len(close) >= len(open_rooms) else open_rooms))
    least = max(_WORD_GAP, 2.2 * usual)
    return tuple(node for node, room in enumerate(rooms, start=1) if room > least)
