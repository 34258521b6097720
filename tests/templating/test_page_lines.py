"""Printed lines of a blank, where they were drawn."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.templating.page_lines import PageLines, page_lines


def test_the_lines_of_a_comb_are_found_where_they_are() -> None:
    page = np.full((3508, 2480), 255, np.uint8)
    for i in range(9):
        cv2.line(page, (400 + 60 * i, 800), (400 + 60 * i, 880), 0, 3)
    for y in (800, 880):
        cv2.line(page, (400, y), (880, y), 0, 3)
    found = page_lines(page, 300)
    xs, ys = [x for x, *_ in found.vertical], [y for y, *_ in found.horizontal]
    assert np.allclose(xs, [400.5 + 60 * i for i in range(9)], atol=1)
    assert np.allclose(ys, [800.5, 880.5], atol=1)
    _, top, bottom = found.vertical[4]
    assert abs(top - 800) < 6 and abs(bottom - 880) < 6
    _, left, right = found.horizontal[0]
    assert abs(left - 400) < 6 and abs(right - 880) < 6


def test_empty_paper_has_no_lines() -> None:
    assert page_lines(np.full((1000, 700), 250, np.uint8)) == PageLines((), ())
