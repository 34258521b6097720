"""The SQL views of templates: what they say is what the CSV says, on both databases."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from forms_app.cells import without_formula
from forms_app.reading.types import Outcome, Value
from forms_app.services import batches, exports, review, templates
from forms_app.services.application import Application
from forms_app.services.view_shapes import LONGEST_NAME, view_name
from forms_app.store.models import ReadingRow
from forms_app.store.view_sql import quoted
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.viewed_templates import head_of, rows_of, view_of

SURNAME = "Sur\"na'me %s :x"


def _comb(name: str, y: int, cells: int = 8, **more: Any) -> dict[str, Any]:
    box = [100, y, 40 * cells, 40]
    return {"name": name, "page": 1, "layout": "comb", "box": box, "cells": cells, **more}


FIELDS: list[dict[str, Any]] = [
    _comb(SURNAME, 110, kind="letters"),
    _comb("_state", 160, kind="digits"),
    _comb("amount", 210, kind="number"),
    _comb("Amount", 260, kind="number"),
    _comb("born", 310, kind="date", format="DDMMYYYY"),
    _comb("came", 360, 4, kind="date", format="HHMM"),
    _comb("when", 410, 12, kind="date", format="DDMMYYYYHHMM"),
    _comb("month", 460, 6, kind="date", format="MMYYYY"),
    {"name": "consent", "page": 1, "kind": "mark", "box": [700, 110, 40, 40]},
    {
        "name": "sort",
        "page": 1,
        "kind": "choices",
        "box": [700, 210, 40, 140],
        "options": [
            {"value": "A,B", "box": [700, 210, 40, 40]},
            {"value": "it's", "box": [700, 310, 40, 40]},
        ],
    },
]
# Where the value of each field stands as text.
AS_TEXT = (
    *(SURNAME, "_state_2", "_amount_text", "_Amount_text_2", "_born_text", "_came_text"),
    *("_when_text", "month", "consent", "sort"),
)
FULL: dict[str, Value] = {
    SURNAME: "Ärger",
    "_state": "0042",
    "amount": "-1234.50",
    "Amount": "7",
    "born": "2024-02-29",
    "came": "14:30",
    "when": "2026-11-28T14:30",
    "month": "2026-11",
    "consent": False,
    "sort": ("A,B", "it's"),
}
# None of these may keep anybody from reading the others.
ODD = (
    *("2026-02-30", "0000-01-01", "1900-02-29", "2026-11-28T24:00", "24:00", "x'\"\\", "-", "="),
    *("+.5", "1.", "--5", "5-", "1.2.3", "12a4", "٣", "14:30 ", "now", "2026-11-28T14:30:00"),
)
FILLED: list[dict[str, Value]] = [
    FULL,
    {field["name"]: None for field in FIELDS},
    {SURNAME: "", "consent": True, "sort": ()},
]


def _fill(app: Application, batch_id: int, filled: list[dict[str, Value]]) -> list[int]:
    form_ids = []
    for number, values in enumerate(filled):
        readings = [
            factories.reading(name, value, outcome=Outcome.READ if value else Outcome.BLANK)
            for name, value in values.items()
        ]
        form_ids.append(factories.make_submission(app, batch_id, readings, name=f"{number}.png"))
    return form_ids


def _csv_cells(app: Application, batch_id: int) -> list[list[str]]:
    info = exports.request_export(app, batch_id, "csv")
    run_sent_tasks(app)
    _, _, chunks = exports.open_export(app, info.id)
    rows = list(csv.reader(io.StringIO(b"".join(chunks).decode())))
    return [row[-len(FIELDS) :] for row in rows[1:]]


def _cell(name: str, value: Any) -> str:
    """SQLite has no words for truth; the CSV writes an apostrophe before what looks like a
    formula."""
    if name == "consent" and value is not None:
        return "true" if value else "false"
    return "" if value is None else without_formula(value)


def test_a_view_says_what_the_export_says(any_app: Application) -> None:
    version = factories.make_published(any_app, FIELDS)
    batch = batches.create_batch(any_app, version.id, "March")
    first, second, third, *_ = _fill(any_app, batch.id, FILLED)
    review.decide(any_app, first, "amount", "correct", "99.25", override=True)
    review.decide(any_app, first, "consent", "correct", True, override=True)
    review.decide(any_app, second, SURNAME, "correct", "MILLER", override=True)
    review.decide(any_app, third, "consent", "blank", override=True)
    view = view_of(any_app, version.template_id)
    seen = rows_of(any_app, f"SELECT * FROM {view} ORDER BY _form_id")
    cells = [[_cell(name, row[name]) for name in AS_TEXT] for row in seen]
    assert cells == _csv_cells(any_app, batch.id)
    assert cells[0][:4] == ["Ärger", "0042", "99.25", "7"]
    own = ("_form_id", "_project", "_batch", "_file", "_form", "_state", "_version")
    values = [seen[0][name] for name in own]
    assert values == [first, "Main", "March", "0.png", 1, "done", 1]
    assert seen[0]["_decided_at"] and seen[0]["_created_at"]


def test_columns_have_types_where_values_fit(any_app: Application) -> None:
    version = factories.make_published(any_app, FIELDS)
    batch = batches.create_batch(any_app, version.id, "March")
    _fill(any_app, batch.id, [FULL])
    names = ("amount", "Amount_2", "born", "came", "when", "consent", "month", "sort")
    listed = ", ".join(map(quoted, (*names, "_amount_text")))
    query = f"SELECT {listed} FROM {view_of(any_app, version.template_id)}"
    if any_app.engine.dialect.name == "postgresql":
        moment = datetime(2026, 11, 28, 14, 30)
        day, hour = date(2024, 2, 29), time(14, 30)
        typed = (Decimal("-1234.50"), Decimal(7), day, hour, moment, False)
    else:
        typed = (-1234.5, 7, "2024-02-29", "14:30", "2026-11-28T14:30", 0)
    [full] = rows_of(any_app, query)
    assert tuple(full.values()) == (*typed, "2026-11", "A,B;it's", "-1234.50")
    for odd in ODD:
        with any_app.session() as session:
            session.execute(update(ReadingRow).values(value=odd))
        [row] = rows_of(any_app, query)
        *values, _month, _sort, written = row.values()
        assert (values, written) == ([None] * 6, odd)


def test_the_newest_shape_holds_the_forms_of_all_versions(any_app: Application) -> None:
    old = factories.make_published(any_app)
    march = batches.create_batch(any_app, old.id, "March")
    factories.make_submission(any_app, march.id)
    name = view_of(any_app, old.template_id)
    draft = templates.new_draft(any_app, old.template_id)
    fields = [
        {**factories.NUMBER, "kind": "number"},
        {**factories.CONSENT, "name": "agreed"},
        factories.SURNAME,
    ]
    saved = templates.save_draft(any_app, draft.id, fields, draft.revision, "Renamed")
    new = templates.publish(any_app, saved.id)
    april = batches.create_batch(any_app, new.id, "April")
    readings = [factories.reading("agreed", True), factories.reading("number", "7")]
    factories.make_submission(any_app, april.id, readings)
    assert view_of(any_app, new.template_id) == name
    query = f"SELECT _version, _batch, number, agreed, surname FROM {name} ORDER BY _form_id"
    assert [tuple(row.values()) for row in rows_of(any_app, query)] == [
        (1, "March", 123456, None, "MILLER"),
        (2, "April", 7, True, None),
    ]


def test_forms_that_are_not_read_and_other_templates_are_left_out(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    [form_id] = [factories.make_submission(any_app, batch.id)]
    other = factories.make_batch(any_app)
    factories.make_submission(any_app, other.id)
    with any_app.engine.begin() as connection:
        connection.execute(
            text("UPDATE submissions SET state = 'reading' WHERE id = :id"), {"id": form_id}
        )
    version = templates.get_version(any_app, batch.version_id)
    assert rows_of(any_app, f"SELECT * FROM {view_of(any_app, version.template_id)}") == []


def test_what_any_version_calls_sensitive_is_left_out(app: Application) -> None:
    fields = [{**factories.SURNAME, "sensitive": True}, factories.NUMBER]
    version = factories.make_published(app, fields)
    view = view_of(app, version.template_id)
    assert "surname" not in head_of(app, view)
    draft = templates.new_draft(app, version.template_id)
    plain = [factories.SURNAME, factories.NUMBER]
    templates.publish(app, templates.save_draft(app, draft.id, plain, draft.revision).id)
    head = head_of(app, view)
    assert "surname" not in head and "number" in head


@pytest.mark.parametrize(
    ("first_name", "name"),
    [
        ("Intake: Größe & Co.", "intake_grosse_co_7"),
        ("2026 Intake", "template_2026_intake_7"),
        ("調査", "template_7"),
        ('"; DROP TABLE x', "drop_table_x_7"),
    ],
)
def test_names_of_views_need_no_quotes(first_name: str, name: str) -> None:
    assert view_name(first_name, 7) == name


def test_long_names_are_cut_and_told_apart(any_app: Application) -> None:
    long = "ü" * 60
    fields = [_comb(f"{long}{end}", y, kind="letters") for end, y in (("a", 110), ("b", 210))]
    version = factories.make_published(any_app, fields)
    head = head_of(any_app, view_of(any_app, version.template_id))
    cut = [name for name in head if name.startswith("ü")]
    assert len(set(cut)) == 2
    assert all(len(name.encode()) <= LONGEST_NAME for name in cut)
    assert len(view_name("x" * 200, 123456).encode()) == LONGEST_NAME
