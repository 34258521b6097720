"""Shading is paper: writing in shaded cells is found whatever a scan makes of the tint."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.classifier import load_classifier
from forms_app.reading.cropping import cut_field
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.pipeline import read_crop
from forms_app.reading.tint import find_tint
from forms_app.reading.types import FieldCrop, GreyImage

CELLS = tuple(Box(60 + 64 * i, 50, 57, 74) for i in range(6))
FIELD = FormField(
    "code",
    1,
    FieldKind.TEXT,
    Box(60, 50, 64 * 5 + 57, 74),
    layout=Layout.COMB,
    cells=CELLS,
)
WRITTEN = (0, 1, 3)


def _blank(tint: int) -> GreyImage:
    blank = np.full((180, 500), 250, np.uint8)
    for cell in CELLS:
        rows, columns = cell.as_slices()
        blank[rows, columns] = tint
    return blank


def _scan(
    blank: GreyImage, shade: int, pen: int, noise: float = 5.0, shift: int = 0
) -> tuple[FieldCrop, np.ndarray]:
    """The crop of a scan that shows the tint as `shade`, and where its strokes are."""
    strokes = np.zeros_like(blank)
    for index in WRITTEN:
        x, y = CELLS[index].centre
        corners = np.array([[x - 15, y + 22], [x + 14, y - 20], [x + 14, y + 22]], np.int32)
        cv2.polylines(strokes, [corners], False, 255, 6)
    scan = np.where(blank < 250, shade, blank)
    scan = np.where(strokes > 0, pen, scan).astype(np.float32)
    scan = np.roll(scan, shift, axis=(0, 1))
    scan += np.random.default_rng(1).normal(0, noise, scan.shape)
    crop = cut_field(np.clip(scan, 0, 255).astype(np.uint8), blank, FIELD)
    left, top = crop.origin_px
    height, width = crop.ink.shape
    return crop, np.roll(strokes, shift, (0, 1))[top : top + height, left : left + width] > 0


@pytest.mark.parametrize("tint", [205, 218, 228])
@pytest.mark.parametrize(
    ("shade", "pen"),
    [(205, 60), (222, 120), (235, 150), (250, 60), (160, 20), (110, 10)],
    ids=["as printed", "paler", "pale pen", "dropped", "deeper", "copied dark"],
)
def test_strokes_in_shaded_cells_are_the_only_ink(tint: int, shade: int, pen: int) -> None:
    crop, strokes = _scan(_blank(tint), shade, pen)
    ink = crop.ink > 60
    near = cv2.dilate(strokes.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (ink & strokes).sum() > 0.85 * strokes.sum()
    assert (ink & ~near).sum() < 0.02 * ink.sum()
    assert not crop.is_hidden


def test_shading_that_lies_a_little_aside_leaves_no_edges() -> None:
    crop, strokes = _scan(_blank(205), 150, 150, shift=3)
    assert not (crop.ink[~strokes] > 60).any()


def test_shading_as_dark_as_ink_is_told() -> None:
    crop, _ = _scan(_blank(218), 12, 8, noise=2.0)
    assert crop.is_hidden


def test_lines_guides_and_white_paper_are_no_shading() -> None:
    blank = np.full((180, 500), 250, np.uint8)
    assert find_tint(blank) is None
    cv2.rectangle(blank, (60, 50), (440, 124), 60, 4)
    cv2.putText(blank, "DDMM", (70, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 190, 3)
    assert find_tint(blank) is None


def test_what_hidden_cells_hold_is_for_a_person() -> None:
    blank = _blank(218)
    crop, _ = _scan(blank, 12, 8, noise=2.0)
    reading = read_crop(FIELD, crop, load_classifier("litert", num_threads=1))
    assert reading.needs_review
    assert any("shading" in reason for reason in reading.reasons)
