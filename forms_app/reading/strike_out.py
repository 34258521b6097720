"""Ink that takes back what was written: blackened cells, lines drawn through a field."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.components import Components, find_components
from forms_app.reading.geometry import Box
from forms_app.reading.types import InkImage

# Share of its own box that scribbling blackens; a character in thick pen stays below.
_BLACK = 0.75
# Mean strokes met along a row and down a column; characters reach one of them at most.
_CROSSINGS = 4.0
# Both at once, for scribbles whose strokes run together.
_DENSE = 0.5
_SPARSE = 0.3
_DENSE_CROSSINGS = 2.7
_LARGE = 0.55
# A line through a field runs on for this many cells, or this share of those written in where they
# are few, or character heights.
_LINE_CELLS = 2.3
_WRITTEN_RUN = 0.9
_LINE_HEIGHTS = 2.2
# A cell with ink over less of its width is not written in; a line's end may reach into it.
_ENTERED = 0.25
# A zigzag over a text joins it into one piece this much wider than high, whose rows meet many
# strokes (in all, and for each height of its width) and whose columns meet few: it runs up and down
# between the characters. Of 540 fields by development writers none that was written had these, 61
# of 64 scrawled ones did that no line gives away.
_SCRAWL_WIDTH = 2.3
_SCRAWL_CROSSINGS, _SCRAWL_DENSITY = 5.0, 1.8
_SCRAWL_COLUMN = 2.2
# Slopes (down per right) at which a line through a field is looked for, besides level.
_SLOPES = (-0.48, -0.36, -0.24, -0.12, 0.12, 0.24, 0.36, 0.48)


def is_struck_cell(tight: InkImage, cell: Box) -> bool:
    """Whether the ink of one cell (cut to its box) is a scribble over a character."""
    height, width = tight.shape
    if height < _LARGE * cell.height or width < _LARGE * cell.width:
        return False
    written = np.greater(tight, 0)
    black = float(written.mean())
    if black < _SPARSE:
        return False
    crossings = min(mean_crossings(written), mean_crossings(written.T))
    return (
        black > _BLACK
        or crossings > _CROSSINGS
        or (black > _DENSE and crossings > _DENSE_CROSSINGS)
    )


def is_struck_line(ink: InkImage, cells: tuple[Box, ...]) -> bool:
    """Whether one stroke runs level through several cells, most of those that are written in."""
    if len(cells) < 2:
        return False
    cell = cells[0]
    rows = slice(
        max(0, round(cell.y + 0.15 * cell.height)), round(cell.bottom - 0.12 * cell.height)
    )
    written = sum(_inked_columns(ink, cell) > _ENTERED * cell.width for cell in cells)
    cells_run = min(_LINE_CELLS, _WRITTEN_RUN * max(2, written))
    return _is_run_through(ink[rows], cells_run * cell.width, 0.06 * cell.height)


def _inked_columns(ink: InkImage, cell: Box) -> int:
    rows, columns = cell.clipped(ink.shape[1], ink.shape[0]).as_slices()
    return int(np.count_nonzero(ink[rows, columns].any(axis=0)))


def is_struck_run(ink: InkImage, height_px: float) -> bool:
    """Whether one stroke runs level through a written line whose characters are this high."""
    return _is_run_through(ink, _LINE_HEIGHTS * height_px, 0.06 * height_px)


def is_scrawled(pieces: Components, least_share: float) -> bool:
    """Whether a zigzag runs over what is written.

    Args:
        pieces: the field's ink.
        least_share: share of all ink that the zigzag and what it joins must have.
    """
    if not pieces.count:
        return False
    widest = int(np.argmax(np.where(pieces.area > 0, pieces.width, 0)[1:])) + 1
    width, height = int(pieces.width[widest]), int(pieces.height[widest])
    if width < _SCRAWL_WIDTH * height:
        return False
    if pieces.area[widest] < least_share * pieces.area[1:].sum():
        return False
    top, left = int(pieces.top[widest]), int(pieces.left[widest])
    own = pieces.labels[top : top + height, left : left + width] == widest
    crossings = mean_crossings(own[height // 4 : max(height - height // 4, height // 4 + 1)])
    least = max(_SCRAWL_CROSSINGS, _SCRAWL_DENSITY * width / height)
    return crossings >= least and mean_crossings(own.T) < _SCRAWL_COLUMN


def _is_run_through(ink: InkImage, least_px: float, slack_px: float) -> bool:
    """Whether a straight stroke is at least this long and spans most of what is written.

    Sloping strokes are looked for where one piece of ink is as wide, in the sheared image.
    """
    if ink.shape[1] < least_px:
        return False
    if _has_level_run(ink, least_px, slack_px):
        return True
    if find_components(ink).width[1:].max(initial=0) < least_px:
        return False
    return any(_has_level_run(_sheared(ink, s), least_px, slack_px) for s in _SLOPES)


def _sheared(ink: InkImage, slope: float) -> InkImage:
    """Columns moved up or down so that strokes of this slope become level."""
    height, width = ink.shape
    room = int(abs(slope) * width) + 1
    matrix = np.array([[1.0, 0.0, 0.0], [slope, 1.0, room if slope < 0 else 0.0]])
    moved = cv2.warpAffine(ink, matrix, (width, height + room), flags=cv2.INTER_NEAREST)
    return np.asarray(moved, np.uint8)


def _has_level_run(ink: InkImage, least_px: float, slack_px: float) -> bool:
    """The same for nearly level strokes.

    Thickened up and down so that the stroke covers its row, then opened with a long line.
    """
    slack = max(3, round(slack_px)) | 1
    thick = cv2.dilate(np.greater(ink, 0).view(np.uint8), np.ones((slack, 1), np.uint8))
    if np.count_nonzero(thick, axis=1).max() < least_px:
        return False
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(0.6 * least_px)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    longest = float(stats[1:, cv2.CC_STAT_WIDTH].max()) if count > 1 else 0.0
    return longest > max(least_px, 0.6 * cv2.boundingRect(ink)[2])


def mean_crossings(written: NDArray[np.bool_]) -> float:
    """Mean number of strokes met along the rows."""
    starts = np.count_nonzero(written[:, 1:] > written[:, :-1]) + np.count_nonzero(written[:, 0])
    return starts / len(written)
