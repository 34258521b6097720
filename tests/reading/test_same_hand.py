"""A doubtful character is weighed by what its writer wrote elsewhere on the page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.same_hand import weigh_by_hand
from forms_app.reading.types import LogProbabilities, Segmentation
from tests.reading.made_fields import CHARSET, comb, comb_field, likely, line, line_field, sure

ONE = [((14, 4), (14, 24))]
SEVEN = [((6, 5), (21, 5)), ((21, 5), (13, 24))]
FLAGGED_ONE = [((9, 9), (15, 4)), ((15, 4), (14, 24))]


def drawn(strokes: list[tuple[tuple[int, int], tuple[int, int]]]) -> NDArray[np.uint8]:
    image = np.zeros((28, 28), np.uint8)
    for start, end in strokes:
        cv2.line(image, start, end, 255, 3, cv2.LINE_AA)
    return image


def written(*images: NDArray[np.uint8]) -> Segmentation:
    cut = comb("x" * len(images))
    glyphs = (replace(g, image=i) for g, i in zip(cut.glyphs, images, strict=True))
    return replace(cut, glyphs=tuple(glyphs))


def shares(rows: LogProbabilities, row: int, *characters: str) -> list[float]:
    return [float(np.exp(rows[row, CHARSET.index_of(c)])) for c in characters]


def test_what_looks_like_the_writers_ones_becomes_likelier_a_one() -> None:
    fields = [comb_field("digits"), comb_field("digits")]
    cuts = [written(drawn(ONE), drawn(SEVEN)), written(drawn(ONE))]
    rows = [sure("17", 0.995), likely({"7": 0.55, "1": 0.44})]
    first, second = weigh_by_hand(fields, cuts, rows, CHARSET)
    one, seven = shares(second, 0, "1", "7")
    assert one > 0.9 > 0.1 > seven
    assert np.isclose(one + seven, sum(shares(rows[1], 0, "1", "7")))
    assert np.array_equal(first, rows[0])


def test_the_same_shape_means_what_its_writer_means_by_it() -> None:
    def read(ones: NDArray[np.uint8], sevens: NDArray[np.uint8]) -> list[float]:
        cuts = [written(ones, sevens, drawn(FLAGGED_ONE))]
        rows = [np.vstack([sure("17", 0.995), likely({"1": 0.5, "7": 0.5})])]
        (found,) = weigh_by_hand([comb_field("digits")], cuts, rows, CHARSET)
        return shares(found, 2, "1", "7")

    one, seven = read(drawn(FLAGGED_ONE), drawn(SEVEN))
    assert one > seven
    one, seven = read(drawn(ONE), drawn(FLAGGED_ONE))
    assert one < seven


def test_without_a_sure_one_of_both_nothing_changes() -> None:
    cuts = [written(drawn(ONE), drawn(ONE))]
    rows = [np.vstack([sure("1", 0.995), likely({"7": 0.55, "1": 0.44})])]
    (found,) = weigh_by_hand([comb_field("digits")], cuts, rows, CHARSET)
    assert np.array_equal(found, rows[0])


def test_cases_count_as_one_and_stay_open() -> None:
    cuts = [written(drawn(ONE), drawn(SEVEN), drawn(ONE))]
    rows = [np.vstack([sure("IT", 0.995), likely({"T": 0.5, "I": 0.2, "i": 0.1, "l": 0.1})])]
    (found,) = weigh_by_hand([comb_field("letters")], cuts, rows, CHARSET)
    upper, lower, other = shares(found, 2, "I", "i", "l")
    assert upper > 0.45 and np.isclose(upper / lower, 2.0, rtol=0.01)
    assert np.isclose(other, shares(rows[0], 2, "l")[0])


def test_lines_and_marks_are_left_alone() -> None:
    fields = [line_field("digits"), comb_field("digits")]
    rows = [likely({"7": 0.55, "1": 0.44}), likely()]
    found = weigh_by_hand(fields, [line(1), None], rows, CHARSET)
    assert all(np.array_equal(a, b) for a, b in zip(found, rows, strict=True))
