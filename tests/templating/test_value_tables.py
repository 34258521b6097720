"""Value lists out of CSV files as people have them: Excel's, with headings, with mistakes."""

from __future__ import annotations

import pytest

from forms_app.errors import ValueListError
from forms_app.reading.form_template import FormField
from forms_app.templating.field_rules import parse_field
from forms_app.templating.value_tables import read_table, value_column


@pytest.fixture
def village() -> FormField:
    keys = {"name": "village", "kind": "letters", "cells": 8, "box": [0, 0, 400, 40]}
    field = parse_field(keys, 1, None, [])
    assert field is not None
    return field


def test_the_column_that_fits_is_found_under_its_heading(village: FormField) -> None:
    table = read_table(b"Code;Village\r\n1;Kabul\r\n2;Herat\r\n3;Balkh\r\n")
    found = value_column(table, village)
    assert (found.columns, found.column, found.has_heading) == (("Code", "Village"), 1, True)
    assert found.values == ("Kabul", "Herat", "Balkh")
    assert found.rows[0] == ("1", "Kabul")
    codes = value_column(table, village, column=0, has_heading=False)
    assert codes.values == ("Code", "1", "2", "3")
    assert codes.columns == ("Column 1", "Column 2")


TOWNS = b"id;Region;Village\n1;North;Kabul\n2;North;Herat\n3;South;Mazar-i-Sharif\n4;South;Zaranj\n"


@pytest.mark.parametrize(
    ("keys", "column"),
    [
        ({"name": "place", "kind": "text"}, "Village"),
        ({"name": "place", "kind": "text", "cells": 8}, "Village"),
        ({"name": "place", "kind": "letters"}, "Village"),
        ({"name": "place", "kind": "digits"}, "id"),
        ({"name": "region", "kind": "text"}, "Region"),
        ({"name": "place", "label": "region", "kind": "letters"}, "Region"),
    ],
)
def test_words_go_before_running_numbers_for_text_and_numbers_for_digits(
    keys: dict[str, object], column: str
) -> None:
    field = parse_field({"layout": "line", "box": [0, 0, 400, 40], **_comb(keys)}, 1, None, [])
    assert field is not None
    found = value_column(read_table(TOWNS), field)
    assert (found.columns[found.column], found.has_heading) == (column, True)


def _comb(keys: dict[str, object]) -> dict[str, object]:
    return keys | {"layout": "comb"} if "cells" in keys else keys


def test_numbers_are_taken_for_text_where_there_is_nothing_else() -> None:
    keys = {"name": "code", "kind": "text", "layout": "line", "box": [0, 0, 400, 40]}
    field = parse_field(keys, 1, None, [])
    assert field is not None
    assert value_column(read_table(b"7;17\n8;18"), field).values == ("7", "8")


def test_repeats_gaps_and_what_does_not_fit_are_counted(village: FormField) -> None:
    table = read_table(b"Kabul,1\n,3\nHerat,4\nMazar-i-Sharif,5\nQ7,6\nkabul,2")
    found = value_column(table, village)
    assert found.values == ("Kabul", "Herat", "Mazar-i-Sharif", "Q7")
    assert (found.blank, found.duplicates.count, found.duplicates.examples) == (1, 1, ("Kabul",))
    assert {(u.reason, u.entries.examples) for u in found.unfit} == {
        ("longer than its 8 cells", ("Mazar-i-Sharif",)),
        ("may hold letters only", ("Q7",)),
    }
    fitting = value_column(table, village, only_fitting=True)
    assert fitting.values == ("Kabul", "Herat") and fitting.unfit == found.unfit


@pytest.mark.parametrize(
    "content",
    [
        "Müller\nSøren".encode(),
        "\ufeffMüller\nSøren".encode(),
        "Müller\nSøren".encode("cp1252"),
        "Müller\nSøren".encode("utf-16"),
        '"Müller"\t7\n"Søren"\t8'.encode(),
    ],
)
def test_encodings_and_delimiters_of_spreadsheets(village: FormField, content: bytes) -> None:
    assert value_column(read_table(content), village).values == ("Müller", "Søren")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no value"),
        (b"\n \n,,\n", "holds no value"),
        (b"PK\x03\x04\x00\x00", "no text"),
        (b"x" * (21 << 20), "larger than 20 MB"),
        (b'"' + b"a" * 200_000 + b'"', "no CSV table"),
    ],
)
def test_files_that_are_no_list_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueListError, match=words):
        read_table(content)


def test_a_column_that_is_not_there_is_refused(village: FormField) -> None:
    with pytest.raises(ValueListError, match="no column 3"):
        value_column(read_table(b"a;b"), village, column=2)
