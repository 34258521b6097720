"""Registration on real paper: a scanned questionnaire, photographs, pages of other forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError, PoorRegistrationError
from forms_app.reading.features import view_page
from forms_app.reading.identification import best_reference, identify_page
from forms_app.reading.intake import open_page
from forms_app.reading.placement import place_page
from forms_app.reading.registration import PageReference, align_page, prepare_reference
from tests.reading.sheets import place_on_scan, scan_sheet, scribble, typical_handling
from tests.shared_data import shared_data_dir

QUEXF = "quexf/blank.pdf"
SAMPLES = "omrchecker/samples"


@cache
def page(name: str, number: int = 1) -> np.ndarray:
    path: Path = shared_data_dir() / "forms" / name
    return open_page(path.read_bytes(), path.name, number).grey


@cache
def questionnaire() -> tuple[PageReference, ...]:
    return tuple(prepare_reference(number, page(QUEXF, number)) for number in (1, 2))


@pytest.mark.parametrize("turns", [0, 2])
@pytest.mark.parametrize("number", [1, 2])
def test_the_scanned_questionnaire(number, turns):
    scan = np.ascontiguousarray(np.rot90(page("quexf/filled.pdf", number), -turns))
    aligned = align_onto_template(scan, questionnaire())
    assert (aligned.template_page, aligned.quarter_turns) == (number, turns)
    assert aligned.residual_px < 1.2


def test_its_corner_marks_far_from_the_rest_of_the_print_are_used():
    """Page 2 has print at its top left only; on this scan a mark once stayed 55 px off."""
    reference, handling = questionnaire()[1], typical_handling(6)
    blank = page(QUEXF, 2)
    view = view_page(scan_sheet(scribble(blank, 6), handling))
    marks = np.array([[2289, 3256], [220, 3256], [2289, 3240]], float)
    placed = place_page(view, reference, best_reference(view, [reference])[1]).page_points(marks)
    off = np.linalg.norm(placed - place_on_scan(marks, blank.shape, handling), axis=1)
    assert off.max() < 6


@pytest.mark.parametrize("number", [1, 2])
def test_its_look_alike_pages_are_never_confused(number):
    with pytest.raises(PageError):
        identify_page(page("quexf/filled.pdf", number), [questionnaire()[2 - number]])


@pytest.mark.parametrize(
    "name",
    [
        "formhtr/front.pdf",
        "formhtr/back.pdf",
        "formhtr/logsheet_tara.pdf",
        f"{SAMPLES}/sample4/IMG_20201116_150717658.jpg",
        f"{SAMPLES}/sample6/reference.png",
        f"{SAMPLES}/community/UPSC-mock/answer_key.jpg",
    ],
)
def test_pages_of_other_forms_are_refused(name):
    with pytest.raises(PageError):
        align_onto_template(page(name), questionnaire())


def test_another_edition_of_an_answer_sheet_is_refused():
    """The scans have one line of text more than the reference; what follows lies lower."""
    reference = prepare_reference(1, page(f"{SAMPLES}/sample6/reference.png"))
    with pytest.raises(PageError) as caught:
        align_page(page(f"{SAMPLES}/sample6/doc-scans/sample_roll_03.jpg"), reference)
    assert isinstance(caught.value, PoorRegistrationError)


def test_photographs_of_the_same_sheet():
    folder = f"{SAMPLES}/sample4"
    reference = prepare_reference(1, page(f"{folder}/IMG_20201116_143512.jpg"))
    aligned = align_page(page(f"{folder}/IMG_20201116_150717658.jpg"), reference)
    assert aligned.residual_px < 1.5
    assert aligned.grey.shape == reference.grey.shape
