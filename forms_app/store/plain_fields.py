"""Fields as they stand, without the rows' machinery: where very many are read and none is changed.

A row of the ORM costs three times as much as its data; an export of 100,000 forms holds millions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.store.models import DecisionRow, ReadingRow, SubmissionFieldRow


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


def plain_fields(session: Session, submission_ids: Sequence[int]) -> dict[int, list[PlainField]]:
    """The fields of several submissions, each in the template's order."""
    found: dict[int, list[PlainField]] = {row_id: [] for row_id in submission_ids}
    rows = session.execute(
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
    for form_id, name, state, value, outcome, confidence, action, decided in rows:
        reading = PlainReading(value, outcome, confidence)
        decision = None if action is None else PlainDecision(action, decided)
        found[form_id].append(PlainField(name, state, reading, decision))
    return found
