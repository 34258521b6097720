"""Grids of marks: what is put in, what is taken out, and whole answer sheets."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.detection_score import compare
from benchmarks.drawn_forms.answer_sheet import draw_answer_sheet
from forms_app.templating.detection import detect_fields
from forms_app.templating.grid_repair import complete, drop_unlike
from forms_app.templating.mark_lattices import MarkGrid, lattices_of
from forms_app.templating.mark_patterns import Pattern

SIDE, STEP = 20.0, 30


def _pattern(*seen: tuple[int, int, float], filled: tuple[int, int] = (0, 0)) -> Pattern:
    """What is seen at places `(x, y, likeness)`; one mark is filled in."""
    likeness = np.zeros((700, 300), np.float32)
    darker = np.zeros((700, 300), np.uint8)
    for x, y, value in seen:
        likeness[y, x] = value
    x, y = filled
    darker[y, x] = 255
    return Pattern((SIDE, SIDE), likeness, darker)


def _block(xs: list[int], top: int, rows: int) -> list[tuple[int, int, float]]:
    return [(x, top + STEP * row, 0.9) for row in range(rows) for x in xs]


def _grid(places: list[tuple[int, int, float]]) -> MarkGrid:
    [grid] = lattices_of(np.array([place[:2] for place in places], np.float64), (SIDE, SIDE))
    return grid


def test_a_filled_mark_is_put_in_and_the_number_under_a_column_is_not() -> None:
    places = [*_block([100, 140, 180], 100, 5), *_block([140, 180, 220], 300, 8)]
    corner = places.pop(0)[:2]
    numbers = [(100, 300 + STEP * row, 0.5) for row in range(8)]
    grid = _grid(places)
    complete(grid, _pattern(*places, *numbers, filled=corner))
    assert sorted(grid.nodes.values()) == sorted([corner, *(place[:2] for place in places)])


def test_columns_nearly_over_others_stay_but_the_likest_of_two_side_by_side() -> None:
    places = [*_block([100, 140, 180], 100, 5), *_block([110, 147, 184], 300, 8)]
    grid = _grid(places)
    drop_unlike(grid, _pattern(*places))
    assert len(grid.nodes) == len(places)
    beside = [(x + 15, y, 0.7) for x, y, _ in _block([184], 300, 8)]
    grid = _grid([*places, *beside])
    drop_unlike(grid, _pattern(*places, *beside))
    assert len(grid.nodes) == len(places)


@pytest.mark.parametrize(("seed", "dpi"), [(102, 150), (103, 100), (109, 150), (116, 200)])
def test_whole_answer_sheets_are_found(seed: int, dpi: int) -> None:
    """Square brackets and filled ones, lettered parentheses, ovals, empty parentheses."""
    grey, truth = draw_answer_sheet(seed, dpi)
    score = compare(detect_fields(grey, dpi), truth, False, 0.0)
    assert score.marks_found == score.marks > 150
    assert score.groups_found == score.groups
    assert score.false <= 0.01 * score.proposals, score.missed
