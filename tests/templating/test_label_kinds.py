"""What labels say about kinds, and the names made of them."""

from __future__ import annotations

import pytest

from forms_app.templating.field_naming import Names, clean_label, name_from
from forms_app.templating.label_kinds import (
    choice_kind,
    date_format,
    is_signature,
    without_guides,
    written_kind,
)


@pytest.mark.parametrize(
    ("label", "guides", "cells", "kind", "format_"),
    [
        ("", "DDMMYYYY", 8, "date", "DDMMYYYY"),
        ("Geburtsdatum", "TTMMJJJJ", 8, "date", "DDMMYYYY"),
        ("Start (MM/DD/YYYY)", "", 8, "date", "MMDDYYYY"),
        ("Date of birth", "", 6, "date", "DDMMYY"),
        ("Date of birth", "", 5, "text", None),
        ("Country of birth", "", 8, "text", None),
        ("Amount (EUR)", "", 0, "number", None),
        ("Telephone", "", 10, "digits", None),
        ("Passport No.", "", 9, "text", None),
        ("First names", "", 12, "letters", None),
        ("", "ABCD", 4, "text", None),
        ("", "D0MMYVYY", 8, "date", "DDMMYYYY"),
        ("", "MMDYYYY", 8, "date", "MMDDYYYY"),
        ("Next visit", "DD", 8, "text", None),
    ],
)
def test_kinds(label: str, guides: str, cells: int, kind: str, format_: str | None) -> None:
    found = written_kind(label, guides, cells)
    assert (found.kind, found.format) == (kind, format_)


def test_signatures_choices_and_dates() -> None:
    assert is_signature("Signature of applicant") and not is_signature("Design")
    assert choice_kind("Tick all that apply") == "choices" and choice_kind("Sex") == "choice"
    assert date_format("J J M M A A A A") == "DDMMYYYY" and date_format("DM") is None


@pytest.mark.parametrize(
    ("label", "cells", "expected"),
    [
        ("Date of birth D D MMY Y Y Y", 8, ("Date of birth", "DDMMYYYY")),
        ("Date of birthD DMMYYYY", 8, ("Date of birth", "DDMMYYYY")),
        ("Next visitDDMMYYYY", 8, ("Next visit", "DDMMYYYY")),
        ("Next visitDD", 8, ("Next visit", "DDMMYYYY")),
        ("Next visit MMDYYY", 8, ("Next visit", "MMDDYYYY")),
        ("BesuchTT MJJ", 6, ("Besuch", "DDMMYY")),
        ("Start (DDMMYY)", 6, ("Start", "DDMMYY")),
        ("Next visitDD", 10, ("Next visitDD", "")),
        ("Depth MM", 8, ("Depth MM", "")),
        ("MY DAY", 8, ("MY DAY", "")),
        ("Remarks", 8, ("Remarks", "")),
    ],
)
def test_guides_at_a_labels_end(label: str, cells: int, expected: tuple[str, str]) -> None:
    assert without_guides(label, cells) == expected


def test_names_are_the_editors_and_never_twice() -> None:
    assert clean_label("  Amount ... :") == "Amount"
    assert name_from("Größe (cm)") == "grosse_cm"
    names = Names({"sex"})
    assert [names.give(label) for label in ("Sex", "", "Sex", "")] == [
        "sex_2", "field_1", "sex_3", "field_2",
    ]  # fmt: skip
