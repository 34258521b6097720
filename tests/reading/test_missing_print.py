"""Pale guide letters: taken out where the scan shows them, and only there."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.missing_print import without_missing_print


def _letters(level: int) -> np.ndarray:
    image = np.zeros((80, 320), np.uint8)
    for index, letter in enumerate("DMYY"):
        place = (20 + 80 * index, 55)
        cv2.putText(image, letter, place, cv2.FONT_HERSHEY_SIMPLEX, 1.4, level, 3)
    return image


def _digits() -> np.ndarray:
    image = np.zeros((80, 320), np.uint8)
    for index, digit in enumerate("2087"):
        place = (12 + 80 * index, 66)
        cv2.putText(image, digit, place, cv2.FONT_HERSHEY_SIMPLEX, 2.0, 255, 7)
    return image


def test_guides_that_a_fax_dropped_take_nothing_from_the_digits_over_them() -> None:
    assert not without_missing_print(_digits(), _letters(64)).any()


def test_guides_that_came_out_stay_print() -> None:
    guides = _letters(64)
    shown = np.maximum(_letters(255), _digits())
    np.testing.assert_array_equal(without_missing_print(shown, guides), guides)


def test_guides_that_came_out_in_part_in_empty_cells_stay_print() -> None:
    guides = _letters(64)
    broken = _letters(255)
    broken[:, ::3] = 0
    np.testing.assert_array_equal(without_missing_print(broken, guides), guides)


def test_dark_print_is_never_missing() -> None:
    lines = _letters(200)
    np.testing.assert_array_equal(without_missing_print(np.zeros_like(lines), lines), lines)
