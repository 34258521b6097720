"""Forms printed in tints: read on a fax that lost them, held by their rims elsewhere."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from forms_app import demo
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.edges import choose_edges, find_edges
from forms_app.reading.errors import PageError
from forms_app.reading.features import softened
from forms_app.reading.form_template import FieldKind, FormTemplate
from forms_app.reading.pale_print import has_lost_pale_print
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.templating.template_file import load_template
from forms_app.training.synthesis.blank_forms import Entry, draw_blank_form
from forms_app.training.synthesis.cell_prints import CellPrint, LinePrint, Style
from tests.reading.sheets import Handling, scan_sheet, scribble

LIMIT_PX = ReviewPolicy().most_residual_px
LABELS = (
    "Surname",
    "First names",
    "Date of birth",
    "Village",
    "Officer",
    "Amount",
    "Code",
    "Visit",
)


@cache
def shaded_form() -> tuple[np.ndarray, FormTemplate]:
    style = Style(2, 140, 62, 80, CellPrint.SHADED, LinePrint.TINTED, 8, 218)
    rows = [
        [
            Entry(f"comb_{i}", label, FieldKind.LETTERS, 9),
            Entry(f"side_{i}", LABELS[-i % 8], FieldKind.LETTERS, 12),
        ]
        for i, label in enumerate(LABELS * 2)
    ]
    return draw_blank_form("Enrolment", "Please write in capitals.", rows, style)


@cache
def reference() -> PageReference:
    return prepare_reference(1, shaded_form()[0])


def with_cells_moved(blank: np.ndarray, shift_px: int) -> np.ndarray:
    """Another edition: the tinted cells stand further right, everything else where it was."""
    tinted = (blank > 150) & (blank < 250)
    cells = np.roll(np.where(tinted, blank, 255), shift_px, axis=1)
    return np.minimum(np.where(tinted, 255, blank), cells).astype(np.uint8)


def test_a_fax_that_lost_the_tinted_cells_is_laid_by_the_rest():
    blank, template = shaded_form()
    handling = Handling(angle_deg=0.7, scale=0.667, one_bit=True, curl=3 / 3508, noise=6)
    fax = scan_sheet(scribble(blank, 3), handling)
    aligned = align_onto_template(fax, [reference()], template.fields)
    assert aligned.residual_px < 2
    dark = (blank < 60) & (cv2.erode(blank, np.ones((3, 3), np.uint8)) < 60)
    assert np.mean(aligned.grey[dark]) < 120


@pytest.mark.parametrize("shift_px", [20, 35])
def test_tinted_cells_that_stand_elsewhere_are_no_lost_ones(shift_px):
    """On a grey scan of another edition they show: it is refused, or every comb flagged."""
    blank, template = shaded_form()
    page = scan_sheet(with_cells_moved(blank, shift_px), Handling(angle_deg=0.7))
    try:
        aligned = align_onto_template(page, [reference()], template.fields)
    except PageError:
        return
    assert min(aligned.field_residuals_px.values()) > LIMIT_PX


def test_lost_is_what_is_nowhere():
    blank = softened(cv2.resize(shaded_form()[0], (1240, 1754), interpolation=cv2.INTER_AREA))
    bare = np.where((blank > 150) & (blank < 250), 255, blank).astype(np.uint8)
    moved = np.roll(blank, 20, axis=1)
    assert has_lost_pale_print(bare, blank, 37, 110)
    assert not has_lost_pale_print(moved, blank, 37, 110)


def comb(line_grey: int) -> np.ndarray:
    """Rows of cells 34 px wide at 150 dpi."""
    page = np.full((500, 600), 255, np.uint8)
    for top in range(60, 420, 70):
        for left in range(80, 500, 34):
            cv2.rectangle(page, (left, top), (left + 34, top + 40), line_grey, 1)
    return page


def written_on(page: np.ndarray) -> np.ndarray:
    written = page.copy()
    for top in range(60, 420, 70):
        for left in range(80, 500, 34):
            place = (left + 8, top + 32)
            cv2.putText(written, "4", place, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 30, 2, cv2.LINE_AA)
    return written


@pytest.mark.parametrize("line_grey", [0, 120, 200])
def test_edges_are_found_to_a_fraction_of_a_pixel_under_writing(line_grey):
    page = comb(line_grey)
    edges = choose_edges(softened(page))
    shift = np.array([[1, 0, 2.3], [0, 1, -1.6]])
    moved = cv2.warpAffine(written_on(page), shift, page.shape[::-1], borderValue=255)
    matches = find_edges(softened(moved), edges)
    assert matches.found.mean() > 0.6
    off = matches.offsets_px - np.array([2.3, -1.6])[edges.axes]
    assert np.abs(off[matches.found]).max() < 0.5


def test_writing_is_not_taken_for_edges_that_are_gone():
    edges = choose_edges(softened(comb(200)))
    bare = np.full((500, 600), 255, np.uint8)
    matches = find_edges(softened(scribble(written_on(bare), 1, 60)), edges)
    assert len(edges) > 50
    assert matches.found.mean() < 0.02


def test_edges_are_absent_only_where_paper_lies_in_their_place():
    page = comb(60)
    edges = choose_edges(softened(page))
    # Every cell crossed out; then only the writing, without the form.
    crossed, bare = page.copy(), written_on(np.full((500, 600), 255, np.uint8))
    for top in range(60, 420, 70):
        for left in range(80, 500, 34):
            cv2.line(crossed, (left, top), (left + 34, top + 40), 40, 3, cv2.LINE_AA)
            cv2.line(crossed, (left, top + 40), (left + 34, top), 40, 3, cv2.LINE_AA)
    assert find_edges(softened(crossed), edges).absent.mean() < 0.02
    assert find_edges(softened(bare), edges).absent.mean() > 0.9


@pytest.mark.parametrize("name", ["form-0001.jpg", "form-0007.jpg"])
def test_a_field_that_is_written_over_does_not_count_as_off(name):
    template = load_template(demo.TEMPLATE)
    blank, scan = (
        cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        for path in (demo.FOLDER / "blank.png", demo.FILLED / name)
    )
    assert blank is not None and scan is not None
    fields = [field for field in template.fields if field.kind is not FieldKind.IMAGE]
    aligned = align_onto_template(scan, [prepare_reference(1, blank)], fields)
    assert max(aligned.field_residuals_px.values()) < LIMIT_PX


def test_a_page_without_lines_has_no_edges():
    edges = choose_edges(np.full((500, 600), 255, np.uint8))
    assert len(edges) == 0
    assert len(find_edges(np.full((500, 600), 255, np.uint8), edges).found) == 0
