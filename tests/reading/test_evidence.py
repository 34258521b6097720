"""What the crop says beside the classifier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forms_app.reading.decoding import decode
from forms_app.reading.evidence import gather_evidence, ink_share
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.geometry import Box
from forms_app.reading.submissions import complete_fields
from forms_app.reading.types import FieldCrop, Outcome
from tests.reading.made_fields import CHARSET, comb, comb_field, sure

CELLS = tuple(Box(50 * i, 0, 50, 60) for i in range(4))


def crop_with(*inked: tuple[int, int, int, int]) -> FieldCrop:
    """A crop of four cells with ink in the given (x, y, width, height)."""
    ink = np.zeros((60, 200), np.uint8)
    for x, y, width, height in inked:
        ink[y : y + height, x : x + width] = 255
    paper = np.zeros_like(ink)
    return FieldCrop("code", 255 - ink, ink, paper, (0, 0), Box(0, 0, 200, 60), CELLS)


def test_ink_outside_the_characters_read_is_stray() -> None:
    field, segmentation = comb_field("digits"), comb("x   ")
    decoded = decode(field, segmentation, sure("7"), CHARSET)
    inside, outside = (10, 8, 10, 20), (110, 8, 10, 20)
    clean = gather_evidence(crop_with(inside), segmentation, decoded, 0.5)
    stray = gather_evidence(crop_with(inside, outside), segmentation, decoded, 0.5)
    assert clean.stray_ink == 0 and stray.stray_ink == pytest.approx(0.5)
    assert clean.ink_share == pytest.approx(200 / 12000) == ink_share(crop_with(inside))


def test_gaps_and_struck_cells_are_counted() -> None:
    field, segmentation = comb_field("digits"), comb("x #x ")
    decoded = decode(field, segmentation, sure("12"), CHARSET)
    evidence = gather_evidence(crop_with(), segmentation, decoded, None)
    assert (evidence.inner_gaps, evidence.struck_cells, evidence.residual_px) == (1, 1, None)


def test_a_character_with_empty_cells_about_it_stands_alone() -> None:
    field = comb_field("letters")
    for cells, text, lone in (("x xx", "ABC", 1), ("xxx ", "ABC", 0), ("x  x", "AB", 2)):
        segmentation = comb(cells)
        decoded = decode(field, segmentation, sure(text), CHARSET)
        assert gather_evidence(crop_with(), segmentation, decoded, None).lone_letters == lone


@pytest.mark.parametrize(("line_y", "meets"), [(6, 1), (40, 0)])
def test_a_bar_that_begins_at_a_printed_line_is_counted(line_y: int, meets: int) -> None:
    field, segmentation = comb_field("digits"), comb("x   ")
    box = segmentation.glyphs[0].box
    bar = (int(box.x) + 2, line_y + 3, 5, int(box.bottom) - line_y - 3)
    crop = crop_with(bar if meets else (bar[0], int(box.y), 5, int(box.height)))
    crop.printed[line_y : line_y + 3] = 200
    decoded = decode(field, segmentation, sure("1"), CHARSET)
    assert gather_evidence(crop, segmentation, decoded, None).bars_on_print == meets


def test_fields_of_absent_pages_are_missing() -> None:
    here, absent = comb_field("digits"), replace(comb_field("digits"), name="other", page=2)
    template = FormTemplate("two pages", (), (here, absent))
    (reading,) = complete_fields(replace(template, fields=(absent,)), {})
    assert reading.outcome is Outcome.MISSING_PAGE and reading.name == "other"
    assert [f.name for f in complete_fields(template, {})] == ["code", "other"]
