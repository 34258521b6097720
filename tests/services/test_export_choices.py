"""What an export is to hold: columns, forms, ways of writing; as typed data, too."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from arro3.io import read_parquet

from forms_app.errors import UserError
from forms_app.services import export_xlsx, exports, review
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import (
    PLAIN,
    ExportChoice,
    ExportColumn,
    choice_from_json,
)
from tests import factories
from tests.services.exported_data import FIELDS, built, exported, make_form

TODAY = datetime.now(UTC).date()


def _rows(data: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=separator))


def test_columns_headings_and_the_way_values_are_written(any_app: Application) -> None:
    batch = factories.make_batch(any_app, FIELDS)
    form = make_form(any_app, batch.id, needs_review=True)
    review.decide(any_app, form, "amount", "correct", "-99.5")
    choice = ExportChoice(
        columns=(ExportColumn("born", "Date of birth"), ExportColumn("amount")),
        labels=True,
        outcomes=True,
        confidences=True,
        provenance=True,
        head=False,
        dates="DD.MM.YYYY",
        decimal_mark=",",
        separator=";",
        encoding="utf-8-sig",
    )
    data = exported(any_app, batch.id, "csv", choice)
    assert data.startswith(b"\xef\xbb\xbf")
    [headings, row] = _rows(data, ";")
    parts = ("", "_outcome", "_confidence", "_source", "_by", "_at")
    names = ("Date of birth", "Amount in euro")
    assert headings == [f"{name}{part}" for name in names for part in parts]
    assert row[:5] == ["29.02.1980", "read", "0,9900", "machine", factories.MODEL_ID]
    assert row[6:11] == ["-99,5", "read", "0,8765", "corrected", "Somebody"]
    assert row[11].startswith(f"{TODAY:%d.%m.%Y} ")


def test_json_has_the_chosen_fields_under_their_headings(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    make_form(app, batch.id)
    columns = (ExportColumn("speaks", "Languages"), ExportColumn("amount"))
    choice = ExportChoice(columns=columns, provenance=True)
    [form] = json.loads(exported(app, batch.id, "json", choice))
    assert list(form["fields"]) == ["Languages", "amount"]
    assert form["fields"]["Languages"]["value"] == ["de", "fr"]
    assert form["fields"]["amount"]["decided_by"] == factories.MODEL_ID
    assert datetime.fromisoformat(form["fields"]["amount"]["decided_at"]).date() == TODAY


def test_a_choice_goes_through_json() -> None:
    choice = ExportChoice(
        columns=(ExportColumn("a", "A"), ExportColumn("b")),
        finished_only=True,
        since=date(2026, 1, 2),
        separator="\t",
    )
    data = choice.to_json()
    assert data == {
        "columns": [{"field": "a", "heading": "A"}, {"field": "b", "heading": ""}],
        "finished_only": True,
        "since": "2026-01-02",
        "separator": "\t",
    }
    assert choice_from_json(data) == choice
    assert choice_from_json({"columns": ["a"]}).columns == (ExportColumn("a"),)
    assert choice_from_json(None) == choice_from_json(PLAIN.to_json()) == PLAIN


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"colour": 1}, "no choice “colour”; there are: columns, confidences"),
        ({"head": "yes"}, "“head” of an export is true or false"),
        ({"since": "1.2.2026"}, "“since” of an export is a day such as"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "first day is after the last"),
        ({"separator": "x"}, "no separator “x” for exports; choose one of: , ; tab |"),
        ({"encoding": "latin-1"}, "no encoding “latin-1”"),
        ({"columns": ["a", "a"]}, "“a” is chosen twice"),
        ({"columns": "a"}, "“columns” of an export is a list"),
        ({"columns": [{"name": "a"}]}, "object of field, heading"),
        ({"columns": [{"field": "a", "heading": "x\ny"}]}, "holds a tab or a line break"),
        ({"template_id": True}, "“template_id” of an export is a number"),
        (["a"], "is a JSON object"),
    ],
)
def test_a_wrong_choice_is_told_in_words(data: Any, told: str) -> None:
    with pytest.raises(UserError) as refused:
        choice_from_json(data)
    assert told in refused.value.message


def test_a_field_that_there_is_not_is_refused_at_once(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    choice = ExportChoice(columns=(ExportColumn("street"),))
    with pytest.raises(UserError, match=r"no field “street”.*There are: surname, amount"):
        exports.request_export(app, batch.id, "csv", choice=choice)
    assert exports.list_exports(app, batch.id) == []


def test_only_finished_forms_and_those_of_some_days(any_app: Application) -> None:
    batch = factories.make_batch(any_app, FIELDS)
    make_form(any_app, batch.id, "open.png", needs_review=True)
    make_form(any_app, batch.id, "done.png")
    asked = exports.request_export(
        any_app, batch.id, "csv", choice=ExportChoice(finished_only=True)
    )
    assert [row[0] for row in _rows(built(any_app, asked))[1:]] == ["done.png"]
    done = exports.get_export(any_app, asked.id)
    assert (done.row_count, done.rows_expected, done.rows_so_far, done.open_fields) == (1, 1, 1, 0)
    for days, rows in (((TODAY, TODAY), 2), ((TODAY + timedelta(days=2), None), 0)):
        choice = ExportChoice(since=days[0], until=days[1])
        assert len(_rows(exported(any_app, batch.id, "csv", choice))) == 1 + rows


def test_parquet_has_columns_of_their_kinds(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    make_form(app, batch.id)
    make_form(app, batch.id, "odd.png", amount="12-3", born=None)
    data = exported(app, batch.id, "parquet", ExportChoice(confidences=True, provenance=True))
    table = read_parquet(io.BytesIO(data)).read_all()
    columns = {field.name: table.column(field.name) for field in table.schema}
    values = {name: column.to_pylist() for name, column in columns.items()}
    assert values["_form"] == [1, 1]
    assert values["surname"] == ["MILLER", "MILLER"]
    assert values["amount"] == [-1234.5, None]
    assert values["born"] == [date(1980, 2, 29), None]
    assert values["speaks"] == [["de", "fr"], ["de", "fr"]]
    assert values["consent"] == [True, True]
    assert values["amount_confidence"] == [0.8765432, 0.8765432]
    assert values["consent_at"][0].date() == TODAY
    assert values["_unparsed"] == [None, "amount: 12-3"]


def test_excel_has_numbers_and_dates_where_asked(app: Application) -> None:
    batch = factories.make_batch(app, FIELDS)
    make_form(app, batch.id)
    sheet = _sheets(exported(app, batch.id, "xlsx", ExportChoice(typed=True)))[0]
    assert "<v>-1234.5</v>" in sheet  # A number,
    assert "<v>29280</v>" in sheet  # a day, counted from 1900,
    assert 't="b"><v>1</v>' in sheet  # and a truth value.
    assert "<t>MILLER</t>" in sheet


def test_excel_goes_on_on_the_next_sheet(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_xlsx, "MOST_ROWS", 3)
    batch = factories.make_batch(app, FIELDS)
    for number in range(5):
        make_form(app, batch.id, f"{number}.png")
    sheets = _sheets(exported(app, batch.id, "xlsx"))
    assert [sheet.count("<row ") for sheet in sheets] == [3, 3, 2]
    assert all("<t>surname</t>" in sheet for sheet in sheets)


def _sheets(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        return [book.read(name).decode() for name in names]
