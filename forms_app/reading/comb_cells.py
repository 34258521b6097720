"""Which cell of a comb each piece of ink belongs to.

A character may cross its cell's line and stays whole; a piece as wide as two characters is cut at
its thinnest place near the line; dots and small strokes go with the character they stand by.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components
from forms_app.reading.geometry import Box
from forms_app.reading.types import InkImage

# A piece this many cells wide, with ink in two of them, is more than one character.
_WIDER_THAN_ONE = 1.3
# Share of a piece's ink that must lie in a second cell before it is looked at again.
_SHARED = 0.22
# A narrower piece may be two characters that touch, where it alone fills two cells before others.
_TWO_JOINED = 0.75
_HALF = 0.25
# In cell heights: smaller pieces may belong next door, if they stand this near to it.
_SMALL_PIECE = 0.35
_NEAR = 0.2
# Print between two cells takes away about this much ink (share of the cell's height).
_LINE = 0.08
# Smaller than this share of a character's ink a piece is dust.
_DUST = 0.015
# In cell heights: smaller than a full stop; as many of them at most are toner or dust.
_SPECK = 0.1
_FEW_SPECKS = 2
# Beyond the first and last cell ink still belongs to them, for this share of a cell's width.
_END_ROOM = 0.2

_Ints = NDArray[np.int64]


def assign_ink(ink: InkImage, pieces: Components, cells: tuple[Box, ...]) -> NDArray[np.int16]:
    """`(h, w)`: the index of the cell each ink pixel belongs to, -1 for none.

    Args:
        ink: `(h, w)`.
        pieces: its connected components.
        cells: of the comb.
    """
    zones = _cell_zones(ink.shape, cells)
    shares = _shares(pieces, zones, len(cells))
    homes = _homes(pieces, shares, cells)
    owner: NDArray[np.int16] = homes[pieces.labels]
    for label in _wide_pieces(pieces, shares, cells):
        _cut(owner, pieces, int(label), ink, cells)
    return owner


def _cell_zones(shape: tuple[int, ...], cells: tuple[Box, ...]) -> NDArray[np.int16]:
    """`(h, w)`: the cell each pixel is nearest to, -1 beyond the margins of its cell."""
    zones = np.full(shape, -1, np.int16)
    rooms = [max(1.0, after.x - here.right) for here, after in pairwise(cells)]
    room = 0.5 * min(min(rooms, default=np.inf), 0.3 * cells[0].width)
    for index, cell in enumerate(cells):
        left, right = cell.x - room, cell.right + room
        if index == 0:
            left -= _END_ROOM * cell.width
        if index == len(cells) - 1:
            right += _END_ROOM * cell.width
        zone = Box(left, cell.y, right - left, cell.height).expanded(0, 0.35 * cell.height)
        rows, columns = zone.clipped(shape[1], shape[0]).as_slices()
        zones[rows, columns] = index
    return zones


def _shares(pieces: Components, zones: NDArray[np.int16], cells: int) -> _Ints:
    """`(n + 1, cells + 1)`: pixels of each piece in each cell's zone; the last column is none."""
    at = np.flatnonzero(pieces.labels)
    labels = pieces.labels.reshape(-1)[at]
    where = zones.reshape(-1)[at]
    flat = labels.astype(np.int64) * (cells + 1) + where % (cells + 1)
    counts = np.bincount(flat, minlength=len(pieces.left) * (cells + 1))
    return np.asarray(counts.reshape(-1, cells + 1), np.int64)


def _homes(pieces: Components, shares: _Ints, cells: tuple[Box, ...]) -> NDArray[np.int16]:
    """`(n + 1,)`: the cell of each piece (most of its ink), -1 where it is a neighbour field's."""
    inside = shares[:, :-1]
    homes: NDArray[np.int16] = np.argmax(inside, 1).astype(np.int16)
    homes[inside.max(1, initial=0) == 0] = -1
    homes[shares[:, -1] > 0.6 * pieces.area] = -1
    homes[0] = -1
    heights = np.array([cell.height for cell in cells])
    large = np.maximum(pieces.width, pieces.height) >= _SMALL_PIECE * heights[homes]
    large &= homes >= 0
    homes[_lone_specks(homes, pieces, heights)] = -1
    if large.any():
        homes[pieces.area < _DUST * np.median(pieces.area[large])] = -1
        _join_small(homes, large, pieces, cells)
    return homes


