"""Prints of the writing: the same sheet is known again, other people's sheets are not."""

from __future__ import annotations

import numpy as np

from forms_app.reading.likeness import is_same_writing, writing_print
from tests.reading.sheets import draw_blank, scribble

BLANK = draw_blank(7, 1169, 826)


def test_a_sheet_scanned_again_is_known() -> None:
    sheet = scribble(BLANK, seed=1)
    noise = np.random.default_rng(2).normal(0, 6, sheet.shape)
    again = np.roll(np.clip(sheet + noise - 8, 0, 255).astype(np.uint8), 1, axis=1)
    assert is_same_writing(writing_print(sheet, BLANK), writing_print(again, BLANK))


def test_other_writing_is_not() -> None:
    first, *others = (writing_print(scribble(BLANK, seed), BLANK) for seed in range(6))
    assert not any(is_same_writing(first, other) for other in others)


def test_the_shade_of_a_photograph_is_no_writing() -> None:
    light = np.linspace(0.6, 1, 826) * np.linspace(1, 0.75, 1169)[:, None]
    first, *others = (
        np.asarray(scribble(BLANK, seed) * light, dtype=np.uint8) for seed in range(4)
    )
    assert writing_print(np.asarray(BLANK * light, dtype=np.uint8), BLANK) is None
    shaded = writing_print(first, BLANK)
    assert is_same_writing(shaded, writing_print(scribble(BLANK, 0), BLANK))
    assert not any(is_same_writing(shaded, writing_print(other, BLANK)) for other in others)


def test_where_next_to_nothing_is_written_nothing_is_said() -> None:
    assert writing_print(BLANK, BLANK) is None
    assert not is_same_writing(None, None)
    assert not is_same_writing("00", "0000")
