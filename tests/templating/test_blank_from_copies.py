"""A blank of filled copies keeps the print and loses the writing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.errors import UserError
from forms_app.reading.geometry import Box
from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_from_copies import combine_copies
from tests.factories import FIELDS, draw_blank
from tests.prepared_blanks import prepared_once

CELLS = [Box(*map(float, field["box"])).scaled(1.5) for field in FIELDS[:2]]


def print_of(page: int) -> GreyImage:
    """The form of `factories` at 150 dpi."""
    _, images = cv2.imdecodemulti(
        np.frombuffer(draw_blank(page, FIELDS), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    large = cv2.resize(images[page - 1], None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)


def filled(number: int, page: int = 1) -> GreyImage:
    """A copy with other digits in other places, a little askew, on greyish paper."""
    rng = np.random.default_rng(number)
    sheet = print_of(page)
    for box in CELLS:
        for i in range(8):
            at = (int(box.x + 10 + 50 * i + rng.normal(0, 5)), int(box.bottom - rng.uniform(8, 22)))
            size, grey = rng.uniform(1.2, 1.9), int(rng.integers(20, 110))
            font = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX]))
            cv2.putText(sheet, str(rng.integers(10)), at, font, size, grey, 3)
    height, width = sheet.shape
    angle = float(rng.uniform(-1.2, 1.2))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, float(rng.uniform(0.98, 1)))
    moved = cv2.warpAffine(sheet, turn, (width, height), borderValue=(255,))
    noisy = moved * 0.88 + rng.normal(0, 3, moved.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def ink_left(blank: GreyImage) -> float:
    """Share of the cells' inside that is dark."""
    laid = align_page(blank, prepared_once(1, print_of(1))).grey
    insides = [laid[box.expanded(-8).as_slices()] for box in CELLS]
    return float(np.mean([(part < 150).mean() for part in insides]))


def print_kept(blank: GreyImage) -> float:
    """Share of the print's pixels near which there is print."""
    truth = print_of(1) < 100
    laid = align_page(blank, prepared_once(1, print_of(1))).grey
    return float((cv2.erode(laid, np.ones((5, 5), np.uint8))[truth] < 150).mean())


def test_writing_goes_and_print_stays() -> None:
    copies = [filled(number) for number in range(3)]
    steps: list[tuple[int, int]] = []
    made = combine_copies(copies, lambda done, total: steps.append((done, total)))
    assert ink_left(copies[0]) > 0.05
    assert ink_left(made.grey) < 0.006
    assert print_kept(made.grey) > 0.99
    assert (made.used, made.refused) == (3, ())
    assert steps[-1] == (6, 6)


def test_a_page_of_another_form_is_left_out() -> None:
    copies = [filled(number) for number in (3, 4)]
    made = combine_copies([*copies, filled(5, page=2)], lambda done, total: None)
    assert made.used == 2
    [(number, why)] = made.refused
    assert number == 3 and "another print" in why


def test_one_copy_is_usable_with_its_writing() -> None:
    made = combine_copies([filled(6)], lambda done, total: None)
    assert made.used == 1 and made.grey.shape == print_of(1).shape
    assert np.percentile(made.grey, 50) > 245, "its paper is white"
    assert ink_left(made.grey) > 0.05


def test_no_copy_makes_no_blank() -> None:
    with pytest.raises(UserError, match="at least one"):
        combine_copies([], lambda done, total: None)
