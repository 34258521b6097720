"""The review queue: fields flagged for a person, in the order of submissions and fields."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session, joinedload

from forms_app.store.models import ReadingRow, SubmissionFieldRow
from forms_app.store.projects import within
from forms_app.store.review_scopes import (
    BY_PLACE,
    Scope,
    in_order,
    is_after,
    members,
    stretches,
    waiting,
)

Field = SubmissionFieldRow


def find_field(
    session: Session, submission_id: int, field_name: str, scope: Scope | None = None
) -> SubmissionFieldRow | None:
    """One field with its reading and decision; of the batch or project of `scope` alone."""
    named = Field.submission_id == submission_id, Field.field_name == field_name
    of_scope = within(Field.batch_id, scope.batch_id, scope.project_id) if scope else []
    return session.scalar(_with_details().where(*named, *of_scope))


def fields_of_submission(session: Session, submission_id: int) -> Sequence[SubmissionFieldRow]:
    """All fields of a submission in the template's order."""
    return session.scalars(
        _with_details().where(Field.submission_id == submission_id).order_by(Field.position)
    ).all()


def fields_by_key(
    session: Session, keys: Sequence[tuple[int, str]], after: SubmissionFieldRow | None
) -> Sequence[SubmissionFieldRow]:
    """These fields with their details, in the order in which review goes through them."""
    if not keys:
        return []
    named = tuple_(Field.submission_id, Field.field_name).in_(keys)
    return session.scalars(_with_details().where(named).order_by(*in_order(after))).all()


def next_waiting(
    session: Session, scope: Scope, after: SubmissionFieldRow | None
) -> SubmissionFieldRow | None:
    """The next field of a scope after `after`, and from the start again when there is none."""
    query = _with_details().where(*waiting(scope)).order_by(*BY_PLACE).limit(1)
    if after is not None:
        query = query.where(Field.id != after.id)
    found = (session.scalar(query.where(*stretch)) for stretch in stretches(after))
    return next((row for row in found if row is not None), None)


def previous_flagged(
    session: Session, batch_id: int | None, before: SubmissionFieldRow
) -> SubmissionFieldRow | None:
    """The flagged field before `before`, decided or not."""
    return session.scalar(
        _with_details()
        .where(*members(Scope(batch_id=batch_id)), ~is_after(before), Field.id != before.id)
        .order_by(Field.submission_id.desc(), Field.position.desc())
        .limit(1)
    )


def flagged_fields(session: Session, batch_id: int, limit: int) -> Sequence[SubmissionFieldRow]:
    """The first `limit` flagged fields of a batch."""
    query = _with_details().where(*members(Scope(batch_id=batch_id)))
    return session.scalars(query.order_by(*BY_PLACE).limit(limit)).all()


def _with_details() -> Select[SubmissionFieldRow]:
    return select(Field).options(
        joinedload(Field.reading).joinedload(ReadingRow.model_version),
        joinedload(Field.decision),
    )
