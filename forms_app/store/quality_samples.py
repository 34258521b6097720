"""Accepted fields drawn at random for people to check; each is drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from forms_app.reading.types import Outcome
from forms_app.store.base import utc_now
from forms_app.store.models import (
    QualitySampleRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import Action, FieldState
from forms_app.store.upserts import insert_missing

Field, Reading, Sample = SubmissionFieldRow, ReadingRow, QualitySampleRow


@dataclass(frozen=True, slots=True)
class SampleCounts:
    """`accepted` fields of a batch could be drawn, or have been; of those `drawn`, `checked` were
    keyed, and `differing` otherwise than they had been read."""

    accepted: int
    drawn: int
    checked: int
    differing: int


def count_sample(session: Session, batch_id: int) -> SampleCounts:
    """How far the sample of a batch is."""
    drawn, checked, differing = session.execute(
        select(
            func.count(),
            func.count().filter(Sample.agrees.is_not(None)),
            func.count().filter(Sample.agrees.is_(False)),
        ).where(Sample.batch_id == batch_id)
    ).one()
    accepted = session.scalar(
        select(func.sum(SubmissionRow.accepted_fields)).where(SubmissionRow.batch_id == batch_id)
    )
    return SampleCounts(int(accepted or 0) + differing, drawn, checked, differing)


def draw(session: Session, batch_id: int, count: int) -> None:
    """Draw `count` more accepted fields at random, or all that are left; those of pages that are
    not there have nothing to be checked."""
    is_drawn = select(Sample.id).where(
        Sample.submission_id == Field.submission_id, Sample.field_name == Field.field_name
    )
    found = session.execute(
        select(Field.submission_id, Field.field_name, Reading.value)
        .join(Reading, Reading.id == Field.reading_id)
        .where(
            Field.batch_id == batch_id,
            Field.state == FieldState.ACCEPTED,
            Reading.outcome != Outcome.MISSING_PAGE,
            ~is_drawn.exists(),
        )
        .order_by(func.random())
        .limit(count)
    )
    rows = [
        {
            "submission_id": submission_id,
            "batch_id": batch_id,
            "field_name": name,
            "read_as": value,
            "drawn_at": utc_now(),
        }
        for submission_id, name, value in found
    ]
    insert_missing(session, Sample, rows, ["submission_id", "field_name"])


def find_sampled(session: Session, submission_id: int, field_name: str) -> QualitySampleRow | None:
    """The drawn field, checked or not."""
    return session.scalar(
        select(Sample).where(Sample.submission_id == submission_id, Sample.field_name == field_name)
    )


def count_right_after_all(session: Session, batch_id: int) -> int:
    """Fields that a check read differently, and of which people then said what was read."""
    rows = session.execute(
        select(Sample, Field)
        .join(
            Field,
            (Field.submission_id == Sample.submission_id) & (Field.field_name == Sample.field_name),
        )
        .options(joinedload(Field.decision))
        .where(
            Sample.batch_id == batch_id, Sample.agrees.is_(False), Field.decision_id.is_not(None)
        )
    )
    return sum(_is_read_as(sample, field) for sample, field in rows)


def read_differently(session: Session, submission_id: int) -> Sequence[str]:
    """Names of a form's fields that still read as when a check read them differently."""
    rows = session.execute(
        select(Sample.field_name, Sample.read_as, Reading.value)
        .join(
            Field,
            (Field.submission_id == Sample.submission_id) & (Field.field_name == Sample.field_name),
        )
        .join(Reading, Reading.id == Field.reading_id)
        .where(Sample.submission_id == submission_id, Sample.agrees.is_(False))
    )
    return [name for name, read_as, value in rows if read_as == value]


def _is_read_as(sample: QualitySampleRow, field: SubmissionFieldRow) -> bool:
    decision = field.decision
    return (
        decision is not None
        and decision.action != Action.UNREADABLE
        # A box that is not ticked, or no option, is the same as nothing.
        and (decision.value or None) == (sample.read_as or None)
    )
