"""What a database may answer: full, locked, gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from forms_app.errors import DatabaseUnavailableError, StorageFullError
from forms_app.services.application import Application
from forms_app.store.engine import make_engine, make_sessions, session_scope
from forms_app.store.models import FormTemplateRow


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    """A migrated SQLite database."""
    return make_engine(sqlite_url)


def test_a_full_disk_is_named(engine: Engine) -> None:
    """SQLite's own limit answers as a full disk does (SQLITE_FULL)."""
    sessions = make_sessions(engine)
    with pytest.raises(StorageFullError, match="disk"), session_scope(sessions) as session:
        session.execute(text("PRAGMA max_page_count = 1"))
        session.add(FormTemplateRow(name="x" * 1_000_000))
    engine.dispose()


def test_a_locked_database_is_tried_again_later(engine: Engine) -> None:
    sessions = make_sessions(engine)
    with engine.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailableError), session_scope(sessions) as session:
            session.execute(text("PRAGMA busy_timeout = 50"))
            session.add(FormTemplateRow(name="Intake"))
    engine.dispose()


def test_a_server_that_is_not_there() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(DatabaseUnavailableError), session_scope(make_sessions(engine)) as session:
        session.execute(text("SELECT 1"))
    engine.dispose()


def test_a_failed_transaction_leaves_nothing(any_app: Application) -> None:
    with pytest.raises(RuntimeError), any_app.session() as session:
        session.add(FormTemplateRow(name="Intake"))
        session.flush()
        raise RuntimeError
    with any_app.session() as session:
        assert session.query(FormTemplateRow).count() == 0


def test_errors_of_the_database_hold_no_values(any_app: Application) -> None:
    """They are logged with their traceback, and a statement's values are what people wrote."""
    with pytest.raises(IntegrityError) as caught, any_app.session() as session:
        values = {"name": "MILLER", "template": 99}
        session.execute(
            text("INSERT INTO template_versions (template_id, name) VALUES (:template, :name)"),
            values,
        )
    assert "MILLER" not in str(caught.value)


def test_times_come_back_as_utc_whatever_their_zone(any_app: Application) -> None:
    noon_in_india = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=5.5)))
    with any_app.session() as session:
        session.add(FormTemplateRow(name="Intake", created_at=noon_in_india))
    with any_app.session() as session:
        created_at = session.query(FormTemplateRow).one().created_at
    assert created_at == noon_in_india
    assert created_at.tzinfo == UTC
    assert created_at.hour == 6


def test_sqlite_is_set_up_for_several_processes(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        answers = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert answers == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 15_000}
