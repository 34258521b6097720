"""Pale print of the blank that a scan shows dark: guide letters, grey frames on a photocopy.

Where writing runs through a small piece of such print, nobody can tell the two apart any more, and
taking the print out would cut the strokes: it is left in.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.print_alignment import PRINT_THRESHOLD
from forms_app.reading.tones import ToneCurve
from forms_app.reading.types import InkImage

# Print is deepened where it is shown at least this dark, and this much darker than drawn.
_DARK = 110
_DEEPER = 40
# Share of the crop's height: what is smaller is a letter in a cell, what is larger a frame or line.
_SMALL = 0.45
# A piece of ink with this share of it on print is print.
_CONFINED = 0.75


def as_shown(printed: InkImage, curve: ToneCurve, dark: InkImage) -> InkImage:
    """The blank's print as dark as the scan shows it, `(h, w)`.

    Args:
        printed: darkness of the blank where it lies in the scan, `(h, w)`.
        curve: how dark the page shows print.
        dark: darkness of the scan, `(h, w)`.
    """
    shown = np.asarray(cv2.LUT(printed, curve), np.uint8)
    deeper = (shown >= _DARK) & (cv2.subtract(shown, printed) >= _DEEPER)
    small = _small_pieces(deeper)
    if not small.any():
        return shown
    return np.where(_written_over(dark, deeper, small), printed, shown).astype(np.uint8)


def _small_pieces(deeper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where pieces of print are letters, not frames, `(h, w)`."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(deeper.view(np.uint8), connectivity=8)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1)
    small = sides <= _SMALL * deeper.shape[0]
    small[0] = False
    return np.asarray(small[labels], np.bool_)


def _written_over(
    dark: InkImage, deeper: NDArray[np.bool_], small: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Small print whose ink goes on beyond all deepened print, `(h, w)`."""
    inked = np.greater_equal(dark, PRINT_THRESHOLD).view(np.uint8)
    count, labels = cv2.connectedComponents(inked, connectivity=8, ltype=cv2.CV_32S)
    wide = cv2.dilate(deeper.view(np.uint8), np.ones((7, 7), np.uint8)) > 0
    area = np.maximum(np.bincount(labels.reshape(-1), minlength=count), 1)
    inside = np.bincount(labels[wide], minlength=count)
    written = inside < _CONFINED * area
    written[0] = False
    over = cv2.dilate((written[labels] & small).view(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return np.asarray(over & small, np.bool_)
