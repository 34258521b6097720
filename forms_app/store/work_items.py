"""Single files, pages, exports and jobs as an operator sees them, a stretch of a list at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, String, func, literal, null, select
from sqlalchemy.orm import Session

from forms_app.store.claims import LeasedRow, is_free
from forms_app.store.exported_batches import holds_batch
from forms_app.store.models import (
    BatchRow,
    ExportRow,
    FileRow,
    PageRow,
    TemplateJobRow,
    TemplateVersionRow,
)
from forms_app.store.stages import CAP, ROWS, Stage, Subject, has_failed, rows_of

MOST_REASONS = 20


class Failures(NamedTuple):
    """Failed rows of a kind; `code` None takes every reason, `batch_id` None every batch."""

    subject: Subject
    code: str | None = None
    batch_id: int | None = None

    @property
    def kind(self) -> LeasedRow:
        """The class of the rows."""
        return ROWS[self.subject]

    @property
    def condition(self) -> ColumnElement[bool]:
        """Those rows, without a join."""
        condition = has_failed(self.subject)
        if self.code is not None and self.subject in (Subject.FILE, Subject.PAGE):
            condition &= _code(self.subject) == self.code
        if self.batch_id is not None:
            condition &= _is_of_batch(self.subject, self.batch_id)
        return condition


def waiting_items(
    session: Session, stage: Stage, limit: int, after_id: int | None = None
) -> Sequence[Row[Any]]:
    """Rows of a stage that wait or are in work, in the order of their ids."""
    rows = rows_of(stage)
    query = _selected(rows.subject).where(rows.condition).order_by(rows.kind.id).limit(limit)
    if after_id is not None:
        query = query.where(rows.kind.id > after_id)
    return session.execute(query).all()


def leased_items(session: Session, limit: int) -> list[tuple[Subject, Row[Any]]]:
    """What workers hold now, that whose lease ends first at the top."""
    held: list[tuple[Subject, Row[Any]]] = []
    for stage in Stage:
        if stage is Stage.ASSEMBLE:  # It holds no lease.
            continue
        rows = rows_of(stage)
        leased = rows.condition & rows.kind.lease_until.is_not(None) & ~is_free(rows.kind)
        query = _selected(rows.subject).where(leased).order_by(rows.kind.lease_until).limit(limit)
        held += [(rows.subject, row) for row in session.execute(query)]
    return sorted(held, key=lambda pair: (pair[1].lease_until, pair[1].id))[:limit]


def failed_items(
    session: Session, failures: Failures, limit: int, before_id: int | None = None
) -> Sequence[Row[Any]]:
    """Failed rows, the newest first."""
    kind = failures.kind
    query = _selected(failures.subject).where(failures.condition).order_by(kind.id.desc())
    if before_id is not None:
        query = query.where(kind.id < before_id)
    return session.execute(query.limit(limit)).all()


def item(session: Session, subject: Subject, row_id: int) -> Row[Any] | None:
    """One of them, whatever its state is."""
    return session.execute(_selected(subject).where(ROWS[subject].id == row_id)).first()


def reasons(session: Session, subject: Subject) -> Sequence[tuple[str, int, int]]:
    """Reasons of failures of a kind: code, how many, id of the newest; the most frequent first.

    No more than the newest `CAP` + 1 failures are looked at.
    """
    kind = ROWS[subject]
    newest = (
        select(kind.id, _code(subject).label("code"))
        .where(has_failed(subject))
        .order_by(kind.id.desc())
        .limit(CAP + 1)
        .subquery()
    )
    number = func.count()
    rows = session.execute(
        select(newest.c.code, number, func.max(newest.c.id))
        .group_by(newest.c.code)
        .order_by(number.desc(), newest.c.code)
        .limit(MOST_REASONS)
    )
    return [(code, count, newest_id) for code, count, newest_id in rows]


def _code(subject: Subject) -> ColumnElement[str]:
    """Exports and jobs keep a sentence only: they all count as one reason."""
    if subject is Subject.FILE:
        return func.coalesce(FileRow.error_code, "")
    if subject is Subject.PAGE:
        return func.coalesce(PageRow.error_code, "")
    return literal("", String)


def _is_of_batch(subject: Subject, batch_id: int) -> ColumnElement[bool]:
    if subject is Subject.FILE:
        return FileRow.batch_id == batch_id
    if subject is Subject.PAGE:
        return PageRow.file_id.in_(select(FileRow.id).where(FileRow.batch_id == batch_id))
    return holds_batch(batch_id)


def _selected(subject: Subject) -> Select[Any]:
    """The columns that all kinds share, in `services/dto/operations.WorkItem`'s order."""
    if subject is Subject.FILE:
        is_kept = FileRow.content_hash.is_not(None)
        query = select(*_columns(FileRow, FileRow.name, null(), is_kept), *_errors(FileRow))
        return query.add_columns(*_batch()).join(BatchRow, BatchRow.id == FileRow.batch_id)
    if subject is Subject.PAGE:
        is_kept = FileRow.content_hash.is_not(None)
        query = select(*_columns(PageRow, FileRow.name, PageRow.number, is_kept), *_errors(PageRow))
        query = query.add_columns(*_batch()).join(FileRow, FileRow.id == PageRow.file_id)
        return query.join(BatchRow, BatchRow.id == FileRow.batch_id)
    if subject is Subject.EXPORT:
        query = select(*_columns(ExportRow, ExportRow.format, null(), literal(True)))
        query = query.add_columns(literal("").label("code"), ExportRow.error_message)
        query = query.add_columns(*_batch_of_export())
        return query.outerjoin(BatchRow, BatchRow.id == ExportRow.batch_id)
    query = select(*_columns(TemplateJobRow, TemplateVersionRow.name, null(), literal(True)))
    query = query.add_columns(literal("").label("code"), TemplateJobRow.error_message)
    query = query.add_columns(
        null().label("batch_id"),
        literal("").label("batch_name"),
        TemplateJobRow.version_id,
        TemplateJobRow.kind.label("kind"),
    )
    return query.outerjoin(TemplateVersionRow, TemplateVersionRow.id == TemplateJobRow.version_id)


def _columns(kind: LeasedRow, name: Any, number: Any, is_kept: Any) -> list[Any]:
    is_lapsed = kind.lease_until.is_not(None) & is_free(kind)
    return [
        kind.id,
        name.label("name"),
        number.label("number"),
        is_kept.label("is_kept"),
        kind.attempts,
        kind.lease_until,
        is_lapsed.label("is_lapsed"),
        kind.created_at,
    ]


def _errors(kind: type[FileRow] | type[PageRow]) -> list[Any]:
    return [func.coalesce(kind.error_code, "").label("code"), kind.error_message]


def _batch_of_export() -> list[Any]:
    """An export of several batches has none of its own."""
    return [
        ExportRow.batch_id.label("batch_id"),
        func.coalesce(BatchRow.name, "").label("batch_name"),
        null().label("version_id"),
        literal("").label("kind"),
    ]


def _batch() -> list[Any]:
    return [
        BatchRow.id.label("batch_id"),
        BatchRow.name.label("batch_name"),
        null().label("version_id"),
        literal("").label("kind"),
    ]
