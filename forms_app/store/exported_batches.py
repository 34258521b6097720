"""Which batches and forms an export takes, and which exports hold a batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    BatchRow,
    BatchVersionRow,
    ExportBatchRow,
    ExportRow,
    SubmissionRow,
    TemplateVersionRow,
)
from forms_app.store.states import SubmissionState


def batches_of_template(template_id: int) -> Select[int]:
    """Ids of all batches that have forms of a template, or are meant to."""
    of_template = select(TemplateVersionRow.id).where(TemplateVersionRow.template_id == template_id)
    named = select(BatchVersionRow.batch_id).where(BatchVersionRow.version_id.in_(of_template))
    return select(BatchRow.id).where(
        or_(BatchRow.id.in_(named), BatchRow.version_id.in_(of_template))
    )


def batches_of_export(export: ExportRow) -> Select[int]:
    """Ids of the batches that are in an export, those that are deleted since left out."""
    if export.batch_id is not None:
        return select(BatchRow.id).where(BatchRow.id == export.batch_id)
    return select(ExportBatchRow.batch_id).where(ExportBatchRow.export_id == export.id)


def holds_batch(batch_id: int) -> ColumnElement[bool]:
    """Exports that hold forms of a batch, alone or among others."""
    among = select(ExportBatchRow.export_id).where(ExportBatchRow.batch_id == batch_id)
    return or_(ExportRow.batch_id == batch_id, ExportRow.id.in_(among))


def shown_with_batch(batch_id: int) -> ColumnElement[bool]:
    """Exports that a batch's page lists: what a template's page lists is left to that."""
    return and_(holds_batch(batch_id), ExportRow.template_id.is_(None))


def versions_in(session: Session, batches: Select[int]) -> list[TemplateVersionRow]:
    """Every version of a template of some batches, in the order in which batches came to them."""
    first = func.min(BatchVersionRow.batch_id), func.min(BatchVersionRow.position)
    rows = session.scalars(
        select(TemplateVersionRow)
        .join(BatchVersionRow, BatchVersionRow.version_id == TemplateVersionRow.id)
        .where(BatchVersionRow.batch_id.in_(batches))
        .group_by(TemplateVersionRow.id)
        .order_by(*first)
    )
    return list(rows)


def is_wanted(
    version_ids: Collection[int], finished_only: bool, since: date | None, until: date | None
) -> ColumnElement[bool]:
    """Forms of these versions that have been read; to be joined with their batch."""
    conditions = [
        func.coalesce(SubmissionRow.version_id, BatchRow.version_id).in_(list(version_ids)),
        SubmissionRow.state == SubmissionState.DONE
        if finished_only
        else SubmissionRow.state != SubmissionState.READING,
    ]
    if since is not None:
        conditions.append(SubmissionRow.created_at >= _start_of(since))
    if until is not None:
        conditions.append(SubmissionRow.created_at < _start_of(until + timedelta(days=1)))
    return and_(*conditions)


def count_wanted(
    session: Session, batches: Select[int], wanted: ColumnElement[bool]
) -> tuple[int, int]:
    """How many forms of some batches are wanted, and how many fields of theirs are open."""
    forms, fields = session.execute(
        select(func.count(), func.coalesce(func.sum(SubmissionRow.open_fields), 0))
        .join(BatchRow, BatchRow.id == SubmissionRow.batch_id)
        .where(SubmissionRow.batch_id.in_(batches), wanted)
    ).one()
    return forms, int(fields)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
