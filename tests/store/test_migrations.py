"""Migrations: models match head, each step goes up and down, upgrades keep data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, inspect, text

import migrations
from forms_app.store.engine import make_engine
from forms_app.store.models import Base
from tests.conftest import BOTH_DATABASES

REVISIONS = [
    script.revision
    for script in reversed(
        list(ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions())
    )
]


@pytest.fixture(params=BOTH_DATABASES)
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        url = request.getfixturevalue("empty_postgres_url")
    engine = make_engine(url)
    yield engine
    engine.dispose()


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_models_match_head(empty_engine: Engine) -> None:
    migrations.upgrade(empty_engine)
    command.check(migrations.make_config(empty_engine))  # Raises where they differ.
    assert migrations.current_revision(empty_engine) == migrations.head_revision(empty_engine)


def test_each_revision_goes_up_down_and_up_again(empty_engine: Engine) -> None:
    for before, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        migrations.upgrade(empty_engine, revision)
        tables = _tables(empty_engine)
        migrations.downgrade(empty_engine, before)
        migrations.upgrade(empty_engine, revision)
        assert _tables(empty_engine) == tables
    migrations.downgrade(empty_engine, "base")
    assert _tables(empty_engine) == set()


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    migrations.upgrade(empty_engine)
    migrations.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM users")).scalars().all() == ["Somebody"]


def test_guards_go_onto_existing_data(empty_engine: Engine) -> None:
    """A published version that was there before the guards came is guarded afterwards."""
    migrations.upgrade(empty_engine, "0001")
    with empty_engine.begin() as connection:
        _insert_published_version(connection)
    migrations.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        name = connection.execute(text("SELECT name FROM template_versions")).scalar()
    assert name == "Intake"
    with pytest.raises(Exception, match="published"), empty_engine.begin() as connection:
        connection.execute(text("UPDATE template_versions SET name = 'Other'"))


def test_pages_are_rebuilt_with_all_that_refers_to_them(empty_engine: Engine) -> None:
    """A reading keeps its page, and a form of which a page is missing is counted."""
    migrations.upgrade(empty_engine, "0004")
    with empty_engine.begin() as connection:
        _insert_read_page(connection)
    migrations.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert connection.execute(text("SELECT page_id FROM readings")).scalar() == 1
        assert connection.execute(text("SELECT pages_missing FROM submissions")).scalar() == 1
    with pytest.raises(Exception, match="constraint"), empty_engine.begin() as connection:
        connection.execute(text("UPDATE pages SET state = 'lost'"))


def test_ids_last_where_the_models_say_so(tmp_path: Path) -> None:
    """Alembic's check does not see it, and a later rebuild of a table would lose it."""
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    migrations.upgrade(engine)
    with engine.connect() as connection:
        made = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE :word"),
            {"word": "%AUTOINCREMENT%"},
        )
        lasting = set(made.scalars())
    engine.dispose()
    asked = {
        table.name
        for table in Base.metadata.tables.values()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert lasting == asked != set()


def test_a_deleted_id_is_never_given_again(empty_engine: Engine) -> None:
    """Not even one that was deleted after the upgrade of a database in use."""
    migrations.upgrade(empty_engine, "0008")
    with empty_engine.begin() as connection:
        _insert_job(connection, 7)
    migrations.upgrade(empty_engine)
    with empty_engine.begin() as connection:
        if empty_engine.dialect.name == "postgresql":  # The row above had its id by hand.
            connection.execute(text("SELECT setval('template_jobs_id_seq', 7)"))
        connection.execute(text("DELETE FROM template_jobs"))
        _insert_job(connection, None)
        assert connection.execute(text("SELECT id FROM template_jobs")).scalars().all() == [8]


def test_jobs_of_any_kind_outlive_the_rebuild_that_brought_detection(empty_engine: Engine) -> None:
    """With their ids, also those that were given and deleted before; other kinds stay refused."""
    migrations.upgrade(empty_engine, "0009")
    with empty_engine.begin() as connection:
        _insert_job(connection, 7)
        _insert_job(connection, 9)
        if empty_engine.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('template_jobs_id_seq', 9)"))
        connection.execute(text("DELETE FROM template_jobs WHERE id = 9"))
    migrations.upgrade(empty_engine)
    with empty_engine.begin() as connection:
        connection.execute(text("UPDATE template_jobs SET kind = 'detection'"))
        _insert_job(connection, None)
        assert connection.execute(text("SELECT id FROM template_jobs")).scalars().all() == [7, 10]
    for change in ("kind = 'other'", "state = 'other'"):
        with pytest.raises(Exception, match="constraint"), empty_engine.begin() as connection:
            connection.execute(text(f"UPDATE template_jobs SET {change}"))
    migrations.downgrade(empty_engine, "0009")
    with empty_engine.begin() as connection:
        assert connection.execute(text("SELECT id FROM template_jobs")).scalars().all() == [10]


def test_an_upgrade_that_ends_half_way_is_made_again(tmp_path: Path) -> None:
    """Not even what comes between rebuilt tables and the note of the revision parts them."""
    url = f"sqlite:///{tmp_path / 'half.db'}"
    engine = make_engine(url)
    migrations.upgrade(engine, "0008")
    with engine.begin() as connection:
        _insert_job(connection, 7)

    @event.listens_for(engine, "before_cursor_execute")
    def _end(_1: object, _2: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE alembic_version"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrations.upgrade(engine)
    engine.dispose()
    again = make_engine(url)
    assert migrations.current_revision(again) == "0008"
    migrations.upgrade(again)
    with again.connect() as connection:
        assert connection.execute(text("SELECT id FROM template_jobs")).scalars().all() == [7]
    again.dispose()


def test_rebuilt_tables_keep_rows_references_and_guards(empty_engine: Engine) -> None:
    migrations.upgrade(empty_engine, "0008")
    with empty_engine.begin() as connection:
        _insert_read_page(connection)
        _insert_decision(connection)
        if empty_engine.dialect.name == "sqlite":
            before = _statements(connection)
    migrations.upgrade(empty_engine)
    with empty_engine.begin() as connection:
        for table in ("batches", "files", "pages", "submissions", "decisions"):
            assert connection.execute(text(f"SELECT id FROM {table}")).scalars().all() == [1]
    with pytest.raises(Exception, match="cannot be changed"), empty_engine.begin() as connection:
        connection.execute(text("DELETE FROM decisions"))
    with pytest.raises(Exception, match=r"(?i)foreign key"), empty_engine.begin() as connection:
        connection.execute(text("DELETE FROM template_versions"))
    with empty_engine.begin() as connection:
        connection.execute(text("DELETE FROM batches"))
        assert connection.execute(text("SELECT COUNT(*) FROM decisions")).scalar() == 0
    if empty_engine.dialect.name == "sqlite":
        migrations.downgrade(empty_engine, "0008")
        with empty_engine.connect() as connection:
            assert _statements(connection) == before


def _statements(connection: Connection) -> set[str]:
    """What SQLite's tables, indexes and triggers were made by, however spaced and quoted."""
    found = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    )
    # A table's key may stand before or after its other constraints.
    return {
        " ".join(sorted(sql.replace('"', "").replace(",", " ").replace(")", " ) ").split()))
        for sql in found.scalars()
    }


def _insert_job(connection: Connection, job_id: int | None) -> None:
    columns = "kind, state, request, steps_done, steps_total, attempts, changed_at, created_at"
    values = "'dry_run', 'done', '{}', 0, 0, 0, :now, :now"
    if job_id is not None:
        columns, values = f"id, {columns}", f"{job_id}, {values}"
    connection.execute(
        text(f"INSERT INTO template_jobs ({columns}) VALUES ({values})"),
        {"now": "2026-01-01 00:00:00+00:00"},
    )


def _insert_decision(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO decisions (id, submission_id, field_name, user_id, action, overridden,"
            " created_at) VALUES (1, 1, 'surname', 1, 'confirm', false, :now)"
        ),
        {"now": "2026-01-01 00:00:00+00:00"},
    )


def _insert_read_page(connection: object) -> None:
    """One read page of a form whose template has two."""
    now = "2026-01-01 00:00:00+00:00"
    for statement in (
        "INSERT INTO form_templates (id, name, created_at) VALUES (1, 'Intake', :now)",
        "INSERT INTO template_versions (id, template_id, number, state, name, definition, revision,"
        " created_at, updated_at) VALUES (1, 1, 1, 'draft', 'Intake', '{}', 1, :now, :now)",
        "INSERT INTO batches (id, name, version_id, created_at) VALUES (1, 'March', 1, :now)",
        "INSERT INTO files (id, batch_id, name, size, state, attempts, changed_at, created_at)"
        " VALUES (1, 1, 'scan.pdf', 9, 'done', 0, :now, :now)",
        "INSERT INTO submissions (id, file_id, batch_id, number, state, created_at)"
        " VALUES (1, 1, 1, 1, 'done', :now)",
        "INSERT INTO pages (id, file_id, number, state, attempts, changed_at, submission_id,"
        " template_page, created_at) VALUES (1, 1, 1, 'read', 0, :now, 1, 1, :now)",
        "INSERT INTO model_versions (id, model_id, engine, card, created_at)"
        " VALUES (1, 'glyphs', 'litert', '{}', :now)",
        "INSERT INTO readings (id, submission_id, field_name, page_id, model_version_id, outcome,"
        " confidence, needs_review, reasons, alternatives, characters, created_at)"
        " VALUES (1, 1, 'surname', 1, 1, 'read', 0.9, false, '[]', '[]', '[]', :now)",
    ):
        connection.execute(text(statement), {"now": now})  # type: ignore[attr-defined]
    for number in (1, 2):
        connection.execute(  # type: ignore[attr-defined]
            text(
                "INSERT INTO template_pages (version_id, number, width_px, height_px, blank_hash,"
                " source_name) VALUES (1, :number, 800, 1100, 'a', 'blank.png')"
            ),
            {"number": number},
        )


def _insert_published_version(connection: object) -> None:
    now = "2026-01-01 00:00:00+00:00"
    connection.execute(  # type: ignore[attr-defined]
        text("INSERT INTO form_templates (id, name, created_at) VALUES (1, 'Intake', :now)"),
        {"now": now},
    )
    connection.execute(  # type: ignore[attr-defined]
        text(
            "INSERT INTO template_versions (template_id, number, state, name, definition,"
            " revision, created_at, updated_at)"
            " VALUES (1, 1, 'published', 'Intake', :definition, 1, :now, :now)"
        ),
        {"now": now, "definition": json.dumps({"fields": []})},
    )