def _lone_specks(
    homes: NDArray[np.int16], pieces: Components, heights: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Pieces too small for a full stop in a cell that holds one or two of them and nothing else.

    More of them may be what a fax left of a character.
    """
    small = np.maximum(pieces.width, pieces.height) < _SPECK * heights[homes]
    small &= homes >= 0
    few = np.bincount(homes[homes >= 0], minlength=len(heights)) <= _FEW_SPECKS
    holds_more = np.bincount(homes[(homes >= 0) & ~small], minlength=len(heights)) > 0
    return np.asarray(small & (few & ~holds_more)[homes])


def _join_small(
    homes: NDArray[np.int16], large: NDArray[np.bool_], pieces: Components, cells: tuple[Box, ...]
) -> None:
    """Move small pieces at a cell's edge to the character next door where that is nearer."""
    characters = np.flatnonzero(large)
    room = max(0.0, min((b.x - a.right for a, b in pairwise(cells)), default=0.0))
    for piece in np.flatnonzero(~large & (homes >= 0)):
        home = int(homes[piece])
        cell = cells[home]
        near = _NEAR * cell.height + room
        if cell.x + near <= pieces.left[piece] and pieces.right[piece] <= cell.right - near:
            continue
        gaps = _distances(pieces, int(piece), characters)
        foreign = homes[characters] != home
        own_gap = gaps[~foreign].min(initial=np.inf)
        other_gap = gaps[foreign].min(initial=np.inf)
        if other_gap <= near and other_gap < own_gap + _LINE * cell.height:
            homes[piece] = homes[characters[foreign][np.argmin(gaps[foreign])]]


def _distances(pieces: Components, piece: int, others: _Ints) -> NDArray[np.float64]:
    """Gaps between a piece's box and those of others, the larger of across and down."""
    across = np.maximum(
        pieces.left[piece] - pieces.right[others], pieces.left[others] - pieces.right[piece]
    )
    down = np.maximum(
        pieces.top[piece] - pieces.bottom[others], pieces.top[others] - pieces.bottom[piece]
    )
    return np.asarray(np.maximum(across, down).clip(0), np.float64)


def _wide_pieces(pieces: Components, shares: _Ints, cells: tuple[Box, ...]) -> _Ints:
    """Labels of pieces that are more than one character: wide, with ink in several cells."""
    pitch = _pitch(cells)
    spread = (shares[:, :-1] > _SHARED * pieces.area[:, None]).sum(1)
    third = (shares[:, :-1] > 0.1 * pieces.area[:, None]).sum(1) >= 3
    wide = (pieces.width > _WIDER_THAN_ONE * pitch) & ((spread >= 2) | third)
    wide[0] = False
    joined = _joined_pieces(pieces, shares[:, :-1], cells)
    return np.union1d(np.flatnonzero(wide), joined)


def _joined_pieces(pieces: Components, inside: _Ints, cells: tuple[Box, ...]) -> _Ints:
    """Labels of pieces that fill two cells in which nothing else is written.

    Were such a piece one character, its writer would have left a cell empty; only after the last
    character does one do so.
    """
    held = inside > _HALF * pieces.area[:, None]
    large = np.maximum(pieces.width, pieces.height) >= _SMALL_PIECE * cells[0].height
    large[0] = False
    written = held[large].sum(0)
    last = int(np.max(np.flatnonzero(written), initial=-1))
    return np.array(
        [
            label
            for label in np.flatnonzero(large & (pieces.width > _TWO_JOINED * _pitch(cells)))
            if _fills_two(np.flatnonzero(held[label]), written, last)
        ],
        np.int64,
    )


def _fills_two(own: _Ints, written: _Ints, last: int) -> bool:
    return bool(len(own) == 2 and own[1] == own[0] + 1 < last and np.all(written[own] == 1))


def _pitch(cells: tuple[Box, ...]) -> float:
    """Usual distance from one cell to the next."""
    if len(cells) == 1:
        return cells[0].width
    return float(np.median(np.abs(np.diff([c.centre[0] for c in cells]))))


def _cut(
    owner: NDArray[np.int16], pieces: Components, label: int, ink: InkImage, cells: tuple[Box, ...]
) -> None:
    """Divide a piece among the cells it spans, each cut at the thinnest column near the line."""
    left, right = int(pieces.left[label]), int(pieces.right[label])
    top, bottom = int(pieces.top[label]), int(pieces.bottom[label])
    mask = pieces.labels[top:bottom, left:right] == label
    weight = np.where(mask, ink[top:bottom, left:right], 0).sum(0, dtype=np.int64)
    middle = (top + bottom) / 2
    inside = [
        i
        for i, cell in enumerate(cells)
        if cell.y - 0.35 * cell.height <= middle <= cell.bottom + 0.35 * cell.height
        and min(right, cell.right) - max(left, cell.x) > 0.18 * cell.width
    ]
    part = owner[top:bottom, left:right]
    start = 0
    for here, after in pairwise(inside):
        line = (cells[here].right + cells[after].x) / 2 - left
        end = _thinnest(weight, line, 0.22 * cells[here].width)
        part[:, start:end][mask[:, start:end]] = here
        start = end
    if inside:
        part[:, start:][mask[:, start:]] = inside[-1]


def _thinnest(weight: _Ints, line: float, reach: float) -> int:
    """The column with the least ink near a cell line, the nearer one where equal."""
    first, last = max(0, int(line - reach)), min(len(weight) - 1, int(line + reach))
    columns = np.arange(first, last + 1)
    cost = weight[first : last + 1] + 255 * np.abs(columns - line) * 0.15
    return int(columns[np.argmin(cost)])
