"""Who does what in review: fields people have now, and what they have done today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, union_all
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.field_leases import is_live
from forms_app.store.models import (
    BatchRow,
    DecisionRow,
    FieldLeaseRow,
    QualitySampleRow,
    SecondKeyRow,
    SubmissionRow,
    UserRow,
)
from forms_app.store.projects import within
from forms_app.store.states import Action

Lease = FieldLeaseRow
HOUR = timedelta(hours=1)
# Enough for the forms decided last, and few to look through.
LATEST_DECISIONS = 1000


@dataclass(frozen=True, slots=True)
class Holding:
    """Fields that one person has now of one batch, in one way of reviewing."""

    user_id: int
    batch_id: int
    batch_name: str
    mode: str
    fields: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What one person has said since a moment; `lately` of it within the last hour, the first of
    that at `lately_from`."""

    user_id: int
    fields: int
    last_at: datetime
    lately: int
    lately_from: datetime | None


def holdings(session: Session, batch_id: int | None, project_id: int | None) -> list[Holding]:
    """What people have on screen or in advance, in one batch, a project or all."""
    query = (
        select(
            Lease.user_id,
            Lease.batch_id,
            BatchRow.name,
            Lease.mode,
            func.count(),
            func.min(Lease.seated_at),
        )
        .join(BatchRow, BatchRow.id == Lease.batch_id)
        .where(is_live(), *within(Lease.batch_id, batch_id, project_id))
        .group_by(Lease.user_id, Lease.batch_id, BatchRow.name, Lease.mode)
        .order_by(func.min(Lease.seated_at))
    )
    return [Holding(*row) for row in session.execute(query)]


def done_since(
    session: Session, batch_id: int | None, project_id: int | None, since: datetime
) -> dict[int, Done]:
    """What each person has decided, keyed again or checked, by their id."""
    of_scope = within(SubmissionRow.batch_id, batch_id, project_id)
    said = union_all(
        _said(DecisionRow, DecisionRow.created_at, since, of_scope).where(
            DecisionRow.action != Action.RESTORE
        ),
        _said(SecondKeyRow, SecondKeyRow.created_at, since, of_scope),
        _said(QualitySampleRow, QualitySampleRow.checked_at, since, of_scope).where(
            QualitySampleRow.user_id.is_not(None)
        ),
    ).subquery()
    is_late = said.c.at >= utc_now() - HOUR
    rows = session.execute(
        select(
            said.c.user_id,
            func.count(),
            func.max(said.c.at),
            func.count().filter(is_late),
            func.min(said.c.at).filter(is_late),
        ).group_by(said.c.user_id)
    )
    return {row[0]: Done(*row) for row in rows}


def decided_forms(
    session: Session, batch_id: int | None, project_id: int | None, limit: int
) -> list[tuple[int, str, datetime, str, int]]:
    """The forms decided last, the newest first, taken from the latest decisions: id, batch, when,
    by whom, how many fields."""
    latest = (
        select(DecisionRow.id, DecisionRow.submission_id, DecisionRow.field_name)
        .where(DecisionRow.action != Action.RESTORE)
        .order_by(DecisionRow.id.desc())
        .limit(LATEST_DECISIONS)
    )
    of_scope = within(SubmissionRow.batch_id, batch_id, project_id)
    if batch_id is not None:
        forms = select(SubmissionRow.id).where(*of_scope)
        latest = latest.where(DecisionRow.submission_id.in_(forms))
    elif of_scope:
        is_its = exists().where(SubmissionRow.id == DecisionRow.submission_id, *of_scope)
        latest = latest.where(is_its)
    said = latest.subquery()
    found = (
        select(
            said.c.submission_id,
            func.max(said.c.id).label("last_id"),
            func.count(said.c.field_name.distinct()).label("fields"),
        )
        .group_by(said.c.submission_id)
        .order_by(func.max(said.c.id).desc())
        .limit(limit)
        .subquery()
    )
    rows = session.execute(
        select(
            found.c.submission_id,
            BatchRow.name,
            DecisionRow.created_at,
            UserRow.name,
            found.c.fields,
        )
        .join(DecisionRow, DecisionRow.id == found.c.last_id)
        .join(UserRow, UserRow.id == DecisionRow.user_id)
        .join(SubmissionRow, SubmissionRow.id == found.c.submission_id)
        .join(BatchRow, BatchRow.id == SubmissionRow.batch_id)
        .order_by(found.c.last_id.desc())
    )
    return [(form_id, batch, at, user, fields) for form_id, batch, at, user, fields in rows]


def names_of(session: Session, user_ids: Sequence[int]) -> dict[int, str]:
    """The people's names by their ids."""
    rows = session.execute(select(UserRow.id, UserRow.name).where(UserRow.id.in_(user_ids)))
    return dict(rows.all())


def _said(
    kind: Any, at: Any, since: datetime, of_scope: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    query = select(kind.user_id.label("user_id"), at.label("at")).where(at >= since)
    if not of_scope:
        return query
    return query.join(SubmissionRow, SubmissionRow.id == kind.submission_id).where(*of_scope)
