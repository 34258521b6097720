"""A person's own picture of handwriting: any file that intake takes, in colour and upright."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading import image_pages
from forms_app.reading.intake import FileKind, IntakeLimits, count_pages, open_page, sniff

WORKING_PX = 2000
"""Longest side that is looked at: a page of A4 at 170 dpi, characters of 20 pixels and more."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`rgb` `(h, w, 3)` uint8, upright, at most `WORKING_PX` long; `reduction` (1 or more) is how
    many pixels of the file stand for one of its; `pages` counts those of the file."""

    rgb: NDArray[np.uint8]
    reduction: float
    pages: int = 1

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height in pixels of the file."""
        height, width = self.rgb.shape[:2]
        return round(width * self.reduction), round(height * self.reduction)


def open_picture(data: bytes, source: str, limits: IntakeLimits | None = None) -> Picture:
    """Decodes the first page of a file.

    Args:
        data: the file's bytes.
        source: its name, for messages.
        limits: what is accepted; the defaults where None.

    Raises:
        IntakeError: the subclass tells why the file is refused.
    """
    checked = limits or IntakeLimits()
    pages = count_pages(data, source, checked)
    if sniff(data, source) is FileKind.IMAGE:
        rgb, width_px = image_pages.colours(data, source, WORKING_PX)
    else:
        grey = open_page(data, source, 1, checked).grey
        rgb, width_px = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8), grey.shape[1]
    small = _shrunk(rgb)
    return Picture(small, width_px / small.shape[1], pages)


def _shrunk(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = WORKING_PX / max(rgb.shape)
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
