"""What an operator is told of the work: lines in the log, and counts; each once.

What changes rows is told after the commit that made it so. Lines carry ids, codes, numbers and
durations; never a name of a file, a value of a field, or a person.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from forms_app import metrics
from forms_app.reading.types import FieldReading
from forms_app.services.batch_templates import version_of_form
from forms_app.services.loading import load
from forms_app.store.after_commit import after_commit
from forms_app.store.base import utc_now
from forms_app.store.models import (
    FileRow,
    PageRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateVersionRow,
)
from forms_app.store.stages import Stage
from forms_app.store.states import Action, FieldState

log = structlog.get_logger("forms_app.work")


@contextmanager
def about(**ids: int) -> Iterator[None]:
    """Every line of the log says whose it is, also with what `also_about` adds meanwhile."""
    before = structlog.contextvars.get_contextvars()
    structlog.contextvars.bind_contextvars(**ids)
    try:
        yield
    finally:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**before)


def also_about(**ids: int | None) -> None:
    """More ids, until the surrounding `about` ends; those that are None are left out."""
    known = {name: row_id for name, row_id in ids.items() if row_id is not None}
    structlog.contextvars.bind_contextvars(**known)


@contextmanager
def timed(stage: Stage) -> Iterator[Callable[[], float]]:
    """How long a stage takes is counted where it goes through.

    Yields:
        A function that tells the seconds so far.
    """
    started = time.monotonic()
    yield lambda: round(time.monotonic() - started, 3)
    metrics.STAGE_SECONDS.observe(time.monotonic() - started, stage=stage.value)


def file_arrived(session: Session, file: FileRow) -> None:
    """A file was added to its batch, to be read or not."""
    ids = {"file_id": file.id, "batch_id": file.batch_id}
    state, size, code = str(file.state), file.size, file.error_code

    def tell() -> None:
        metrics.FILES_ARRIVED.inc(state=state)
        log.info("file arrived", **ids, state=state, bytes=size, **({"code": code} if code else {}))

    after_commit(session, tell)


def file_split(session: Session, file: FileRow, pages: int, duration_s: float) -> None:
    """A file's pages are known."""
    ids = {"file_id": file.id, "batch_id": file.batch_id}
    after_commit(session, lambda: log.info("file split", **ids, pages=pages, duration_s=duration_s))


def page_aligned(session: Session, page: PageRow, duration_s: float) -> None:
    """A page lies on its template page."""
    ids = {"page_id": page.id, "file_id": page.file_id, "version_id": page.version_id}
    residual_px = float(page.residual_px or 0.0)

    def tell() -> None:
        metrics.REGISTRATION_RESIDUAL.observe(residual_px)
        log.info("page aligned", **ids, residual_px=round(residual_px, 3), duration_s=duration_s)

    after_commit(session, tell)


def page_not_laid(code: str) -> None:
    """A page could not be laid onto a template page."""
    metrics.REGISTRATION_FAILURES.inc(code=code)


def page_read(
    session: Session, page: PageRow, submission: SubmissionRow, fields: Sequence[FieldReading]
) -> None:
    """A page's readings are kept; called before the page is marked as read."""
    file = load(session, FileRow, page.file_id)
    template = _template_of(session, submission)
    waited_s = None if page.read_at is not None else _seconds_since(file.created_at)
    ids = {
        "page_id": page.id,
        "file_id": file.id,
        "batch_id": file.batch_id,
        "submission_id": submission.id,
    }
    also_about(**ids)
    to_review = sum(field.needs_review for field in fields)

    def tell() -> None:
        _count_fields(template, fields)
        if waited_s is not None:
            metrics.UPLOAD_TO_READ_SECONDS.observe(waited_s)
        log.info(
            "page read", **ids, fields=len(fields), to_review=to_review, since_upload_s=waited_s
        )

    after_commit(session, tell)


def submission_ready(session: Session, submission: SubmissionRow) -> None:
    """All of a form is read; whether people must look, its state says."""
    file = load(session, FileRow, submission.file_id)
    ids = {
        "submission_id": submission.id,
        "file_id": file.id,
        "batch_id": submission.batch_id,
    }
    state, waited_s = str(submission.state), _seconds_since(file.created_at)
    after_commit(
        session, lambda: log.info("submission ready", **ids, state=state, since_upload_s=waited_s)
    )


def decided(session: Session, row: SubmissionFieldRow, action: Action) -> None:
    """A person has said something of a field; called before that counts for the field."""
    before = "open"
    if row.decision is not None:
        before = "decided"
    elif row.state == FieldState.ACCEPTED:
        before = "accepted"
    after_commit(session, lambda: metrics.DECISIONS.inc(action=action.value, before=before))


def work_failed(kind: str, code: str) -> None:
    """A row was given up for good."""
    metrics.WORK_FAILURES.inc(kind=kind, code=code)


def _template_of(session: Session, submission: SubmissionRow) -> int:
    version = load(session, TemplateVersionRow, version_of_form(session, submission))
    return version.template_id


def _count_fields(template: int, fields: Sequence[FieldReading]) -> None:
    metrics.PAGES_READ.inc(template=template)
    kinds = Counter((field.outcome.value, field.needs_review) for field in fields)
    for (outcome, needs_review), number in kinds.items():
        verdict = "review" if needs_review else "accepted"
        metrics.FIELDS_READ.inc(number, template=template, outcome=outcome, verdict=verdict)


def _seconds_since(moment: datetime) -> float:
    """At least 0: two machines' clocks may differ."""
    return max(0.0, round((utc_now() - moment).total_seconds(), 3))
