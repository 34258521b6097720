"""Allowed answers: an unknown case is never invented."""

import numpy as np

from forms_app.training.config import CHARACTERS
from forms_app.training.targets import (
    allowed_rows,
    class_indices,
    other_case,
    same_shape_classes,
)


def names(row: np.ndarray) -> set[str]:
    """The characters that a row allows."""
    return {[*CHARACTERS, "reject"][index] for index in np.flatnonzero(row)}


def test_unknown_case_allows_both_and_known_case_one():
    classes = class_indices(np.array(["A", "A", "7", "-"]), CHARACTERS)
    rows = allowed_rows(classes, np.array([True, False, True, True]), other_case(CHARACTERS))
    assert [names(row) for row in rows] == [{"A", "a"}, {"A"}, {"7"}, {"-", "_"}]
    assert rows.dtype == np.float32 and set(np.unique(rows)) == {0.0, 1.0}


def test_labels_outside_the_charset():
    assert class_indices(np.array(["[", "0"]), CHARACTERS).tolist() == [-1, 0]


def test_same_shapes():
    flags = same_shape_classes(CHARACTERS)
    assert len(flags) == len(CHARACTERS) + 1
    assert flags[CHARACTERS.index("o")] and flags[CHARACTERS.index("S")]
    assert not flags[CHARACTERS.index("A")] and not flags[CHARACTERS.index("0")]


def test_reject_has_no_other_case():
    assert other_case("ab")[-1] == 2
