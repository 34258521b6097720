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


def test_pieces_of_a_pale_line_are_one_and_words_are_none() -> None:
    page = np.full((3508, 2480), 255, np.uint8)
    for start in range(300, 1500, 150):
        cv2.line(page, (start, 1000), (start + 90, 1000), 150, 3)
    for start in range(300, 900, 60):
        cv2.line(page, (start, 2000), (start + 25, 2000), 0, 4)
    found = page_lines(page, 300).horizontal
    [(_, left, right)] = [line for line in found if abs(line[0] - 1000) < 5]
    assert abs(left - 300) < 8 and abs(right - 1440) < 8
    assert all(end - start < 60 for y, start, end in found if abs(y - 2000) < 5)


def test_empty_paper_has_no_lines() -> None:
    assert page_lines(np.full((1000, 700), 250, np.uint8)) == PageLines((), ())
