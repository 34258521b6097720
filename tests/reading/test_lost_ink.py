"""Writing that the scan shows and the ink does not hold."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.reading.lost_ink import lost_ink
from forms_app.reading.types import FieldCrop

BOX = Box(20, 20, 300, 70)
CELLS = tuple(Box(20 + 60 * i, 20, 54, 70) for i in range(5))
PAPER, SHADE = 245, 205


def writing(*texts: tuple[str, int]) -> NDArray[np.uint8]:
    """Darkness of digits written at the given x."""
    ink = np.zeros((110, 340), np.uint8)
    for text, x in texts:
        cv2.putText(ink, text, (x, 78), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 255, 5)
    return ink


def crop_of(
    written: NDArray[np.uint8],
    kept: NDArray[np.uint8],
    pen: int = 60,
    shades: tuple[Box, ...] = (),
    cells: tuple[Box, ...] = (),
    line_px: int = 0,
) -> FieldCrop:
    """A scan with `written` on it, of which the print removal kept `kept`."""
    printed = np.zeros_like(written)
    for box in shades:
        printed[box.as_slices()] = PAPER - SHADE + 10
    if line_px:
        printed[18 : 18 + line_px] = 200
    paper = np.where(printed > 0, 255 - printed, PAPER)
    grey = np.minimum(paper, np.where(written > 0, paper - pen, 255)).astype(np.uint8)
    noise = np.random.default_rng(3).normal(0, 3, grey.shape)
    noisy = np.clip(cv2.GaussianBlur(grey, (0, 0), 0.8) + noise, 0, 255).astype(np.uint8)
    return FieldCrop("code", noisy, kept, printed, (0, 0), BOX, cells)


@pytest.mark.parametrize(("shades", "cells"), [((), ()), ((BOX,), ()), (CELLS, CELLS)])
def test_writing_that_was_taken_away_is_missed(
    shades: tuple[Box, ...], cells: tuple[Box, ...]
) -> None:
    whole, half = writing(("7", 30), ("4", 150)), writing(("4", 150))
    assert lost_ink(crop_of(whole, whole, shades=shades, cells=cells)) == 0
    assert lost_ink(crop_of(whole, half, shades=shades, cells=cells)) > 0.3
    nothing = np.zeros_like(whole)
    assert lost_ink(crop_of(whole, nothing, shades=shades, cells=cells)) > 0.3
    assert lost_ink(crop_of(nothing, nothing, shades=shades, cells=cells)) == 0


def test_printed_lines_are_no_writing() -> None:
    nothing = writing()
    assert lost_ink(crop_of(nothing, nothing, line_px=4)) == 0


def test_a_field_without_room_has_lost_nothing() -> None:
    empty = np.zeros((4, 4), np.uint8)
    tiny = FieldCrop("code", empty + 255, empty, empty, (0, 0), Box(0, 0, 4, 4))
    assert lost_ink(tiny) == 0
