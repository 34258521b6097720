"""A tick box that holds ink on the blank must be changed: reading would subtract marks there."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from forms_app.reading.cropping import cut_field
from forms_app.reading.geometry import Box
from forms_app.reading.marks import read_mark
from forms_app.reading.types import GreyImage
from forms_app.templating.findings import Finding
from forms_app.templating.health import quick_findings
from forms_app.templating.health_print import page_print
from forms_app.templating.template_file import parse_template

BOXES = [(200 + 150 * i, 500, 30, 30) for i in range(5)]
LONE = (200, 800, 44, 44)


def blank(letters: str = "") -> GreyImage:
    """Five tick boxes in a row, with a letter in each where some are given; a larger one alone."""
    page = np.full((1754, 1240), 255, np.uint8)
    for i, (x, y, width, height) in enumerate((*BOXES, LONE)):
        cv2.rectangle(page, (x, y), (x + width, y + height), 0, 2)
        if i < len(letters):
            at = (x + 7, y + height - 7)
            cv2.putText(page, letters[i], at, cv2.FONT_HERSHEY_SIMPLEX, 0.65, 0, 1)
    return page


def cross(page: GreyImage, box: tuple[int, int, int, int]) -> GreyImage:
    x, y, width, height = box
    for start, end in (((x + 6, y + 6), (x + width - 6, y + height - 6)),
                       ((x + 6, y + height - 6), (x + width - 6, y + 6))):  # fmt: skip
        cv2.line(page, start, end, 40, 3)
    return page


SYMPTOMS = {
    "name": "symptoms",
    "page": 1,
    "kind": "choices",
    "options": [{"value": v, "box": list(b)} for v, b in zip("abcde", BOXES, strict=True)],
}
CONSENT = {"name": "consent", "page": 1, "kind": "mark", "box": list(LONE)}


def inked(page: GreyImage, *fields: dict[str, Any]) -> list[Finding]:
    pages = [{"image": "b.png", "width": 1240, "height": 1754}]
    template = parse_template(
        {"format": "fieldhand/1", "name": "Ticks", "pages": pages, "fields": list(fields)}
    )
    found = quick_findings(template, [page_print(page)])
    return [f for f in found if f.code in ("ink_in_box", "over_print")]


def test_empty_boxes_and_boxes_with_letters_are_fine() -> None:
    assert inked(blank(), SYMPTOMS, CONSENT) == []
    assert [f.severity for f in inked(blank("ABCDE"), SYMPTOMS, CONSENT)] in ([], ["should"])


@pytest.mark.parametrize("letters", ["", "ABCDE"])
def test_a_mark_in_one_option_must_be_changed(letters: str) -> None:
    page = blank(letters)
    x, y, width, height = BOXES[3]
    cv2.rectangle(page, (x + 3, y + 3), (x + width - 3, y + height - 3), 60, -1)
    [finding] = inked(page, SYMPTOMS, CONSENT)
    assert (finding.severity, finding.code, finding.field) == ("must", "ink_in_box", "symptoms")
    assert "the box of 'd'" in finding.message and "Erase it on the blank" in finding.advice


def test_a_mark_in_a_box_by_itself_must_be_changed() -> None:
    [finding] = inked(cross(blank(), LONE), SYMPTOMS, CONSENT)
    assert (finding.severity, finding.field) == ("must", "consent")


def test_reading_does_subtract_it() -> None:
    """What the finding warns of: the same cross is read on a clean blank, and missed on a crossed
    one."""
    scan = cross(blank(), LONE)
    template = parse_template(
        {
            "format": "fieldhand/1",
            "name": "Ticks",
            "pages": [{"image": "b.png", "width": 1240, "height": 1754}],
            "fields": [CONSENT],
        }
    )
    [field] = template.fields
    assert field.box == Box(*LONE)
    clean = read_mark(cut_field(scan, blank(), field))
    crossed = read_mark(cut_field(scan, cross(blank(), LONE), field))
    assert clean.probability > 0.9 and crossed.probability < 0.1
