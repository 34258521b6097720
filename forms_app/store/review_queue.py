"""The review queue: fields flagged for a person, in the order of submissions and fields."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from forms_app.store.models import ReadingRow, SubmissionFieldRow
from forms_app.store.states import FieldState

Field = SubmissionFieldRow


def find_field(session: Session, submission_id: int, field_name: str) -> SubmissionFieldRow | None:
    """One field with its reading and decision."""
    return session.scalar(
        _with_details().where(Field.submission_id == submission_id, Field.field_name == field_name)
    )


def fields_of_submission(session: Session, submission_id: int) -> Sequence[SubmissionFieldRow]:
    """All fields of a submission in the template's order."""
    return session.scalars(
        _with_details().where(Field.submission_id == submission_id).order_by(Field.position)
    ).all()


def fields_of_submissions(
    session: Session, submission_ids: Sequence[int]
) -> dict[int, list[SubmissionFieldRow]]:
    """The fields of several submissions, each in the template's order, without the details."""
    found: dict[int, list[SubmissionFieldRow]] = {row_id: [] for row_id in submission_ids}
    slim = joinedload(Field.reading).load_only(
        ReadingRow.value, ReadingRow.outcome, ReadingRow.confidence
    )
    for row in session.scalars(
        select(Field)
        .options(slim, joinedload(Field.decision))
        .where(Field.submission_id.in_(submission_ids))
        .order_by(Field.position)
    ):
        found[row.submission_id].append(row)
    return found


def next_open(
    session: Session, batch_id: int | None, after: SubmissionFieldRow | None
) -> SubmissionFieldRow | None:
    """The next open field after `after`, and from the start again when there is none."""
    query = _in_queue(batch_id).where(Field.state == FieldState.OPEN).limit(1)
    if after is not None:
        found = session.scalar(query.where(_is_after(after)))
        if found is not None:
            return found
        query = query.where(Field.id != after.id)
    return session.scalar(query)


def previous_flagged(
    session: Session, batch_id: int | None, before: SubmissionFieldRow
) -> SubmissionFieldRow | None:
    """The flagged field before `before`, decided or not."""
    return session.scalar(
        _with_details()
        .where(*_flagged(batch_id), ~_is_after(before), Field.id != before.id)
        .order_by(Field.submission_id.desc(), Field.position.desc())
        .limit(1)
    )


def flagged_fields(session: Session, batch_id: int, limit: int) -> Sequence[SubmissionFieldRow]:
    """The first `limit` flagged fields of a batch."""
    return session.scalars(_in_queue(batch_id).limit(limit)).all()


def place_in_queue(session: Session, field: SubmissionFieldRow) -> tuple[int, int, int]:
    """(position from 1, flagged fields, open fields) within the field's batch."""
    before = and_(~_is_after(field), Field.id != field.id)
    row = session.execute(
        select(
            func.count().filter(before),
            func.count(),
            func.count().filter(Field.state == FieldState.OPEN),
        ).where(*_flagged(field.batch_id))
    ).one()
    return row[0] + 1, row[1], row[2]


def count_open(session: Session, batch_id: int, submission_id: int) -> tuple[int, int]:
    """Open fields of the submission and of the batch."""
    row = session.execute(
        select(func.count().filter(Field.submission_id == submission_id), func.count()).where(
            Field.batch_id == batch_id, Field.state == FieldState.OPEN
        )
    ).one()
    return row[0], row[1]


def _with_details() -> Select[SubmissionFieldRow]:
    return select(Field).options(
        joinedload(Field.reading).joinedload(ReadingRow.model_version),
        joinedload(Field.decision),
    )


def _in_queue(batch_id: int | None) -> Select[SubmissionFieldRow]:
    return _with_details().where(*_flagged(batch_id)).order_by(Field.submission_id, Field.position)


def _flagged(batch_id: int | None) -> list[ColumnElement[bool]]:
    flagged: list[ColumnElement[bool]] = [Field.flagged.is_(True)]
    if batch_id is not None:
        flagged.append(Field.batch_id == batch_id)
    return flagged


def _is_after(field: SubmissionFieldRow) -> ColumnElement[bool]:
    return or_(
        Field.submission_id > field.submission_id,
        and_(Field.submission_id == field.submission_id, Field.position > field.position),
    )
