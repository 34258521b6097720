"""How the work goes: what waits, is done, has failed or is stuck, who works, and on what it stands.

The rows say what there is to do. What the broker has queued is told beside it, as the two part when
messages are lost; the sweeper then sends again what the rows say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from forms_app.errors import BrokerUnavailableError, NotFoundError
from forms_app.queues import QUEUE_OF_TASK
from forms_app.services.application import Application
from forms_app.services.broker_state import broker_state
from forms_app.services.disk_space import disks
from forms_app.services.dto.operations import (
    CAP,
    BrokerState,
    FailureGroup,
    Overview,
    Pace,
    StageState,
    WorkItem,
)
from forms_app.services.loading import LARGEST_ID, load
from forms_app.services.operations_actions import TASK_OF_STAGE
from forms_app.services.operations_health import find_troubles
from forms_app.store import operations, work_items
from forms_app.store.database_clock import database_now
from forms_app.store.models import BatchRow
from forms_app.store.stages import Stage, Subject, rows_of
from forms_app.store.work_items import Failures

IN_WORK_SHOWN = 20
UNSENT_AFTER = timedelta(minutes=30)
"""The sweeper sends everything that waits more often than that, as long as it runs."""
PACE_SPAN = timedelta(minutes=5)
LONG_SPAN = timedelta(hours=1)
LEAST_READ = 3
LEAST_SPAN_S = 20.0


def overview(app: Application) -> Overview:
    """Everything at once, in a bounded number of bounded statements."""
    broker, room = _broker(app), disks(app.settings)
    with app.session() as session:
        now = database_now(session)
        stages = tuple(_stages(session, app, broker, now))
        return Overview(
            parts=find_troubles(app, broker, room, now),
            disks=room,
            broker=broker,
            stages=stages,
            in_work=tuple(
                work_item(app, subject, row)
                for subject, row in work_items.leased_items(session, IN_WORK_SHOWN)
            ),
            failures=tuple(_failures(session, app)),
            deletions=operations.doomed_backlog(session),
            uploads=operations.upload_backlog(session),
            pace=_pace(session, stages, now),
        )


def waiting_work(
    app: Application, stage: Stage, limit: int, after_id: int | None = None
) -> list[WorkItem]:
    """What waits or is done in a stage, the oldest first; `after_id` goes on after the last one."""
    subject = rows_of(stage).subject
    with app.session() as session:
        rows = work_items.waiting_items(session, stage, limit, after_id)
        return [work_item(app, subject, row) for row in rows]


def failed_work(
    app: Application, failures: Failures, limit: int, before_id: int | None = None
) -> list[WorkItem]:
    """What has failed, the newest first; `before_id` goes on after the last one."""
    with app.session() as session:
        rows = work_items.failed_items(session, failures, limit, before_id)
        return [work_item(app, failures.subject, row) for row in rows]


def get_item(app: Application, subject: Subject, row_id: int) -> WorkItem:
    """One file, page, export or piece of work around a template.

    Raises:
        NotFoundError: It is gone.
    """
    # Databases refuse numbers beyond 64 bits with an error of their own.
    is_id = 0 < row_id <= LARGEST_ID
    with app.session() as session:
        row = work_items.item(session, subject, row_id) if is_id else None
    if row is None:
        raise NotFoundError("This was deleted meanwhile, perhaps by somebody else.")
    return work_item(app, subject, row)


def batch_name(app: Application, batch_id: int) -> str:
    """What a batch is called.

    Raises:
        NotFoundError: It is gone.
    """
    with app.session() as session:
        return load(session, BatchRow, batch_id).name


def work_item(app: Application, subject: Subject, row: Row[Any]) -> WorkItem:
    """A row of `store/work_items` as services hand it out."""
    is_free = row.lease_until is None or bool(row.is_lapsed)
    return WorkItem(
        subject=subject,
        id=row.id,
        name=row.name or "",
        number=row.number,
        batch_id=row.batch_id,
        batch_name=row.batch_name,
        version_id=row.version_id,
        kind=row.kind,
        attempts=row.attempts,
        lease_until=row.lease_until,
        is_lapsed=bool(row.is_lapsed),
        is_exhausted=is_free and row.attempts >= app.settings.max_attempts,
        came_at=row.created_at,
        code=row.code,
        message=row.error_message or "",
        is_kept=bool(row.is_kept),
    )


def _broker(app: Application) -> BrokerState | None:
    try:
        return broker_state(app)
    except BrokerUnavailableError:
        return None


def _stages(
    session: Session, app: Application, broker: BrokerState | None, now: datetime
) -> Iterator[StageState]:
    for stage in Stage:
        queue = QUEUE_OF_TASK[TASK_OF_STAGE[stage]]
        yield StageState(
            stage=stage,
            subject=rows_of(stage).subject,
            numbers=operations.stage_numbers(
                session, stage, app.settings.max_attempts, now - UNSENT_AFTER
            ),
            failed=operations.count_failed(session, stage),
            messages=None if broker is None else broker.messages[queue],
        )


def _failures(session: Session, app: Application) -> Iterator[FailureGroup]:
    for subject in Subject:
        for code, number, newest_id in work_items.reasons(session, subject):
            newest = work_items.item(session, subject, newest_id)
            if newest is not None:
                yield FailureGroup(subject, code, number, work_item(app, subject, newest))


def _pace(session: Session, stages: Sequence[StageState], now: datetime) -> Pace:
    """Judged by the pages read in the last minutes; too few of them tell nothing."""
    number, first_at = operations.pages_read_since(session, now - PACE_SPAN)
    in_hour, _ = operations.pages_read_since(session, now - LONG_SPAN)
    intake = next(state.numbers for state in stages if state.stage is Stage.INTAKE)
    unopened = intake.waiting + intake.in_work
    left = operations.pages_left(session)
    expected = round(unopened * operations.pages_of_a_file(session)) if unopened else 0
    left_s = None
    if number >= LEAST_READ and first_at is not None and left <= CAP:
        span_s = max((now - first_at).total_seconds(), LEAST_SPAN_S)
        left_s = (left + expected) / (number / span_s)
    return Pace(number, in_hour, left, expected, left_s if left + expected else None)
