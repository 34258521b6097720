"""Writing alone: the blank's printed ink taken out of a scanned crop.

A pixel is writing where it is darker than the print that may lie there (`expected_print`). Strokes
that enter a printed line on both sides are bridged with line closings, which see the print only as
a gap. Slivers that hug the print are its own blurred edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.deepened_print import as_shown
from forms_app.reading.expected_print import LIGHT_PRINT, expected_print
from forms_app.reading.paper import (
    FLOOR,
    InkLevels,
    Mask,
    as_mask,
    darkness,
    histogram,
    ink_levels,
    is_bilevel,
)
from forms_app.reading.print_alignment import PrintMap, find_shifts, move_print
from forms_app.reading.tint import is_hidden, shade_left, without_tint
from forms_app.reading.tones import ToneCurve
from forms_app.reading.types import GreyImage, InkImage

# How much darker than the expected print a stroke over it must be to be seen by itself.
_MARGIN = 30
_LONGEST_BRIDGE_PX = 25
# Share of the writing's darkness from which print hides it.
_HIDES = 0.75
_SPECK_PX = 6
# The rim of print darker than tint is this wide.
_RIM_PX = 7


@dataclass(frozen=True, slots=True)
class Removal:
    """`ink` `(h, w)`: writing, bright on 0, its peak stretched to 255. `printed` `(h, w)`: the
    blank's print where it lies in this scan, as dark as the page shows print, shading apart.
    `is_hidden`: shading came out as dark as ink, so that nobody can see what is written on it."""

    ink: InkImage
    printed: InkImage
    is_hidden: bool = False


def remove_print(grey: GreyImage, blank: PrintMap, curve: ToneCurve) -> Removal:
    """Take the print of `blank` out of `grey`, `(h, w)` of the same place on the page.

    `curve`: how dark the page shows print.
    """
    ground = _level_ground(grey, blank, curve)
    dark, printed = ground.dark, ground.printed
    expected = expected_print(dark, printed, is_bilevel(grey))
    zone = as_mask(expected >= FLOOR)
    levels = ink_levels(histogram(dark, _unhidden(dark, expected, zone)))
    free = _without_slivers(_beside_print(dark, expected, zone, levels), expected)
    ink = np.zeros_like(dark)
    rows, columns = _around(free, dark.shape)
    if rows.stop > rows.start:
        part = dark[rows, columns]
        gap = zone[rows, columns]
        own = _keep_proven(free[rows, columns], part, expected[rows, columns], gap, levels)
        own = own | _bridges(own, gap & _hiding(expected[rows, columns], levels))
        ink[rows, columns] = _stretch(part & own, levels)
    return Removal(ink, printed, ground.is_hidden)


@dataclass(frozen=True, slots=True)
class _Ground:
    """A scan's darkness against its paper or shading, and the blank's print where it lies."""

    dark: InkImage
    printed: InkImage
    is_hidden: bool = False


def _level_ground(grey: GreyImage, blank: PrintMap, curve: ToneCurve) -> _Ground:
    if blank.tint is None:
        dark = darkness(grey)
        printed = move_print(blank.dark, blank, find_shifts(dark, blank))
        return _Ground(dark, as_shown(printed, curve, dark))
    shifts = find_shifts(np.asarray(cv2.bitwise_not(grey), np.uint8), blank)
    light = shade_left(grey, blank.tint)
    level = without_tint(grey, move_print(blank.tint.weight, blank, shifts), light)
    dark = darkness(level)
    printed = as_shown(move_print(blank.dark, blank, shifts), curve, dark)
    return _Ground(dark, printed, is_hidden(light))


def _unhidden(dark: InkImage, expected: InkImage, zone: Mask) -> Mask:
    """Where paper or writing shows: well outside the print, and writing darker than light print.

    The blurred rim of black print is darker than pale writing and would pass for the pen. In a
    shaded cell all of the writing stands on print.
    """
    darker = cv2.compare(dark, cv2.convertScaleAbs(expected, beta=_MARGIN), cv2.CMP_GT)
    light = as_mask(expected <= LIGHT_PRINT)
    black = cv2.bitwise_and(zone, cv2.bitwise_not(light))
    near = cv2.dilate(black, np.ones((_RIM_PX, _RIM_PX), np.uint8))
    shown = cv2.bitwise_or(cv2.bitwise_not(zone), cv2.bitwise_and(darker, light))
    return np.asarray(cv2.bitwise_and(shown, cv2.bitwise_not(near)), np.uint8)


def _beside_print(dark: InkImage, expected: InkImage, zone: Mask, levels: InkLevels) -> Mask:
    """What is dark outside the print, and over it where it is plainly darker."""
    over_print = cv2.bitwise_and(cv2.convertScaleAbs(expected, beta=_MARGIN), zone)
    threshold = cv2.max(over_print, np.full_like(dark, levels.low))
    return np.asarray(cv2.compare(dark, threshold, cv2.CMP_GT), np.uint8)


def _without_slivers(free: Mask, expected: InkImage) -> Mask:
    """The same without what runs along dark print only: its edges, which a stroke that crosses the
    print would drag along."""
    black = as_mask(expected > LIGHT_PRINT)
    near = cv2.dilate(black, np.ones((5, 5), np.uint8))
    rim = cv2.bitwise_and(near, cv2.bitwise_not(black))
    away = cv2.bitwise_and(free, cv2.bitwise_not(rim))
    reached = cv2.dilate(away, np.ones((9, 9), np.uint8))
    kept = cv2.bitwise_or(cv2.bitwise_not(rim), reached)
    return np.asarray(cv2.bitwise_and(free, kept), np.uint8)


def _around(free: Mask, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """The part of the crop that holds all of a mask, with room to bridge; empty where it is."""
    x, y, width, height = cv2.boundingRect(free)
    if not width:
        return slice(0, 0), slice(0, 0)
    room = _LONGEST_BRIDGE_PX
    return (
        slice(max(0, y - room), min(shape[0], y + height + room)),
        slice(max(0, x - room), min(shape[1], x + width + room)),
    )


def _keep_proven(
    free: Mask, dark: InkImage, expected: InkImage, zone: Mask, levels: InkLevels
) -> Mask:
    """Only components that are somewhere as dark as a stroke and cannot be print.

    A sliver that hugs the print is the print's own blurred edge, a thin line a few pixels beside
    it is print that lies elsewhere, a speck proves nothing.
    """
    count, labels = cv2.connectedComponents(free, connectivity=8, ltype=cv2.CV_32S)
    at = np.flatnonzero(free.view(np.bool_))
    owners = labels.reshape(-1)[at]
    hull = cv2.dilate(zone, np.ones((3, 3), np.uint8))
    darker = cv2.compare(dark, cv2.convertScaleAbs(expected, beta=2 * _MARGIN), cv2.CMP_GT)
    away = cv2.bitwise_or(cv2.bitwise_not(hull), cv2.bitwise_and(darker, zone)).reshape(-1)[at]
    area = np.bincount(owners, minlength=count)
    outside = np.bincount(owners[away > 0], minlength=count)
    proven = np.bincount(owners[dark.reshape(-1)[at] >= levels.high], minlength=count)
    clear = cv2.bitwise_not(cv2.dilate(hull, np.ones((7, 7), np.uint8)))
    core = cv2.erode(free, np.ones((3, 3), np.uint8))
    solid = np.bincount(owners[cv2.bitwise_or(clear, core).reshape(-1)[at] > 0], minlength=count)
    keep = (outside >= np.maximum(2, 0.15 * area)) & (proven >= 3) & (area >= _SPECK_PX)
    keep &= solid >= 0.1 * area
    keep[0] = False
    return np.asarray(as_mask(keep)[labels], np.uint8)


def _hiding(expected: InkImage, levels: InkLevels) -> Mask:
    """Where print is dark enough to hide a stroke; over lighter print strokes show themselves."""
    return as_mask(expected >= _HIDES * levels.peak - _MARGIN)


def _bridges(free: Mask, zone: Mask) -> Mask:
    """Pixels of the print zone that lie between writing on both sides of it.

    Closings by straight lines in four directions: along a printed line they find nothing to
    connect (its own pixels are not writing), across it they do.
    """
    area = cv2.countNonZero(zone)
    if not area or not free.any():
        return np.zeros_like(free)
    rim = area - cv2.countNonZero(cv2.erode(zone, np.ones((3, 3), np.uint8)))
    length = min(_LONGEST_BRIDGE_PX, round(2 * area / max(1, rim)) + 4) | 1
    joined = np.zeros_like(free)
    for line in _line_elements(length):
        closed = cv2.morphologyEx(free, cv2.MORPH_CLOSE, line, borderValue=0)
        joined |= np.asarray(closed, np.uint8)
    return joined & zone


def _line_elements(length: int) -> list[Mask]:
    upright = np.zeros((length, length), np.uint8)
    upright[:, length // 2] = 1
    falling = np.eye(length, dtype=np.uint8)
    return [upright, upright.T.copy(), falling, falling[::-1].copy()]


def _stretch(dark: InkImage, levels: InkLevels) -> InkImage:
    return np.asarray(cv2.convertScaleAbs(dark, alpha=255 / levels.peak), np.uint8)
