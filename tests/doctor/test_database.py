"""The database as the doctor sees it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

import migrations
from forms_app.config import Settings, load_settings
from forms_app.doctor.database import (
    check_database,
    judge_connections,
    judge_file,
    judge_file_system,
)
from forms_app.doctor.site import file_system_in, file_system_of
from forms_app.store.engine import make_engine
from tests.doctor.asking import as_nobody, by_name, verdicts
from tests.servers import free_port


def on(settings: Settings, url: str) -> Settings:
    return replace(settings, database_url=url)


def test_a_migrated_database_is_well(settings: Settings, database_url: str) -> None:
    found = by_name(check_database(on(settings, database_url)))
    assert {finding.verdict for finding in found.values()} == {"ok"}
    assert {"reachable", "writable", "migrated"} <= set(found)
    assert "PostgreSQL" in found["reachable"].said or "SQLite" in found["reachable"].said


def test_a_database_that_serve_has_not_made_yet_is_not_made(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / "data")
    assert verdicts(check_database(settings)) == {"reachable": "ok"}
    assert not settings.data_dir.exists()


@pytest.mark.postgres
def test_tables_that_are_missing_old_or_too_new(
    settings: Settings, empty_postgres_url: str
) -> None:
    settings, engine = on(settings, empty_postgres_url), make_engine(empty_postgres_url)
    assert "no tables" in by_name(check_database(settings))["migrated"].said
    migrations.upgrade(engine, "0003")
    old = by_name(check_database(settings))["migrated"]
    assert (old.verdict, "schema is 0003" in old.said) == ("failed", True)
    assert "fieldhand migrate" in old.advice
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert "9999 is of a newer Fieldhand" in by_name(check_database(settings))["migrated"].said


@pytest.mark.postgres
def test_a_database_that_can_only_be_read(settings: Settings, postgres_url: str) -> None:
    url = make_url(postgres_url)
    read_only = url.update_query_dict({"options": "-c default_transaction_read_only=on"})
    shown = read_only.render_as_string(hide_password=False)
    assert verdicts(check_database(on(settings, shown)))["writable"] == "failed"


def test_a_server_that_is_not_there_is_named_without_its_password(settings: Settings) -> None:
    url = f"postgresql://me:hunter2@127.0.0.1:{free_port()}/forms"
    found = by_name(check_database(on(settings, url)))["reachable"]
    assert found.verdict == "failed"
    assert "127.0.0.1" in found.said and "hunter2" not in found.sentences


def test_a_file_that_is_no_database(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Sir or Madam" * 100)
    found = by_name(check_database(on(settings, f"sqlite:///{path}")))["reachable"]
    assert (found.verdict, "not a database" in found.said) == ("failed", True)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "fieldhand.db"
    path.touch(0o400)
    assert judge_file(path).verdict == ("ok" if os.geteuid() == 0 else "failed")
    with as_nobody():
        assert judge_file(path).verdict == "failed"


def test_a_network_file_system_is_no_place_for_sqlite() -> None:
    mounts = [
        "/dev/vda1 / ext4 rw,relatime 0 0",
        "nas:/scans /srv/my\\040forms nfs4 rw,vers=4.2 0 0",
        "tmpfs /srv/quick tmpfs rw 0 0",
    ]
    kinds = {
        path: file_system_in(mounts, Path(path))
        for path in ("/srv/my forms/data/x.db", "/srv/quick/x.db", "/home/me/x.db")
    }
    assert list(kinds.values()) == ["nfs4", "tmpfs", "ext4"]
    assert [judge_file_system(kind).verdict for kind in kinds.values()] == ["failed", "ok", "ok"]
    assert file_system_of(Path("/proc/self/mounts")) == "proc"


def test_connections_that_run_short() -> None:
    assert judge_connections(50, 100).verdict == "ok"
    assert judge_connections(95, 100).verdict == "warning"
