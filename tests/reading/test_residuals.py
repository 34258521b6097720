"""Each field has its own residual: large where its print is covered, far away or a cell off."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError, PoorRegistrationError
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.registration import align_page, prepare_reference
from tests.reading.half_size_forms import (
    HEIGHT,
    WIDTH,
    blank,
    reference,
    sheet_with_corner_marks,
)
from tests.reading.sheets import Handling, scan_sheet, table_of_cells


def test_fields_get_their_own_residual():
    fields = [
        FormField("top", 1, FieldKind.IMAGE, Box(100, 150, 300, 60)),
        FormField("elsewhere", 2, FieldKind.IMAGE, Box(100, 150, 300, 60)),
    ]
    page = scan_sheet(blank(), Handling(angle_deg=1))
    aligned = align_onto_template(page, [reference()], fields)
    assert set(aligned.field_residuals_px) == {"top"}
    assert aligned.field_residuals_px["top"] < 0.5


def test_a_field_whose_print_is_covered_has_a_large_residual():
    page = scan_sheet(blank(), Handling())
    page[1050:1350] = 255
    fields = [
        FormField("covered", 1, FieldKind.IMAGE, Box(200, 1150, 600, 80)),
        FormField("clear", 1, FieldKind.IMAGE, Box(200, 300, 600, 80)),
    ]
    residuals = align_page(page, reference(), fields).field_residuals_px
    assert residuals["covered"] > 4
    assert residuals["clear"] < 0.5


def test_a_field_far_from_any_print_has_a_large_residual():
    fields = [
        FormField("far", 1, FieldKind.IMAGE, Box(300, 1050, 500, 150)),
        FormField("near", 1, FieldKind.IMAGE, Box(200, 300, 300, 60)),
    ]
    form = sheet_with_corner_marks()
    page = scan_sheet(form, Handling(angle_deg=1))
    residuals = align_page(page, prepare_reference(1, form), fields).field_residuals_px
    assert residuals["far"] > 2  # as much as 4 px at 300 dpi
    assert residuals["near"] < 1


def test_the_residual_of_a_wide_field_is_that_of_its_worst_end():
    page = scan_sheet(blank(), Handling())
    page[1050:1350, 700:] = 255
    fields = [FormField("wide", 1, FieldKind.IMAGE, Box(90, 1150, 1050, 80))]
    assert align_page(page, reference(), fields).field_residuals_px["wide"] > 4


@pytest.mark.parametrize("top", [500, 700, 900, 1100])
def test_a_row_that_lies_a_cell_off_is_flagged_or_its_page_refused(top):
    """One question of another edition stands a comb cell further right."""
    page = blank().copy()
    page[top : top + 120] = np.roll(page[top : top + 120], 31, axis=1)
    fields = [FormField("moved", 1, FieldKind.IMAGE, Box(100, top + 30, 700, 60))]
    try:
        aligned = align_page(scan_sheet(page, Handling(angle_deg=0.5)), reference(), fields)
    except PoorRegistrationError:
        return
    assert aligned.field_residuals_px["moved"] > 4


def test_a_table_a_cell_off_is_refused_or_flagged_where_it_ends():
    """The lower half of a table printed one cell further right: all but its ends look the same."""
    form = table_of_cells(HEIGHT, WIDTH)
    page = form.copy()
    page[900:] = np.roll(page[900:], 31, axis=1)
    rows = [
        FormField(f"row {y}", 1, FieldKind.IMAGE, Box(100, y, 31 * 32, 35))
        for y in range(925, 1600, 45)
    ]
    try:
        aligned = align_page(
            scan_sheet(page, Handling(angle_deg=1)), prepare_reference(1, form), rows
        )
    except PageError:
        return
    assert min(aligned.field_residuals_px.values()) > 2  # as much as 4 px at 300 dpi
