"""The registration's test of itself: sound forms pass, faint, repetitive and equal pages do not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.registration import prepare_reference
from forms_app.reading.types import AlignedPage, GreyImage
from forms_app.templating.findings import Finding
from forms_app.templating.health_registration import (
    MOST_MISPLACED,
    misplaced_share,
    registration_findings,
)
from forms_app.templating.worn_copies import WornCopy
from tests.factories import FIELDS, draw_blank

FAR = FormField("far", 1, FieldKind.MARK, Box(1150, 1650, 30, 30))


def check(*pages: GreyImage, fields: tuple[FormField, ...] = ()) -> tuple[Finding, ...]:
    references = [prepare_reference(n, page) for n, page in enumerate(pages, start=1)]
    steps: list[tuple[int, int]] = []
    found = registration_findings(references, fields, lambda done, of: steps.append((done, of)))
    assert steps[-1][0] == steps[-1][1] == len(steps)
    return found


def drawn(pages: int) -> list[GreyImage]:
    _, images = cv2.imdecodemulti(
        np.frombuffer(draw_blank(pages, FIELDS), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    return [np.asarray(image, np.uint8) for image in images]


@pytest.fixture(scope="module")
def blank() -> GreyImage:
    return drawn(1)[0]


def test_pages_with_the_same_print_cannot_be_told_apart(blank: GreyImage) -> None:
    other = blank.copy()
    cv2.putText(other, "2", (700, 90), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    found = check(blank, other)
    assert {finding.code for finding in found} == {"look_alike"}
    assert found[-1].message.startswith(("Page 1 can be taken for page 2", "Page 2 can be"))


def test_a_page_with_next_to_no_print_is_not_found_again() -> None:
    bare = np.full((1754, 1240), 255, np.uint8)
    cv2.putText(bare, "Name", (100, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 0, 2)
    found = check(bare)
    assert found[0].severity == "must" and found[0].code == "not_found_again"
    assert "page 1" in found[0].message.lower() and "title" in found[0].advice


def test_a_field_far_from_all_print_is_named() -> None:
    page = np.full((1754, 1240), 255, np.uint8)
    page[:600, :826] = drawn(1)[0][500:1100]
    near = FormField("near", 1, FieldKind.MARK, Box(200, 300, 30, 30))
    found = check(page, fields=(FAR, near))
    assert [(f.code, f.field) for f in found] == [("weak_print_near", "far")]


def test_a_page_laid_a_piece_off_is_noticed(blank: GreyImage) -> None:
    """Registration has its own gates; this looks at what came of it."""
    copy = WornCopy("a copy", blank, np.eye(3), True)
    laid = AlignedPage(1, blank, np.eye(3), 0, 0.1)
    assert misplaced_share(copy, laid) == 0
    assert misplaced_share(copy, replace(laid, grey=np.roll(blank, 36, axis=0))) > MOST_MISPLACED
