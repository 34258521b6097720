"""Notes of workers in a real broker: who is there, on what, and what is left when one is killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from forms_app import queues
from forms_app.errors import BrokerUnavailableError
from forms_app.services.application import Application
from forms_app.services.broker_state import broker_channel, broker_state
from forms_app.services.dto.operations import WorkNote
from forms_app.services.sweeping import SweepCounts
from forms_app.services.worker_notes import (
    SWEEPS_KEPT,
    WORKERS,
    WORKS,
    note_work,
)
from tests.serving import wait_until
from workers import heartbeat
from workers.heartbeat import Heartbeat, Notebook

NAME = "pages@host"
QUEUES = [queues.INTAKE, queues.READ]
BEAT_LIMIT_S = 60.0


@pytest.fixture
def broker_app(app: Application, redis_url: str) -> Application:
    """An application on a broker without notes and messages."""
    return replace(app, settings=replace(app.settings, broker_url=redis_url))


@pytest.fixture
def notebook(broker_app: Application) -> Iterator[Notebook]:
    notes = Notebook(broker_app.settings.broker_url)
    yield notes
    notes.close()


@pytest.fixture
def of_process(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """What tasks of this process are noted in."""
    monkeypatch.setattr(heartbeat, "_of_process", notebook)
    return notebook


def _consumer(pids: list[int]) -> Any:
    """What Celery hands over when a worker is ready, as far as it is looked at."""
    amqp = SimpleNamespace(queues=SimpleNamespace(consume_from=dict.fromkeys(QUEUES)))
    return SimpleNamespace(
        hostname=NAME,
        app=SimpleNamespace(amqp=amqp),
        pool=SimpleNamespace(info={"processes": pids}),
    )


def _task(name: str) -> Any:
    return SimpleNamespace(name=name, request=SimpleNamespace(hostname=NAME))


@pytest.mark.redis
def test_a_worker_is_there_until_it_stops(broker_app: Application) -> None:
    before = datetime.now(UTC)
    beating = Heartbeat(Notebook(broker_app.settings.broker_url), _consumer([4, 5]))
    wait_until(lambda: bool(broker_state(broker_app).workers), BEAT_LIMIT_S, "a note")
    (worker,) = broker_state(broker_app).workers
    assert (worker.name, worker.queues, worker.pids) == (NAME, tuple(QUEUES), (4, 5))
    assert before <= worker.since <= datetime.now(UTC)
    with broker_channel(broker_app.settings.broker_url) as channel:
        assert 0 < channel.client.ttl(f"{WORKERS}:{NAME}") <= 20
    beating.stop()
    assert broker_state(broker_app).workers == ()


@pytest.mark.redis
def test_what_a_process_does_is_told_while_it_does(
    broker_app: Application, of_process: Notebook
) -> None:
    beating = Heartbeat(Notebook(broker_app.settings.broker_url), _consumer([os.getpid()]))
    task = _task(queues.ALIGN_PAGE)
    heartbeat.say_what(task=task, args=[17])
    # Of a process that is not the worker's any more: it was killed.
    gone = WorkNote(NAME, 1, queues.ALIGN_PAGE, (3,), datetime.now(UTC))
    of_process.write(lambda client: note_work(client, gone, 60))
    wait_until(lambda: bool(broker_state(broker_app).workers), BEAT_LIMIT_S, "a note")
    (worker,) = broker_state(broker_app).workers
    assert [(work.task, work.ids) for work in worker.works] == [(queues.ALIGN_PAGE, (17,))]
    heartbeat.say_done(task=task)
    (worker,) = broker_state(broker_app).workers
    assert worker.works == ()
    beating.stop()


@pytest.mark.redis
def test_names_of_notes_that_lapsed_are_forgotten(broker_app: Application) -> None:
    with broker_channel(broker_app.settings.broker_url) as channel:
        channel.client.sadd(WORKERS, NAME)
        channel.client.sadd(WORKS, f"{NAME}:1")
        assert broker_state(broker_app).workers == ()
        assert not channel.client.exists(WORKERS, WORKS)


@pytest.mark.redis
def test_the_last_sweeps_are_kept(broker_app: Application, of_process: Notebook) -> None:
    assert broker_state(broker_app).sweeps == ()
    for sent in range(SWEEPS_KEPT + 2):
        heartbeat.note_counts(SweepCounts(failed=1, sent=sent))
    sweeps = broker_state(broker_app).sweeps
    assert len(sweeps) == SWEEPS_KEPT
    assert (sweeps[0].failed, sweeps[0].sent) == (1, SWEEPS_KEPT + 1)


@pytest.mark.redis
def test_messages_are_counted_queue_by_queue(broker_app: Application) -> None:
    with broker_channel(broker_app.settings.broker_url) as channel:
        channel.client.rpush(queues.ALIGN, "one", "two")
        channel.client.rpush(channel._q_for_pri(queues.ALIGN, 9), "three")
        channel.client.hset(channel.unacked_key, "tag", "taken")
    state = broker_state(broker_app)
    assert state.messages == {**dict.fromkeys(queues.ALL_QUEUES, 0), queues.ALIGN: 3}
    assert state.taken == 1


def test_a_broker_that_is_gone_costs_no_more_than_the_note(app: Application) -> None:
    asked = []
    notes = Notebook(app.settings.broker_url)
    notes.write(asked.append)
    notes.write(asked.append)
    notes.close()
    assert asked == []
    with pytest.raises(BrokerUnavailableError):
        broker_state(app)
