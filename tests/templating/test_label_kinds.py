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
    ("label", "expected"),
    [
        ("Date of birth D D MMY Y Y Y", ("Date of birth", "DDMMYYYY")),
        ("Start (DDMMYY)", ("Start", "DDMMYY")),
        ("MY DAY", ("MY DAY", "")),
        ("Remarks", ("Remarks", "")),
    ],
)
def test_guides_at_a_labels_end(label: str, expected: tuple[str, str]) -> None:
    assert without_guides(label) == expected


def test_names_are_the_editors_and_never_twice() -> None:
    assert clean_label("  Amount ... :") == "Amount"
    assert name_from("Größe (cm)") == "grosse_cm"
    names = Names({"sex"})
    assert [names.give(label) for label in ("Sex", "", "Sex", "")] == [
        "sex_2", "field_1", "sex_3", "field_2",
    ]  # fmt: skip
