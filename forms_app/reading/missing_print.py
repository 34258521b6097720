"""Light print of the blank that a scan does not show.

Faxes and copies drop pale guide letters (a grey D M Y in a date's cells) or keep them. A guide that
is not there must not be taken out of the digit that stands in its place; one that came out in part
must.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.print_alignment import PRINT_THRESHOLD
from forms_app.reading.types import InkImage

# Darkness up to which print is light; of a darker line or letter more than this share is darker,
# its blurred edges apart.
_LIGHT = 120
_DARKER = 0.1
# A pixel of print shows where the scan has this share of its darkness.
_SHOWS = 0.4
# Print that came out is nearly whole; writing over a place where none is covers less of it. Where
# the lower quartile of the light pieces falls short, none came out.
_WHOLE = 0.65
# Ink that keeps to the shape of the print is print: a component with this share of it inside.
_CONFINED = 0.7
# Share of light pieces covered by such ink, in over a quarter of them: they came out in part.
_PARTLY = 0.15


def without_missing_print(dark: InkImage, printed: InkImage) -> InkImage:
    """The blank's print less its light pieces, where those are missing from the scan.

    Args:
        dark: `(h, w)` darkness of the scan.
        printed: `(h, w)` darkness of the blank where it lies in the scan.
    """
    core = np.greater_equal(printed, PRINT_THRESHOLD)
    count, labels = cv2.connectedComponents(core.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    at = np.flatnonzero(core)
    owners, level = labels.reshape(-1)[at], printed.reshape(-1)[at]
    area = np.maximum(np.bincount(owners, minlength=count), 1)
    light = np.bincount(owners[level >= _LIGHT], minlength=count) < _DARKER * area
    light[0] = False
    if not light.any():
        return printed
    shown = dark.reshape(-1)[at] >= _SHOWS * level
    share = np.bincount(owners[shown], minlength=count)[light] / area[light]
    if np.percentile(share, 25) >= _WHOLE:
        return printed
    pieces = np.asarray(light[labels], np.bool_)
    confined = _confined_ink(dark, pieces).reshape(-1)[at]
    partly = np.bincount(owners[confined], minlength=count)[light] / area[light]
    if np.percentile(partly, 75) > _PARTLY:
        return printed
    gone = cv2.dilate(pieces.view(np.uint8), np.ones((5, 5), np.uint8))
    kept = cv2.dilate((core & ~pieces).view(np.uint8), np.ones((3, 3), np.uint8))
    return np.where((gone > 0) & (kept == 0), 0, printed).astype(np.uint8)


def _confined_ink(dark: InkImage, pieces: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """`(h, w)`: ink whose connected components lie on the given pieces of print."""
    ink = np.greater_equal(dark, PRINT_THRESHOLD)
    count, labels = cv2.connectedComponents(ink.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    near = cv2.dilate(pieces.view(np.uint8), np.ones((5, 5), np.uint8)) > 0
    area = np.maximum(np.bincount(labels.reshape(-1), minlength=count), 1)
    inside = np.bincount(labels[near], minlength=count)
    confined = inside >= _CONFINED * area
    confined[0] = False
    return np.asarray(confined[labels], np.bool_)
