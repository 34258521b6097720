"""Fields shown with a wrong value on purpose, and what people made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from forms_app.reading.types import Outcome
from forms_app.store.base import utc_now
from forms_app.store.models import (
    DecisionRow,
    ReadingRow,
    SeededErrorRow,
    SubmissionFieldRow,
)
from forms_app.store.states import FieldState

Field, Reading, Decision, Seeded = SubmissionFieldRow, ReadingRow, DecisionRow, SeededErrorRow
# What somebody decided themselves they remember for a while.
FORGOTTEN_AFTER = timedelta(hours=1)


def range_of_forms(session: Session, batch_id: int) -> tuple[int, int]:
    """The lowest and the highest id of a batch's forms that people look at; (0, 0) without any."""
    low, high = session.execute(
        select(func.min(Field.submission_id), func.max(Field.submission_id)).where(
            Field.batch_id == batch_id, Field.flagged.is_(True)
        )
    ).one()
    return low or 0, high or 0


def decided_fields(
    session: Session,
    batch_id: int,
    field_name: str | None,
    user_id: int,
    is_own: bool,
    from_form: int,
    limit: int,
) -> Sequence[SubmissionFieldRow]:
    """Fields that people decided, in forms from `from_form` on; none that was shown to the person
    this way before.

    Args:
        is_own: what they decided themselves, a while ago; else what others did.
    """
    shown = select(Seeded.id).where(
        Seeded.submission_id == Field.submission_id,
        Seeded.field_name == Field.field_name,
        Seeded.user_id == user_id,
    )
    by = Decision.user_id == user_id if is_own else Decision.user_id != user_id
    is_forgotten = Decision.created_at < utc_now() - FORGOTTEN_AFTER
    query = (
        select(Field)
        .join(Decision, Decision.id == Field.decision_id)
        .join(Reading, Reading.id == Field.reading_id)
        .options(
            joinedload(Field.reading).joinedload(Reading.model_version),
            joinedload(Field.decision),
        )
        .where(
            Field.batch_id == batch_id,
            Field.flagged.is_(True),
            Field.submission_id >= from_form,
            Field.state == FieldState.DECIDED,
            by,
            Decision.value.is_not(None),
            Reading.outcome == Outcome.READ,
            Reading.needs_review.is_(True),
            ~shown.exists(),
        )
        .order_by(Field.submission_id, Field.position)
        .limit(limit)
    )
    if is_own:
        query = query.where(is_forgotten)
    if field_name is not None:
        query = query.where(Field.field_name == field_name)
    return session.scalars(query).all()


def find_seeded(session: Session, token: str, user_id: int) -> SeededErrorRow | None:
    """What a person was shown under a token."""
    return session.scalar(select(Seeded).where(Seeded.token == token, Seeded.user_id == user_id))
