"""Fields as they stand, without the rows' machinery: where very many are read and none is changed.

A row of the ORM costs three times as much as its data; an export of 100,000 forms holds millions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    DecisionRow,
    ModelVersionRow,
    ReadingRow,
    SubmissionFieldRow,
    UserRow,
)


@dataclass(frozen=True, slots=True)
class PlainReading:
    """What the machine says of a field; see `ReadingRow`."""

    value: Any
    outcome: str
    confidence: float


@dataclass(frozen=True, slots=True)
class PlainDecision:
    """What a person says of it; see `DecisionRow`."""

    action: str
    value: Any


@dataclass(frozen=True, slots=True)
class PlainField:
    """A field with the reading and the decision that count; see `SubmissionFieldRow`."""

    field_name: str
    state: str
    reading: PlainReading
    decision: PlainDecision | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The person whose decision counts, else the model that read it; and when."""

    name: str
    at: datetime


def plain_fields(
    session: Session, submission_ids: Sequence[int], names: Collection[str] | None = None
) -> dict[int, list[PlainField]]:
    """The fields of several submissions, each in the template's order; only those of `names`."""
    found: dict[int, list[PlainField]] = {row_id: [] for row_id in submission_ids}
    query = (
        select(
            SubmissionFieldRow.submission_id,
            SubmissionFieldRow.field_name,
            SubmissionFieldRow.state,
            ReadingRow.value,
            ReadingRow.outcome,
            ReadingRow.confidence,
            DecisionRow.action,
            DecisionRow.value,
        )
        .join(ReadingRow, ReadingRow.id == SubmissionFieldRow.reading_id)
        .outerjoin(DecisionRow, DecisionRow.id == SubmissionFieldRow.decision_id)
        .where(SubmissionFieldRow.submission_id.in_(submission_ids))
        .order_by(SubmissionFieldRow.position)
    )
    if names is not None:
        query = query.where(SubmissionFieldRow.field_name.in_(names))
    for form_id, name, state, value, outcome, confidence, action, decided in session.execute(query):
        reading = PlainReading(value, outcome, confidence)
        decision = None if action is None else PlainDecision(action, decided)
        found[form_id].append(PlainField(name, state, reading, decision))
    return found


def origins_of(session: Session, submission_ids: Sequence[int]) -> dict[tuple[int, str], Origin]:
    """Who or what stands for each field of several submissions, by form and field name."""
    rows = session.execute(
        select(
            SubmissionFieldRow.submission_id,
            SubmissionFieldRow.field_name,
            func.coalesce(UserRow.name, ModelVersionRow.model_id),
            func.coalesce(DecisionRow.created_at, ReadingRow.created_at),
        )
        .join(ReadingRow, ReadingRow.id == SubmissionFieldRow.reading_id)
        .join(ModelVersionRow, ModelVersionRow.id == ReadingRow.model_version_id)
        .outerjoin(DecisionRow, DecisionRow.id == SubmissionFieldRow.decision_id)
        .outerjoin(UserRow, UserRow.id == DecisionRow.user_id)
        .where(SubmissionFieldRow.submission_id.in_(submission_ids))
    )
    return {(form_id, field): Origin(name, at) for form_id, field, name, at in rows}
