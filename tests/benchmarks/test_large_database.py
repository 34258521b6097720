"""On a database of 100,000 fields, no statement that somebody waits for reads a whole table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, inspect, select

from benchmarks.large_database.building import DONE, Builder
from benchmarks.large_database.measuring import explained
from benchmarks.large_database.questions import Asker
from benchmarks.large_database.shape import Shape, shape_of
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import exports, projects
from forms_app.services.application import Application
from forms_app.store.models import LOCAL_USER_ID, ReadingRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.states import FieldState
from tests.fakes import RecordingTaskSender

pytestmark = pytest.mark.postgres

SHAPE = shape_of(2000)
LARGE_TABLES = ("readings", "submission_fields")
# Sheets take the characters of all open fields of a batch apart.
LEFT_OUT = ("characters of the huge batch",)
# Narrowed to a project once there are several.
OF_ALL_BATCHES = (
    "home",
    "ways of reviewing all",
    "who reviews",
    "hand-out of one field, all batches",
    "hand-out of 20 fields, all batches",
    "a decision, all batches",
)


@pytest.fixture
def large_app(tmp_path: Path, postgres_url: str) -> Iterator[Application]:
    settings = load_settings({}, data_dir=tmp_path, database_url=postgres_url, seeded_error_every=0)
    app = replace(bootstrap(settings), tasks=RecordingTaskSender())
    yield app
    app.close()


def test_it_is_as_the_services_would_have_left_it_and_no_table_is_walked_through(
    large_app: Application,
) -> None:
    stop_half_way = Builder(large_app, SHAPE, seconds=0.0)
    assert not stop_half_way.build()
    assert inspect(large_app.engine).has_table(DONE)
    assert Builder(large_app, SHAPE).build()
    assert_counts(large_app, SHAPE)
    for question in Asker(large_app, SHAPE).questions():
        if question.is_live and question.name not in LEFT_OUT:
            assert_by_index(large_app, question.name, question.before, question.ask)
    projects.create_project(large_app, "Another", LOCAL_USER_ID)
    for question in Asker(large_app, SHAPE).questions():
        if question.is_live and question.name in OF_ALL_BATCHES:
            name = f"{question.name}, of one project among others"
            assert_by_index(large_app, name, question.before, question.ask)
    export = exports.request_export(large_app, SHAPE.huge_batch.batch_id, "csv")
    assert_by_index(large_app, "export", None, lambda: exports.build_export(large_app, export.id))
    huge = SHAPE.huge_batch
    assert exports.get_export(large_app, export.id).row_count == huge.last - huge.first + 1


def assert_counts(app: Application, shape: Shape) -> None:
    """Every row is there, constraints are back, and each form counts its fields rightly."""
    is_open = SubmissionFieldRow.state == FieldState.OPEN
    with app.session() as session:
        forms, open_fields = session.execute(
            select(func.count(), func.sum(SubmissionRow.open_fields))
        ).one()
        readings = session.scalar(select(func.count()).select_from(ReadingRow))
        waiting = session.scalar(
            select(func.count()).select_from(SubmissionFieldRow).where(is_open)
        )
    assert (forms, readings) == (shape.forms, shape.forms * shape.fields)
    assert open_fields == waiting > 0
    found = inspect(app.engine)
    assert {key["referred_table"] for key in found.get_foreign_keys("submission_fields")} == {
        "batches",
        "decisions",
        "readings",
        "submissions",
    }
    assert found.get_pk_constraint("readings")["constrained_columns"] == ["id"]


def assert_by_index(app: Application, name: str, before: Any, ask: Any) -> None:
    """No statement of `ask` reads a large table from its first row to its last."""
    asked: dict[str, Any] = {}

    def remember(_1: object, _2: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "WITH")):
            asked.setdefault(statement, parameters)

    if before is not None:
        before()
    event.listen(app.engine, "before_cursor_execute", remember)
    try:
        ask()
    finally:
        event.remove(app.engine, "before_cursor_execute", remember)
    assert asked, name
    with app.engine.connect() as connection:
        # As on the disks of today: the table is small enough to be read whole from a spinning one.
        connection.exec_driver_sql("SET random_page_cost = 1.1")
        for statement, parameters in asked.items():
            if not any(table in statement for table in LARGE_TABLES):
                continue
            plan = "\n".join(explained(connection, statement, parameters))
            for table in LARGE_TABLES:
                walked = f"Seq Scan on {table}"
                assert walked not in plan, f"{name}\n{statement}\n{parameters}\n{plan}"
