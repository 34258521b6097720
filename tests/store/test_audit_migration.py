"""Events that were written before there was a chain are chained by the migration."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

import migrations
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services.audit_checking import verify_chain
from forms_app.store.engine import make_engine
from tests.conftest import BOTH_DATABASES
from tests.services.audit_trail import events_of, write_events


@pytest.mark.parametrize("database", BOTH_DATABASES)
def test_earlier_events_are_chained_as_they_are(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    if database == "postgres":
        url = request.getfixturevalue("empty_postgres_url")
    engine = make_engine(url)
    migrations.upgrade(engine, "0014")
    written = text(
        "INSERT INTO audit_events (id, at, user_id, verb, subject_type, subject_id, detail)"
        " VALUES (:id, :at, :user_id, 'decide', 'submission', 1, :detail)"
    )
    events = [
        {"id": 2, "at": "2026-01-01 10:00:00.000000+00:00", "user_id": 1, "detail": "{}"},
        {"id": 5, "at": "2026-01-02 10:00:00.123456+00:00", "user_id": None, "detail": '{"b": 1}'},
    ]
    with engine.begin() as connection:
        connection.execute(written, events)
    migrations.upgrade(engine)
    engine.dispose()
    app = bootstrap(load_settings({}, data_dir=tmp_path, database_url=url))
    write_events(app, 1)
    assert [(event.id, event.user_name) for event in events_of(app)] == [
        (2, "Somebody"),
        (5, None),
        (6, "Somebody"),
    ]
    report = verify_chain(app)
    app.close()
    assert (report.checked, report.fault) == (3, None)
