"""The numbers for operators stay cheap however many files and pages there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from forms_app.services.application import Application
from forms_app.store import operations, work_items
from forms_app.store.base import utc_now
from forms_app.store.stages import Stage, Subject
from forms_app.store.work_items import Failures
from tests import factories

LARGE = "files|pages"
WHOLE_TABLE = {
    "sqlite": re.compile(rf"SCAN ({LARGE})\w*\b(?! USING)"),
    "postgresql": re.compile(rf"Seq Scan on ({LARGE})\b"),
}
# PostgreSQL then reads a whole table only where no index would do.
PREFER_INDEXES = "SET LOCAL enable_seqscan = off"

Said = list[tuple[str, Any]]


@contextmanager
def _listened_to(app: Application) -> Iterator[Said]:
    """Statements and parameters as the database is handed them."""
    said: Said = []

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(app.engine, "before_cursor_execute", listen)
    yield said
    event.remove(app.engine, "before_cursor_execute", listen)


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = connection.exec_driver_sql(f"{word} {statement}", parameters)
    return "\n".join(str(row[-1]) for row in rows)


def _ask_everything(app: Application) -> None:
    with app.session() as session:
        for stage in Stage:
            operations.stage_numbers(session, stage, 3, utc_now() - timedelta(minutes=30))
            operations.count_failed(session, stage)
            work_items.waiting_items(session, stage, 100, 5)
            session.execute(operations.free_ids(stage, utc_now(), timedelta(seconds=10), 2000))
        for subject in Subject:
            work_items.reasons(session, subject)
            work_items.failed_items(session, Failures(subject, "some"), 100, 5)
        work_items.leased_items(session, 20)
        operations.pages_read_since(session, utc_now() - timedelta(hours=1))
        operations.pages_left(session)
        operations.pages_of_a_file(session)
        operations.doomed_backlog(session)
        operations.upload_backlog(session)


def test_no_statement_reads_a_whole_table(any_app: Application) -> None:
    factories.make_pages(any_app, factories.make_batch(any_app).id, 3)
    with _listened_to(any_app) as said:
        _ask_everything(any_app)
    assert len(said) > 30
    whole = WHOLE_TABLE[any_app.engine.dialect.name]
    with any_app.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(PREFER_INDEXES))
        plans = [(words, _plan(connection, words, given)) for words, given in said]
    found = [f"{words}\n{plan}" for words, plan in plans if whole.search(plan)]
    assert not found, "\n\n".join(found)


def test_counting_ends_at_the_cap(any_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "CAP", 3)
    factories.make_pages(any_app, factories.make_batch(any_app).id, 6)
    with any_app.session() as session:
        numbers = operations.stage_numbers(session, Stage.ALIGN, 3, utc_now())
        assert (numbers.waiting, numbers.unsent) == (4, 4)
        assert operations.pages_left(session) == 4
