"""Notes that workers leave in the broker: who is there, on what, and how the last sweeps went.

Nothing depends on them. Each note lapses by the clock of the broker: a worker that was killed is
gone from the page within seconds, and no clocks need agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from forms_app.services.dto.operations import SweepNote, WorkerNote, WorkNote

WORKERS, WORKS, SWEEPS = "fieldhand.workers", "fieldhand.works", "fieldhand.sweeps"
"""Sets of the names of notes, whose own keys begin likewise; a list of sweeps, newest first."""
BEAT_S = 5
WORKER_KEPT_S = 4 * BEAT_S
SWEEPS_KEPT = 20


def note_worker(client: Any, worker: WorkerNote) -> None:
    """Say that this worker is there; to be said again every `BEAT_S`."""
    _keep(
        client,
        WORKERS,
        worker.name,
        {
            "since": worker.since.timestamp(),
            "queues": list(worker.queues),
            "pids": list(worker.pids),
        },
        WORKER_KEPT_S,
    )


def forget_worker(client: Any, name: str) -> None:
    """It stops as it should."""
    _forget(client, WORKERS, name)


def note_work(client: Any, work: WorkNote, kept_s: int) -> None:
    """Say what a process has begun; lapses after `kept_s`, when it must have ended."""
    _keep(
        client,
        WORKS,
        f"{work.worker}:{work.pid}",
        {
            "worker": work.worker,
            "pid": work.pid,
            "task": work.task,
            "ids": list(work.ids),
            "since": work.since.timestamp(),
        },
        kept_s,
    )


def forget_work(client: Any, worker: str, pid: int) -> None:
    """It has ended."""
    _forget(client, WORKS, f"{worker}:{pid}")


def note_sweep(client: Any, sweep: SweepNote) -> None:
    """Keep how a sweep went, among the last few."""
    said = json.dumps({"at": sweep.at.timestamp(), "failed": sweep.failed, "sent": sweep.sent})
    with client.pipeline(transaction=False) as pipe:
        pipe.lpush(SWEEPS, said)
        pipe.ltrim(SWEEPS, 0, SWEEPS_KEPT - 1)
        pipe.execute()


def read_workers(client: Any) -> tuple[WorkerNote, ...]:
    """Who is there, by name, and what their processes do; what dead ones did is left out."""
    works = [
        WorkNote(
            worker=str(note["worker"]),
            pid=int(note["pid"]),
            task=str(note["task"]),
            ids=tuple(note["ids"]),
            since=_moment(note["since"]),
        )
        for _, note in _kept(client, WORKS)
    ]
    workers = [
        WorkerNote(
            name=name,
            since=_moment(note["since"]),
            queues=tuple(note["queues"]),
            pids=tuple(note["pids"]),
            works=_works_of(works, name, note["pids"]),
        )
        for name, note in _kept(client, WORKERS)
    ]
    return tuple(sorted(workers, key=lambda worker: worker.name))


def read_sweeps(client: Any) -> tuple[SweepNote, ...]:
    """The last sweeps, the newest first."""
    notes = [json.loads(said) for said in client.lrange(SWEEPS, 0, SWEEPS_KEPT - 1)]
    return tuple(SweepNote(_moment(note["at"]), note["failed"], note["sent"]) for note in notes)


def _works_of(works: Sequence[WorkNote], name: str, pids: Sequence[int]) -> tuple[WorkNote, ...]:
    own = [work for work in works if work.worker == name and work.pid in pids]
    return tuple(sorted(own, key=lambda work: work.since))


def _keep(client: Any, names: str, name: str, note: Mapping[str, object], kept_s: int) -> None:
    with client.pipeline(transaction=False) as pipe:
        pipe.sadd(names, name)
        pipe.set(f"{names}:{name}", json.dumps(note), ex=kept_s)
        pipe.execute()


def _forget(client: Any, names: str, name: str) -> None:
    with client.pipeline(transaction=False) as pipe:
        pipe.srem(names, name)
        pipe.delete(f"{names}:{name}")
        pipe.execute()


def _kept(client: Any, names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Notes that have not lapsed; the names of those that have are forgotten."""
    known = sorted(_text(name) for name in client.smembers(names))
    if not known:
        return
    for name, said in zip(known, client.mget([f"{names}:{name}" for name in known]), strict=True):
        if said is None:
            client.srem(names, name)
        else:
            yield name, json.loads(said)


def _text(said: bytes | str) -> str:
    return said.decode() if isinstance(said, bytes) else said


def _moment(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
