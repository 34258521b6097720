"""Exports: all formats, with decisions in them, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from forms_app import queues
from forms_app.cells import without_formula
from forms_app.errors import ConflictError, StorageFullError, UserError
from forms_app.files import FileStore
from forms_app.reading.types import Outcome
from forms_app.services import exports, review
from forms_app.services.application import Application
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks


def _export(app: Application, batch_id: int, export_format: str) -> bytes:
    info = exports.request_export(app, batch_id, export_format)
    run_sent_tasks(app)
    done = exports.get_export(app, info.id)
    assert (done.state, done.error_message) == ("done", None)
    _, _, chunks = exports.open_export(app, info.id)
    data = b"".join(chunks)
    assert done.size == len(data)
    return data


def _make_two_forms(app: Application) -> int:
    batch = factories.make_batch(app)
    first = factories.make_submission(app, batch.id, name="a.png")
    blank = factories.reading("surname", None, outcome=Outcome.BLANK)
    factories.make_submission(app, batch.id, [blank], name="=cmd.png")
    review.decide(app, first, "number", "confirm")
    review.decide(app, first, "consent", "correct", False)
    return batch.id


def test_csv_has_a_row_for_each_form(any_app: Application) -> None:
    data = _export(any_app, _make_two_forms(any_app), "csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8"))))
    assert rows == [
        ["_file", "_form", "_state", "surname", "number", "consent"],
        ["a.png", "1", "done", "MILLER", "123456", "false"],
        ["'=cmd.png", "1", "done", "", "", ""],
    ]


def test_json_tells_where_each_value_comes_from(any_app: Application) -> None:
    data = json.loads(_export(any_app, _make_two_forms(any_app), "json"))
    assert [form["source"] for form in data] == ["a.png", "=cmd.png"]
    fields = data[0]["fields"]
    assert fields["consent"] == {
        "value": False,
        "outcome": "read",
        "confidence": 0.7,
        "needs_review": False,
        "provenance": "corrected",
    }
    assert fields["number"]["provenance"] == "confirmed"
    assert fields["surname"]["provenance"] == "machine"
    assert data[1]["fields"]["surname"]["outcome"] == "blank"


def test_json_lines_are_the_same_records(app: Application) -> None:
    batch_id = _make_two_forms(app)
    lines = _export(app, batch_id, "jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == json.loads(_export(app, batch_id, "json"))


def test_excel_keeps_text_as_text(app: Application) -> None:
    data = _export(app, _make_two_forms(app), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet  # No formula,
    assert "=cmd.png" in sheet  # though a file is called like one,
    assert 't="inlineStr"' in sheet and "<t>123456</t>" in sheet  # and numbers keep their zeros.


def test_an_empty_batch_exports_as_nothing(app: Application) -> None:
    batch = factories.make_batch(app)
    assert json.loads(_export(app, batch.id, "json")) == []
    assert _export(app, batch.id, "jsonl") == b""
    assert len(_export(app, batch.id, "csv").splitlines()) == 1


def test_many_forms_keep_their_order(app: Application) -> None:
    """More than are read from the database at once."""
    batch = factories.make_batch(app)
    names = [f"scan-{number:03}.png" for number in range(101)]
    for name in names:
        factories.make_submission(app, batch.id, name=name)
    data = json.loads(_export(app, batch.id, "json"))
    assert [form["source"] for form in data] == names
    assert exports.list_exports(app, batch.id)[0].open_fields == 202


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-12.5", "-12.5"),
        ("+4912345", "+4912345"),
        ("-2+3", "'-2+3"),
        ("plain", "plain"),
    ],
)
def test_formulas_are_taken_apart(text: str, written: str) -> None:
    assert without_formula(text) == written


def test_asking_for_an_export(app: Application, tasks: RecordingTaskSender) -> None:
    batch = factories.make_batch(app)
    with pytest.raises(UserError, match="csv, xlsx, json, jsonl"):
        exports.request_export(app, batch.id, "docx")
    info = exports.request_export(app, batch.id, "csv")
    assert info.state == "pending"
    assert tasks.take() == [(queues.BUILD_EXPORT, (info.id,))]
    with pytest.raises(ConflictError, match="not finished"):
        exports.open_export(app, info.id)
    for _ in range(2):
        exports.build_export(app, info.id)
    name, mime_type, _ = exports.open_export(app, info.id)
    assert (name, mime_type) == ("March.csv", "text/csv; charset=utf-8")


def test_a_full_disk_is_tried_again_later(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = exports.request_export(app, _make_two_forms(app), "csv")

    def full(*_: object) -> None:
        raise StorageFullError("There is no space left to save files.")

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "put_stream", full)
        with pytest.raises(StorageFullError):
            exports.build_export(app, info.id)
    assert exports.get_export(app, info.id).state == "pending"
    exports.build_export(app, info.id)
    assert exports.get_export(app, info.id).state == "done"
