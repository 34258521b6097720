"""Borders that a scanner cut off, and sheets that a printer printed larger or smaller."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.errors import PoorRegistrationError
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from tests.reading.half_size_forms import blank, reference
from tests.reading.sheets import Handling, scan_sheet, scribble

Edges = tuple[float, float, float, float]


def cut_off(scan: GreyImage, edges: Edges) -> GreyImage:
    """The scan without these shares at its left, top, right and bottom edge."""
    left, top, right, bottom = edges
    height, width = scan.shape
    rows = slice(round(height * top), round(height * (1 - bottom)))
    columns = slice(round(width * left), round(width * (1 - right)))
    return scan[rows, columns].copy()


def filled_scan(page: GreyImage) -> GreyImage:
    return scan_sheet(scribble(page, 1, 60), Handling(angle_deg=1))


def same_print(aligned: GreyImage) -> float:
    """How alike the print of the blank and of a laid page are, 0 to 1; writing aside."""
    ink = blank() < 128
    near = cv2.erode(aligned, np.ones((3, 3), np.uint8)) < 160
    return float(near[ink].mean())


@pytest.mark.parametrize("edges", [(0.05, 0.05, 0.05, 0.05), (0.12, 0, 0, 0), (0, 0, 0, 0.12)])
def test_a_page_whose_border_is_cut_off_is_laid(edges: Edges) -> None:
    aligned = align_page(cut_off(filled_scan(blank()), edges), reference())
    assert aligned.residual_px < 1


def test_a_field_that_the_edge_cuts_through_is_off_by_what_is_missing() -> None:
    height, width = blank().shape
    cut_px = round(0.05 * width)
    fields = [
        FormField("cut", 1, FieldKind.IMAGE, Box(cut_px - 20, 0.4 * height, 200, 60)),
        FormField("whole", 1, FieldKind.IMAGE, Box(cut_px + 40, 0.4 * height, 200, 60)),
    ]
    scan = cut_off(scan_sheet(blank(), Handling()), (0.05, 0, 0, 0))
    residuals = align_page(scan, reference(), fields).field_residuals_px
    assert residuals["cut"] == pytest.approx(20, abs=3)
    assert residuals["whole"] < 1


@pytest.mark.parametrize("edges", [(0.2, 0, 0.2, 0), (0, 0.15, 0, 0.15), (0.15, 0.15, 0, 0)])
def test_a_page_with_much_cut_off_is_told_apart_from_another_edition(edges: Edges) -> None:
    with pytest.raises(PoorRegistrationError, match=r"edges are cut off: \d+% of the print"):
        align_page(cut_off(filled_scan(blank()), edges), reference())


def test_a_page_that_lacks_print_within_the_sheet_too_may_be_another_edition() -> None:
    scan = filled_scan(blank())
    scan[650:1110] = 250
    with pytest.raises(PoorRegistrationError, match="another edition"):
        align_page(cut_off(scan, (0.12, 0, 0, 0)), reference())


@pytest.mark.parametrize("scales", [(0.97, 0.97), (1.03, 1.03), (0.97, 1.03), (1.03, 0.97)])
def test_a_page_printed_three_per_cent_larger_or_smaller_is_laid(
    scales: tuple[float, float],
) -> None:
    page = blank()
    middle = np.array(page.shape[::-1]) / 2
    matrix = np.column_stack([np.diag(scales), middle - np.array(scales) * middle])
    size = page.shape[1], page.shape[0]
    printed = cv2.warpAffine(page, matrix, size, flags=cv2.INTER_AREA, borderValue=255)
    aligned = align_page(filled_scan(np.asarray(printed, np.uint8)), reference())
    assert aligned.residual_px < 1
    assert same_print(aligned.grey) > 0.97
