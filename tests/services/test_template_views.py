"""The SQL views of templates: what they say is what the CSV says, on both databases."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.cells import without_formula
from forms_app.config import load_settings
from forms_app.embedded.database import migrate
from forms_app.reading.types import Outcome, Value
from forms_app.services import batches, exports, review, templates
from forms_app.services.application import Application
from forms_app.services.template_views import catch_up, name_of_view, refresh_view, refresh_views
from forms_app.services.view_shapes import LONGEST_NAME, view_name
from forms_app.store.models import ReadingRow
from forms_app.store.view_sql import quoted
from tests import factories
from tests.fakes import run_sent_tasks, with_recorded_tasks


@pytest.fixture
def postgres_app(tmp_path: Path, postgres_url: str) -> Iterator[Application]:
    settings = load_settings({}, data_dir=tmp_path / "data", database_url=postgres_url)
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


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


def _rows(app: Application, query: str) -> list[dict[str, Any]]:
    # Without parameters a % stands for itself.
    with app.engine.connect().execution_options(no_parameters=True) as connection:
        return [dict(row) for row in connection.exec_driver_sql(query).mappings()]


def _view(app: Application, template_id: int) -> str:
    name = name_of_view(app, template_id)
    assert name is not None
    return name


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
    view = _view(any_app, version.template_id)
    seen = _rows(any_app, f"SELECT * FROM {view} ORDER BY _form_id")
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
    query = f"SELECT {listed} FROM {_view(any_app, version.template_id)}"
    if any_app.engine.dialect.name == "postgresql":
        moment = datetime(2026, 11, 28, 14, 30)
        day, hour = date(2024, 2, 29), time(14, 30)
        typed = (Decimal("-1234.50"), Decimal(7), day, hour, moment, False)
    else:
        typed = (-1234.5, 7, "2024-02-29", "14:30", "2026-11-28T14:30", 0)
    [full] = _rows(any_app, query)
    assert tuple(full.values()) == (*typed, "2026-11", "A,B;it's", "-1234.50")
    for odd in ODD:
        with any_app.session() as session:
            session.execute(update(ReadingRow).values(value=odd))
        [row] = _rows(any_app, query)
        *values, _month, _sort, written = row.values()
        assert (values, written) == ([None] * 6, odd)


def test_the_newest_shape_holds_the_forms_of_all_versions(any_app: Application) -> None:
    old = factories.make_published(any_app)
    march = batches.create_batch(any_app, old.id, "March")
    factories.make_submission(any_app, march.id)
    name = _view(any_app, old.template_id)
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
    assert _view(any_app, new.template_id) == name
    query = f"SELECT _version, _batch, number, agreed, surname FROM {name} ORDER BY _form_id"
    assert [tuple(row.values()) for row in _rows(any_app, query)] == [
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
    assert _rows(any_app, f"SELECT * FROM {_view(any_app, version.template_id)}") == []


def test_what_any_version_calls_sensitive_is_left_out(app: Application) -> None:
    fields = [{**factories.SURNAME, "sensitive": True}, factories.NUMBER]
    version = factories.make_published(app, fields)
    view = _view(app, version.template_id)
    assert "surname" not in _rows_head(app, view)
    draft = templates.new_draft(app, version.template_id)
    plain = [factories.SURNAME, factories.NUMBER]
    templates.publish(app, templates.save_draft(app, draft.id, plain, draft.revision).id)
    head = _rows_head(app, view)
    assert "surname" not in head and "number" in head


def test_a_view_is_only_read_and_goes_with_its_template(any_app: Application) -> None:
    version = factories.make_published(any_app)
    view = _view(any_app, version.template_id)
    with pytest.raises(DBAPIError), any_app.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM {view}")
    templates.archive_template(any_app, version.template_id)
    assert name_of_view(any_app, version.template_id) is None
    with pytest.raises(DBAPIError):
        _rows(any_app, f"SELECT * FROM {view}")


def test_refreshing_makes_what_is_missing_and_drops_what_is_left_over(any_app: Application) -> None:
    version = factories.make_published(any_app)
    view = _view(any_app, version.template_id)
    with any_app.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE VIEW {view}9 AS SELECT id AS "_form_id" FROM files')
        connection.exec_driver_sql(f"CREATE VIEW {view}8 AS SELECT 1 AS mine")
        connection.exec_driver_sql(f"DROP VIEW {view}")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"COMMENT ON VIEW {view}9 IS 'fieldhand old'")
    [found] = refresh_views(any_app.engine)
    assert (found.name, found.template, found.problem) == (view, "Intake", "")
    assert _rows(any_app, f"SELECT * FROM {view}") == []
    assert _rows(any_app, f"SELECT * FROM {view}8") == [{"mine": 1}]
    with pytest.raises(DBAPIError):
        _rows(any_app, f"SELECT * FROM {view}9")


def test_only_forms_of_the_filter_are_looked_into(any_app: Application) -> None:
    version = factories.make_published(any_app)
    batch = batches.create_batch(any_app, version.id, "March")
    factories.make_submission(any_app, batch.id)
    view = _view(any_app, version.template_id)
    conditions = (f"_batch_id = {batch.id}", "_form_id = 1", "_created_at > '2026-11-28'")
    if any_app.engine.dialect.name == "sqlite":
        for condition in conditions:
            query = f"EXPLAIN QUERY PLAN SELECT * FROM {view} WHERE {condition}"
            steps = [row["detail"] for row in _rows(any_app, query)]
            assert not [step for step in steps if step.startswith("SCAN s")], steps
        return
    found_by = ("Index Cond: (batch_id =", "Index Cond: (id =", "created_at >")
    for condition, step in zip(conditions, found_by, strict=True):
        # With a few rows any way is as good: what is asked is whether the filter gets there.
        with any_app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            query = f"EXPLAIN SELECT * FROM {view} WHERE {condition}"
            plan = "\n".join(connection.exec_driver_sql(query).scalars())
        assert step in plan and "Subquery Scan" not in plan, plan


@pytest.mark.postgres
def test_grants_outlive_a_new_version(postgres_app: Application) -> None:
    app = postgres_app
    version = factories.make_published(app)
    view = _view(app, version.template_id)
    with app.engine.begin() as connection:
        for statement in (
            "CREATE ROLE fieldhand_bi_test",
            "GRANT USAGE ON SCHEMA fieldhand_views TO fieldhand_bi_test",
            f"GRANT SELECT ON {view} TO fieldhand_bi_test",
        ):
            connection.exec_driver_sql(statement)
    try:
        draft = templates.new_draft(app, version.template_id)
        saved = templates.save_draft(app, draft.id, [factories.CONSENT], draft.revision)
        templates.publish(app, saved.id)
        with app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE fieldhand_bi_test")
            assert connection.exec_driver_sql(f"SELECT consent FROM {view}").all() == []
        with pytest.raises(DBAPIError, match="permission"), app.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE fieldhand_bi_test")
            connection.exec_driver_sql("SELECT * FROM submissions")
    finally:
        with app.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY fieldhand_bi_test")
            connection.exec_driver_sql("DROP ROLE fieldhand_bi_test")


@pytest.mark.postgres
def test_what_is_built_on_a_view_keeps_no_template_from_being_published(
    postgres_app: Application,
) -> None:
    app = postgres_app
    version = factories.make_published(app)
    view = _view(app, version.template_id)
    with app.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE VIEW public.mine AS SELECT surname FROM {view}")
    draft = templates.new_draft(app, version.template_id)
    saved = templates.save_draft(app, draft.id, [factories.CONSENT], draft.revision)
    assert templates.publish(app, saved.id).state == "published"
    stale = refresh_view(app.engine, version.template_id)
    assert stale is not None and "Other views are built upon it" in stale.problem
    migrations.downgrade(app.engine, "0021")
    migrations.upgrade(app.engine)
    assert _rows(app, "SELECT * FROM mine") == []
    with app.engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW public.mine")
    catch_up(app.engine)
    assert "surname" not in _rows_head(app, view)


def test_migrations_go_through_where_views_are(any_app: Application) -> None:
    """SQLite refuses to rename a table that a view names, PostgreSQL to change its columns."""
    version = factories.make_published(any_app)
    view = _view(any_app, version.template_id)
    migrations.downgrade(any_app.engine, "0021")
    with pytest.raises(DBAPIError):
        _rows(any_app, f"SELECT * FROM {view}")
    migrate(any_app.settings)
    assert _rows(any_app, f"SELECT * FROM {view}") == []


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
    head = _rows_head(any_app, _view(any_app, version.template_id))
    cut = [name for name in head if name.startswith("ü")]
    assert len(set(cut)) == 2
    assert all(len(name.encode()) <= LONGEST_NAME for name in cut)
    assert len(view_name("x" * 200, 123456).encode()) == LONGEST_NAME


def _rows_head(app: Application, view: str) -> list[str]:
    with app.engine.connect() as connection:
        return list(connection.exec_driver_sql(f"SELECT * FROM {view}").keys())
