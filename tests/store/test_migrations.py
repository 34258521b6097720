"""Migrations: models match head, each step goes up and down, upgrades keep data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import migrations
from forms_app.store.engine import make_engine
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
        assert connection.execute(text("SELECT name FROM users")).scalars().all() == ["local"]


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
