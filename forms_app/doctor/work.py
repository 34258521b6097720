"""Work: somebody takes from every queue, the clock ticks, nothing waits for too long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from forms_app.config import Settings
from forms_app.doctor.database import existing_engine
from forms_app.doctor.findings import Finding, Group
from forms_app.doctor.site import is_served
from forms_app.errors import BrokerUnavailableError
from forms_app.queues import ALL_QUEUES
from forms_app.services.broker_state import broker_channel
from forms_app.services.dto.operations import SweepNote, WorkerNote
from forms_app.services.worker_notes import read_sweeps, read_workers
from forms_app.store.operations import StageNumbers, stage_numbers
from forms_app.store.stages import Stage

WORK = Group("work")
MISSED_SWEEPS = 3
LEAST_SWEEP_PAUSE_S = 60
LONG_WAIT_S = 3600
UNSENT_AFTER = timedelta(minutes=20)


def check_work(settings: Settings) -> Iterator[Finding]:
    """Asks the broker who works and the database what waits; silent ones are told of elsewhere."""
    if settings.is_embedded_broker and not is_served(settings.data_dir):
        yield WORK.ok("workers", "`fieldhand serve` does not run, so nobody works.")
    else:
        yield from _workers(settings)
    yield from _waiting(settings)


def judge_workers(workers: tuple[WorkerNote, ...]) -> Finding:
    """Whether every queue has a worker."""
    taken = {queue for worker in workers for queue in worker.queues}
    idle = [queue for queue in ALL_QUEUES if queue not in taken]
    if idle:
        return WORK.failed(
            "workers",
            f"No worker takes from the queue{'s' if len(idle) > 1 else ''} {', '.join(idle)}.",
            f"Start one: `fieldhand worker --queues {','.join(idle)}`.",
        )
    number = sum(max(1, len(worker.pids)) for worker in workers)
    processes = f"{number} process{'es' if number > 1 else ''}"
    return WORK.ok(
        "workers",
        f"{len(workers)} worker{'s' if len(workers) > 1 else ''} with {processes}.",
    )


def judge_sweeps(sweeps: tuple[SweepNote, ...], now: datetime, sweep_seconds: int) -> Finding:
    """Whether the sweeper comes by as often as it should."""
    longest_s = max(MISSED_SWEEPS * sweep_seconds, LEAST_SWEEP_PAUSE_S)
    if sweeps and (now - sweeps[0].at).total_seconds() <= longest_s:
        return WORK.ok("sweeper", "Lost work is looked for.")
    since = f"since {sweeps[0].at:%Y-%m-%d %H:%M} UTC" if sweeps else "lately"
    return WORK.warning(
        "sweeper",
        f"Nobody has looked for lost work {since}.",
        "Start the clock, exactly one (`fieldhand worker --beat`), and a worker for intake.",
    )


def judge_waiting(stages: Mapping[Stage, StageNumbers], now: datetime) -> Finding:
    """Whether something waits for very long, or will never be taken."""
    waiting = sum(numbers.waiting for numbers in stages.values())
    ages_s = {
        stage: (now - numbers.oldest_at).total_seconds()
        for stage, numbers in stages.items()
        if numbers.oldest_at is not None and numbers.waiting
    }
    if not ages_s:
        return WORK.ok("waiting", "Nothing waits.")
    slowest = max(ages_s, key=ages_s.__getitem__)
    number = "One piece of work waits" if waiting == 1 else f"{waiting:,} pieces of work wait"
    said = f"{number}, the oldest ({slowest}) for {_told(ages_s[slowest])}."
    if ages_s[slowest] < LONG_WAIT_S:
        return WORK.ok("waiting", said)
    return WORK.warning(
        "waiting", said, "Add workers, or see on the page for operators what holds it up."
    )


def _workers(settings: Settings) -> Iterator[Finding]:
    try:
        with broker_channel(settings.broker_url) as channel:
            workers, sweeps = read_workers(channel.client), read_sweeps(channel.client)
    except BrokerUnavailableError:
        return
    yield judge_workers(workers)
    yield judge_sweeps(sweeps, datetime.now(UTC), settings.sweep_seconds)


def _waiting(settings: Settings) -> Iterator[Finding]:
    engine = existing_engine(settings)
    if engine is None:
        return
    now = datetime.now(UTC)
    try:
        with Session(engine) as session:
            stages = {
                stage: stage_numbers(session, stage, settings.max_attempts, now - UNSENT_AFTER)
                for stage in Stage
            }
        yield judge_waiting(stages, now)
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()


def _told(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
