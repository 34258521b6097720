"""Date formats: what is written, its ISO value and back."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.reading.dates import parse_format, within

WRITTEN = [
    ("DDMMYYYY", "23112026", "2026-11-23"),
    ("DDMMYYYY", "23.11.2026", "2026-11-23"),
    ("DDMMYYYY", "3/4/2021", "2021-04-03"),
    ("DD.MM.YYYY", "03042021", "2021-04-03"),
    ("MM/DD/YYYY", "04/03/2021", "2021-04-03"),
    ("YYYY-MM-DD", "2024-02-29", "2024-02-29"),
    ("DDMMYY", "010169", "1969-01-01"),
    ("DDMMYY", "010168", "2068-01-01"),
    ("MMYYYY", "112026", "2026-11"),
    ("YYYY", "1999", "1999"),
    ("DDMM", "2902", "02-29"),
    ("HHMM", "0905", "09:05"),
    ("DD.MM.YYYY HH:MM", "23.11.2026 14:30", "2026-11-23T14:30"),
]


@pytest.mark.parametrize(("shape", "written", "iso"), WRITTEN)
def test_value_is_iso(shape: str, written: str, iso: str) -> None:
    assert parse_format(shape).to_iso(written) == iso


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ("DDMMYYYY", "31022026"),
        ("DDMMYYYY", "29022023"),
        ("DDMMYYYY", "00012026"),
        ("DDMMYYYY", "01132026"),
        ("DDMMYYYY", "0101202"),
        ("DDMMYYYY", "1.1.26"),
        ("DDMMYYYY", "1a012026"),
        ("HHMM", "2460"),
        ("HHMM", "2400"),
    ],
)
def test_impossible_dates_are_refused_with_a_reason(shape: str, written: str) -> None:
    with pytest.raises(ValueError, match=r"there is no|does not"):
        parse_format(shape).to_iso(written)


@given(
    st.dates(min_value=date(1000, 1, 1)),
    st.sampled_from(["DDMMYYYY", "YYYY-MM-DD", "MM/DD/YYYY", "DD.MM.YYYY"]),
)
def test_iso_and_written_form_are_inverse(day: date, shape: str) -> None:
    parsed = parse_format(shape)
    written = parsed.from_iso(day.isoformat())
    assert written is not None and len(written) == len(shape)
    assert parsed.to_iso(written) == day.isoformat()


def test_two_digit_years_fall_into_the_range() -> None:
    shape = parse_format("DDMMYY")
    assert shape.to_iso("010150", "1900-01-01", "2020-12-31") == "1950-01-01"
    assert shape.to_iso("010150", "2001-01-01", None) == "2050-01-01"
    assert shape.to_iso("290200", "1990", "2010") == "2000-02-29"


@pytest.mark.parametrize("text", ["", "DDMMYYYYX", "DDDD", "DDYYYY", "DD", "DDMMYYYYYY", "dmy"])
def test_wrong_formats_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="date format"):
        parse_format(text)


def test_bounds_may_be_less_precise_than_the_date() -> None:
    assert within("2026-11-23", "2026", "2026-11")
    assert not within("2026-12-01", None, "2026-11")
    assert not within("2025-12-31", "2026", None)


def test_a_part_stays_possible_only_within_its_limits() -> None:
    day, month, _ = parse_format("DDMMYYYY").parts
    assert day.allows("3") and day.allows("31") and not day.allows("32") and not day.allows("4")
    assert day.allows("0") and not day.allows("00")
    assert month.allows("1") and not month.allows("2") and not month.allows("13")
