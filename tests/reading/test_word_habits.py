"""Rows of letters as they follow one another in words and names."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.decoding import decode
from forms_app.reading.form_template import Case
from forms_app.reading.types import Decoded
from forms_app.reading.word_habits import plausibility
from forms_app.training.letter_trigrams import read_words, trigram_table
from tests.reading.made_fields import CHARSET, comb, comb_field, likely, sure


def read(kind: str, *glyphs: dict[str, float]) -> Decoded:
    field = comb_field(kind, case=Case.UPPER)
    return decode(field, comb("x" * len(glyphs)), likely(*glyphs), CHARSET)


@pytest.mark.parametrize(("word", "other"), [("HARDEN", "HAROEN"), ("MARTIN", "MARTLN")])
def test_words_are_more_plausible_than_their_misreadings(word: str, other: str) -> None:
    assert plausibility(word) > plausibility(other) + 1


def test_length_and_what_is_no_letter_count_for_nothing() -> None:
    assert plausibility("") == plausibility("12-3") == 0
    assert plausibility("ANNA MARIA") == pytest.approx(plausibility("anna-maria"))


def test_a_close_call_in_a_name_is_settled_and_clear_ink_is_not() -> None:
    close = [{c: 0.97} for c in "HARDEN"]
    close[3] = {"O": 0.55, "D": 0.4}
    assert read("letters", *close).value == "HARDEN"
    clear = decode(comb_field("letters", case=Case.UPPER), comb("xxxxxx"), sure("HAROEN"), CHARSET)
    assert clear.value == "HAROEN"


def test_a_text_field_may_hold_codes_and_is_not_weighed() -> None:
    code = [{c: 0.97} for c in "HARDEN"]
    code[3] = {"O": 0.55, "D": 0.4}
    assert read("text", *code).value == "HAROEN"


def test_a_table_is_made_of_the_words_of_lists(tmp_path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Anna 1.0\nANNA\nBert\no'neil\nx\n\n")
    assert read_words([words]) == {"ANNA", "BERT"}
    table = trigram_table(["ANNA", "BERT"])
    assert table.shape == (27, 27, 27)
    np.testing.assert_allclose(np.exp(table).sum(-1), 1, atol=1e-5)
    assert table[0, 13, 13] > table[0, 13, 25]
