"""Ink that takes back what was written: blackened cells, lines drawn through a field."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import InkImage

# Share of its own box that scribbling blackens; characters written over once stay below.
_BLACK = 0.58
# Mean strokes met along a row and down a column; no character reaches both.
_CROSSINGS = 4.0
_LARGE = 0.55
# A line through a field runs on for this many cells.
_LINE_CELLS = 1.8
_LINE_HEIGHTS = 2.2


def is_struck_cell(tight: InkImage, cell: Box) -> bool:
    """Whether the ink of one cell (cut to its box) is a scribble over a character."""
    height, width = tight.shape
    if height < _LARGE * cell.height or width < _LARGE * cell.width:
        return False
    written = tight > 0
    if written.mean() > _BLACK:
        return True
    return bool(_crossings(written, 1) > _CROSSINGS and _crossings(written, 0) > _CROSSINGS)


def is_struck_line(ink: InkImage, cells: tuple[Box, ...]) -> bool:
    """Whether one stroke runs level through several cells, most of those that are written in."""
    if len(cells) < 2:
        return False
    cell = cells[0]
    rows = slice(
        max(0, round(cell.y + 0.15 * cell.height)), round(cell.bottom - 0.12 * cell.height)
    )
    return _is_run_through(ink[rows], _LINE_CELLS * cell.width, 0.06 * cell.height)


def is_struck_run(ink: InkImage, height_px: float) -> bool:
    """Whether one stroke runs level through a written line whose characters are this high."""
    return _is_run_through(ink, _LINE_HEIGHTS * height_px, 0.06 * height_px)


def _is_run_through(ink: InkImage, least_px: float, slack_px: float) -> bool:
    """Whether a nearly level stroke is at least this long and spans half of what is written.

    Thickened up and down so that a sloping stroke covers its row, then opened with a long line.
    """
    if ink.shape[1] < least_px:
        return False
    slack = max(3, round(slack_px)) | 1
    thick = cv2.dilate((ink > 0).astype(np.uint8), np.ones((slack, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, round(0.6 * least_px)), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    longest = float(stats[1:, cv2.CC_STAT_WIDTH].max()) if count > 1 else 0.0
    return longest > max(least_px, 0.5 * cv2.boundingRect(ink)[2])


def _crossings(written: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], axis: int) -> float:
    """Mean number of strokes met along the rows (axis 1) or columns (axis 0)."""
    padded = np.pad(written, ((1, 0), (1, 0)))
    starts = padded & ~np.roll(padded, 1, axis)
    return float(starts.sum() / written.shape[1 - axis])
