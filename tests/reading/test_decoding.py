"""Decoding with hand-made log-probabilities."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_app.reading.decoding import decode
from forms_app.reading.errors import ShapeError
from forms_app.reading.form_template import Case, FormField
from forms_app.reading.types import Decoded, InkState, LogProbabilities, Outcome, Segmentation
from tests.reading.made_fields import (
    CHARSET,
    REJECT,
    comb,
    comb_field,
    glyph,
    likely,
    line,
    line_field,
    sure,
)


def read(field: FormField, segmentation: Segmentation, log_p: LogProbabilities) -> Decoded:
    return decode(field, segmentation, log_p, CHARSET)


def top(decoded: Decoded) -> float:
    return decoded.candidates[0][1]


# --- alphabets and case ---------------------------------------------------------------------------
def test_digits_are_preferred_to_letters_of_their_shape() -> None:
    decoded = read(
        comb_field("digits"), comb("xx"), likely({"O": 0.6, "0": 0.39}, {"l": 0.7, "1": 0.29})
    )
    assert decoded.value == "01" and decoded.unconstrained == "Ol"
    assert top(decoded) > 0.95


def test_a_clear_letter_in_a_digits_field_is_not_forced_to_a_digit() -> None:
    decoded = read(comb_field("digits"), comb("x"), sure("X"))
    assert decoded.outcome is Outcome.UNREADABLE and decoded.reject_probability > 0.9


def test_case_folding_adds_both_cases() -> None:
    split = likely({"C": 0.48, "c": 0.46, "G": 0.05})
    decoded = read(comb_field("text", case=Case.UPPER), comb("x"), split)
    assert decoded.value == "C" and decoded.characters[0].probability == pytest.approx(
        0.94, abs=0.02
    )
    assert read(comb_field("text", case=Case.LOWER), comb("x"), split).value == "c"


def test_size_decides_between_cases_of_one_shape() -> None:
    even = {"C": 0.5, "c": 0.49}
    log_p = likely({"A": 0.98}, even, {"t": 0.98}, even)
    decoded = read(line_field("text"), line(4, heights=(1.0, 1.0, 0.95, 0.6)), log_p)
    assert decoded.value == "ACtc"


def test_a_speck_is_no_letter_and_a_letter_no_full_stop() -> None:
    log_p = likely({"1": 0.5, ".": 0.45})
    assert read(line_field("text"), line(1, heights=(0.12,)), log_p).value == "."
    assert read(line_field("text"), line(1, heights=(0.9,)), log_p).value == "1"


# --- empty cells ----------------------------------------------------------------------------------
def test_empty_cells_inside_text_are_spaces_and_outside_nothing() -> None:
    decoded = read(comb_field("text"), comb("  xx x "), sure("ABC"))
    assert decoded.value == "AB C"
    assert [c.cell for c in decoded.characters] == [2, 3, None, 5]


def test_empty_cells_never_become_spaces_of_a_number() -> None:
    assert read(comb_field("digits"), comb(" x xx"), sure("123")).value == "123"


def test_a_word_gap_is_a_space_in_text() -> None:
    assert read(line_field("text"), line(4, gaps=(2,)), sure("ABCD")).value == "AB CD"


# --- constraints ----------------------------------------------------------------------------------
def test_date_settles_what_the_classifier_left_open() -> None:
    log_p = likely({"3": 0.98}, {"7": 0.6, "1": 0.39}, *({c: 0.98} for c in "121984"))
    decoded = read(comb_field("date", format="DDMMYYYY"), comb("x" * 8), log_p)
    assert decoded.value == "1984-12-31" and decoded.satisfied
    assert "".join(c.value for c in decoded.characters) == "31121984"


def test_an_impossible_date_stays_as_written_and_says_so() -> None:
    decoded = read(comb_field("date", format="DDMMYYYY"), comb("x" * 8), sure("99999999"))
    assert decoded.value == "99999999" and not decoded.satisfied and decoded.problems


def test_date_on_a_line_may_lack_zeros_where_separators_stand() -> None:
    decoded = read(
        line_field("date", format="DDMMYYYY"),
        line(8, heights=(1, 0.15, 1, 0.15, 1, 1, 1, 1)),
        sure("3.4.2021"),
    )
    assert decoded.value == "2021-04-03" and decoded.satisfied


def test_check_digit_picks_the_valid_reading() -> None:
    log_p = likely(*({c: 0.97} for c in "7992739871"), {"8": 0.55, "3": 0.43})
    decoded = read(comb_field("digits", check="luhn"), comb("x" * 11), log_p)
    assert decoded.value == "79927398713" and decoded.satisfied
    assert top(decoded) < 0.98


def test_pattern_reaches_deep_into_lookalikes() -> None:
    pairs = [{"O": 0.6, "0": 0.39}, {"I": 0.6, "1": 0.39}, {"S": 0.6, "5": 0.39}]
    log_p = likely(*pairs, *pairs)
    field = comb_field("text", pattern="[A-Z]{3}[0-9]{3}", case=Case.UPPER)
    assert read(field, comb("x" * 6), log_p).value == "OIS015"


def test_value_list_spelling_wins_and_close_calls_stay_doubtful() -> None:
    field = comb_field("text", values=("Smith", "Smyth", "Jones"))
    log_p = likely({"S": 0.98}, {"M": 0.97}, {"Y": 0.55, "I": 0.43}, {"T": 0.97}, {"H": 0.97})
    decoded = read(field, comb("xxxxx"), log_p)
    assert decoded.value == "Smyth" and decoded.candidates[1][0] == "Smith"
    assert 0.4 < top(decoded) < 0.7


def test_a_list_entry_never_wins_against_clear_ink() -> None:
    decoded = read(comb_field("text", values=("SMITH", "JONES")), comb("xxxxx"), sure("SMYTH"))
    assert not decoded.satisfied and decoded.problems == ("is not in the list of values",)


def test_accents_and_spaces_of_a_list_entry_need_not_be_written() -> None:
    field = comb_field("text", values=("São Paulo", "Rio"))
    assert read(field, comb("xxx xxxxx"), sure("SAO PAULO")).value == "São Paulo"


def test_a_long_list_is_read_quickly() -> None:
    rng = np.random.default_rng(1)
    letters = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    values = tuple({"".join(rng.choice(letters, rng.integers(4, 11))) for _ in range(20_000)})
    field, wanted = comb_field("text", values=values), values[1234]
    log_p = likely(*({c: 0.6, c.lower(): 0.2, "Q": 0.1} for c in wanted))
    read(field, comb("x" * len(wanted)), log_p)
    begun = time.process_time()
    decoded = read(field, comb("x" * len(wanted)), log_p)
    assert decoded.value == wanted and time.process_time() - begun < 0.5


# --- the lattice ----------------------------------------------------------------------------------
def test_the_lattice_chooses_one_wide_character_or_two_narrow_ones() -> None:
    glyphs = (glyph(0, 1, 1.0, 1.0), glyph(1, 2, 1.0, 1.0), glyph(0, 2, 1.0, 1.0))
    lattice = Segmentation(InkState.WRITTEN, glyphs, 3)
    field = line_field("text", case=Case.LOWER)
    as_two = read(field, lattice, likely({"c": 0.9}, {"l": 0.9}, {REJECT: 0.95}))
    as_one = read(field, lattice, likely({REJECT: 0.9}, {"l": 0.6}, {"d": 0.95}))
    assert as_two.value == "cl" and as_one.value == "d"


def test_a_list_decides_how_to_cut() -> None:
    glyphs = (glyph(0, 1, 1.0, 1.0), glyph(1, 2, 1.0, 1.0), glyph(0, 2, 1.0, 1.0))
    lattice = Segmentation(InkState.WRITTEN, glyphs, 3)
    log_p = likely({"c": 0.7, REJECT: 0.2}, {"l": 0.7, REJECT: 0.2}, {"d": 0.8, REJECT: 0.1})
    assert read(line_field("text", values=("CL", "XX")), lattice, log_p).value == "CL"
    assert read(line_field("text", values=("D", "X")), lattice, log_p).value == "D"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_comb_candidates_are_the_exact_best(seed: int) -> None:
    """Against all products of three glyphs: the same order, the same probabilities."""
    rng = np.random.default_rng(seed)
    digits = rng.dirichlet(np.full(10, 0.4), 3)
    log_p = likely(*({str(d): max(p, 1e-6) for d, p in enumerate(row)} for row in digits))
    decoded = read(comb_field("digits"), comb("xxx"), log_p)
    exact = {
        "".join(map(str, t)): float(np.exp(log_p[[0, 1, 2], list(t)].sum()))
        for t in product(range(10), repeat=3)
    }
    best = sorted(exact, key=exact.__getitem__, reverse=True)
    assert decoded.value == best[0]
    for value, probability in decoded.candidates[:3]:
        assert probability == pytest.approx(exact[value], rel=0.02, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_candidates_are_ordered_and_sum_to_one_at_most(seed: int) -> None:
    rng = np.random.default_rng(seed)
    log_p = np.log(rng.dirichlet(np.full(CHARSET.size, 0.1), 5)).clip(-30).astype(np.float32)
    for field in (comb_field("text"), comb_field("digits", check="luhn"), comb_field("number")):
        decoded = read(field, comb("xx xxx"), log_p)
        probabilities = [p for _, p in decoded.candidates]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) <= 1 + 1e-6


# --- outcomes -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "outcome"),
    [(InkState.EMPTY, Outcome.BLANK), (InkState.STRUCK_OUT, Outcome.STRUCK_OUT)],
)
def test_nothing_to_read_keeps_its_outcome(state: InkState, outcome: Outcome) -> None:
    decoded = read(line_field("text"), Segmentation(state, (), 1), sure(""))
    assert decoded.outcome is outcome and decoded.value == "" and decoded.candidates == ()


def test_smudges_are_unreadable() -> None:
    decoded = read(comb_field("text"), comb("xx"), likely({REJECT: 0.95}, {REJECT: 0.9}))
    assert decoded.outcome is Outcome.UNREADABLE


def test_a_doubtful_glyph_lowers_every_candidate() -> None:
    decoded = read(comb_field("digits"), comb("x"), likely({"7": 0.6, REJECT: 0.39}))
    assert top(decoded) < 0.65 and decoded.reject_probability == pytest.approx(0.39, abs=0.02)


def test_wrong_shape_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"expected \(2, "):
        read(comb_field("text"), comb("xx"), sure("A"))


def test_a_bar_among_capitals_is_an_i() -> None:
    bar = {"l": 0.5, "1": 0.25, "I": 0.2}
    field = comb_field("letters", case=Case.UPPER)
    decoded = read(field, comb("xxx"), likely({"R": 0.98}, bar, {"D": 0.98}))
    assert decoded.value == "RID" and top(decoded) > 0.85
    assert read(comb_field("letters", case=Case.LOWER), comb("x"), likely(bar)).value == "l"


def test_neighbours_tell_rings_and_bars_apart() -> None:
    ring, bar = {"0": 0.5, "O": 0.48}, {"1": 0.4, "l": 0.3, "I": 0.28}
    field = comb_field("text", case=Case.UPPER)
    word = likely({"R": 0.98}, ring, {"B": 0.98}, bar, {"N": 0.98})
    number = likely({"2": 0.98}, ring, {"7": 0.98}, bar, {"4": 0.98})
    assert read(field, comb("xxxxx"), word).value == "ROBIN"
    assert read(field, comb("xxxxx"), number).value == "20714"


def test_neighbours_beyond_a_word_gap_have_no_say() -> None:
    bars = [{"1": 0.5, "l": 0.4}, {"1": 0.5, "l": 0.4}]
    log_p = likely(*bars, {"k": 0.98}, {"m": 0.98})
    heights = (1.0, 1.0, 1.0, 0.6)
    assert read(line_field("text"), line(4, (2,), heights), log_p).value == "11 km"
