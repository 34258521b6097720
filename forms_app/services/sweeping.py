"""The sweeper: the rows are the queue of record, and it sends again what they say is undone.

A message may be lost with its broker, a lease with its worker. While work goes on, what waits is
most likely still queued, and sending it again would only double the queue: so rows are sent again
when nothing has moved for a while, or when they themselves have waited very long. A lease that has
lapsed says that its worker is gone: that row is sent again at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.queues import (
    ALIGN_PAGE,
    ASSEMBLE_FILE,
    BUILD_EXPORT,
    READ_PAGES,
    RUN_TEMPLATE_JOB,
    SPLIT_FILE,
)
from forms_app.services import delivery_planning, retention, template_views
from forms_app.services.application import Application
from forms_app.services.attempts import fail
from forms_app.services.cleaning import delete_left_over
from forms_app.services.completion import NO_MODEL, finish_failed_page
from forms_app.services.export_building import fail_export
from forms_app.services.template_jobs import delete_expired_jobs, fail_job
from forms_app.services.upload_finishing import expire_uploads, finish_left_over
from forms_app.services.webhook_upkeep import keep_up
from forms_app.store import field_leases
from forms_app.store.claims import LeasedRow, free_until_later_than, is_free
from forms_app.store.database_clock import database_now
from forms_app.store.models import (
    DeliveryRunRow,
    ExportRow,
    FileRow,
    PageRow,
    TemplateJobRow,
    WebhookDeliveryRow,
)
from forms_app.store.readings import model_version_id
from forms_app.store.stages import is_to_be_assembled
from forms_app.store.states import ExportState, FileState, JobState, PageState

log = structlog.get_logger(__name__)

SENT_AGAIN_AFTER = timedelta(minutes=10)
# A lease that ends later than this many leases from now is from before the clock was set back.
FAR_LEASES = 10
LEASED: tuple[LeasedRow, ...] = (
    FileRow,
    PageRow,
    ExportRow,
    TemplateJobRow,
    WebhookDeliveryRow,
    DeliveryRunRow,
)
AT_ONCE = 2000
LOST = "worker_lost"
LOST_MESSAGE = (
    "The worker stopped each time it worked on this {thing}; it may need more memory than there "
    "is. Try a lower resolution, or try again."
)


@dataclass(frozen=True, slots=True)
class SweepCounts:
    """What a sweep did."""

    failed: int
    sent: int


def sweep(app: Application) -> SweepCounts:
    """Fail what has used up its attempts, send again what was left behind.

    Raises:
        BrokerUnavailableError: The broker is still down; the next sweep tries again.
    """
    delete_expired_jobs(app)
    delete_left_over(app)
    _free_far_leases(app)
    failed = _fail_exhausted(app)
    metrics.SWEEP_FAILED.inc(failed)
    with app.session() as session:
        pause = timedelta(seconds=app.settings.sweep_seconds)
        due_after = SENT_AGAIN_AFTER if _is_moving(session, pause) else pause
        work = _left_behind(session, due_after, app.settings.read_batch_pages)
    with app.session() as session:
        field_leases.drop_lapsed(session)
    for name, args in work:
        app.tasks.send(name, *args)
        metrics.SWEEP_RESENT.inc(task=name)
    sent = len(work) + keep_up(app) + delivery_planning.keep_up(app)
    # Last, so that whatever is wrong with an upload keeps nothing else from being sent again.
    retention.enforce(app)
    expire_uploads(app)
    finish_left_over(app)
    template_views.catch_up(app.engine)
    if failed or sent:
        log.info("swept", failed=failed, sent=sent)
    return SweepCounts(failed, sent)


def free_all_leases(app: Application) -> int:
    """Free every lease, for a start where no worker can be alive; returns how many there were.

    The interrupted attempt does not count: whoever stops the program is not the page's fault.
    """
    freed = 0
    with app.session() as session:
        for kind in LEASED:
            held = session.scalars(
                update(kind)
                .where(kind.lease_until.is_not(None))
                .values(lease_until=None, attempts=kind.attempts - 1)
                .returning(kind.id)
            )
            freed += len(held.all())
    return freed


def _free_far_leases(app: Application) -> None:
    with app.session() as session:
        far = database_now(session) + FAR_LEASES * timedelta(seconds=app.settings.lease_seconds)
        freed = sum(free_until_later_than(session, kind, far) for kind in LEASED)
    if freed:
        log.warning("leases from a later time freed; was the clock set back?", count=freed)


def _fail_exhausted(app: Application) -> int:
    """Rows whose last attempt was never given back: their worker died each time."""
    with app.session() as session:
        files = _exhausted(session, FileRow, app.settings.max_attempts, FileState.UPLOADED)
        pages = _exhausted(
            session, PageRow, app.settings.max_attempts, PageState.PENDING, PageState.ALIGNED
        )
        exports = _exhausted(session, ExportRow, app.settings.max_attempts, ExportState.PENDING)
        jobs = _exhausted(session, TemplateJobRow, app.settings.max_attempts, JobState.PENDING)
    for file_id in files:
        fail(app, FileRow, file_id, LOST, LOST_MESSAGE.format(thing="file"), is_free(FileRow))
    for page_id in pages:
        fail(app, PageRow, page_id, LOST, LOST_MESSAGE.format(thing="page"), is_free(PageRow))
        with app.session() as session:
            finish_failed_page(session, page_id, model_version_id(session, NO_MODEL, NO_MODEL))
    for export_id in exports:
        fail_export(app, export_id, LOST_MESSAGE.format(thing="export"), is_free(ExportRow))
    for job_id in jobs:
        fail_job(app, job_id, LOST_MESSAGE.format(thing="template"), is_free(TemplateJobRow))
    return len(files) + len(pages) + len(exports) + len(jobs)


def _exhausted(session: Session, kind: LeasedRow, max_attempts: int, *states: str) -> Sequence[int]:
    return session.scalars(
        select(kind.id).where(kind.state.in_(states), kind.attempts >= max_attempts, is_free(kind))
    ).all()


def _is_moving(session: Session, pause: timedelta) -> bool:
    """Whether any row changed within the last `pause` or is being worked on."""
    now = database_now(session)
    return any(
        session.scalar(
            select(exists().where(or_(_changed_within(kind, pause, now), kind.lease_until > now)))
        )
        for kind in (FileRow, PageRow, ExportRow)
    )


def _left_behind(
    session: Session, due_after: timedelta, read_batch_pages: int
) -> list[tuple[str, tuple[int, ...]]]:
    """Tasks for everything that waits; the rows count as sent again now."""
    split = _waiting(session, FileRow, due_after, FileRow.state == FileState.UPLOADED)
    align = _waiting(session, PageRow, due_after, PageRow.state == PageState.PENDING)
    assemble = _waiting(session, FileRow, due_after, is_to_be_assembled())
    read = _waiting(
        session,
        PageRow,
        due_after,
        (PageRow.state == PageState.ALIGNED) & PageRow.submission_id.is_not(None),
    )
    export = _waiting(session, ExportRow, due_after, ExportRow.state == ExportState.PENDING)
    job = _waiting(session, TemplateJobRow, due_after, TemplateJobRow.state == JobState.PENDING)
    return [
        *((SPLIT_FILE, (row_id,)) for row_id in split),
        *((ALIGN_PAGE, (row_id,)) for row_id in align),
        *((ASSEMBLE_FILE, (row_id,)) for row_id in assemble),
        *((READ_PAGES, ()) for _ in range(0, len(read), read_batch_pages)),
        *((BUILD_EXPORT, (row_id,)) for row_id in export),
        *((RUN_TEMPLATE_JOB, (row_id,)) for row_id in job),
    ]


def _waiting(
    session: Session, kind: LeasedRow, due_after: timedelta, condition: ColumnElement[bool]
) -> Sequence[int]:
    now = database_now(session)
    # Whose worker has died is due at once, on a busy day too: nothing else is on its way to it.
    due = or_(~_changed_within(kind, due_after, now), kind.lease_until < now)
    picked = select(kind.id).where(condition, is_free(kind), due).order_by(kind.id).limit(AT_ONCE)
    return session.scalars(
        update(kind)
        .where(kind.id.in_(picked))
        .values(changed_at=now, lease_until=None)
        .returning(kind.id),
        execution_options={"synchronize_session": False},
    ).all()


def _changed_within(kind: LeasedRow, span: timedelta, now: datetime) -> ColumnElement[bool]:
    """Changed at most `span` ago. Changes are dated by the machine that made them: those of a much
    later time say that its clock is wrong, or was, and nothing of when they were made."""
    return kind.changed_at.between(now - span, now + span)
