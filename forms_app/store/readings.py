"""Keeping readings: the same model reading the same field again replaces what it said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from forms_app.reading.types import FieldReading
from forms_app.store.base import utc_now
from forms_app.store.models import (
    ModelVersionRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.reading_json import alternatives_to_json, character_to_json, value_to_json
from forms_app.store.states import FieldState, ReviewStage
from forms_app.store.upserts import insert_into, insert_missing


def model_version_id(
    session: Session, model_id: str, engine: str, card: Mapping[str, Any] | None = None
) -> int:
    """The row of a classifier, added when it reads here for the first time."""
    row = {
        "model_id": model_id,
        "engine": engine,
        "card": dict(card or {}),
        "created_at": utc_now(),
    }
    insert_missing(session, ModelVersionRow, [row], ["model_id"])
    return session.scalars(
        select(ModelVersionRow.id).where(ModelVersionRow.model_id == model_id)
    ).one()


def save_readings(
    session: Session,
    submission: SubmissionRow,
    page_id: int | None,
    model_version: int,
    readings: Sequence[FieldReading],
    positions: Mapping[str, int],
) -> None:
    """Keep `readings` and let them count, except where a person has decided.

    Args:
        positions: Each field's place in the template's order.
    """
    if not readings:
        return
    reading_ids = _upsert_readings(session, submission.id, page_id, model_version, readings)
    statement = insert_into(session, SubmissionFieldRow).values(
        [
            {
                "submission_id": submission.id,
                "batch_id": submission.batch_id,
                "field_name": reading.name,
                "position": positions[reading.name],
                "reading_id": reading_ids[reading.name],
                "flagged": reading.needs_review,
                "state": FieldState.OPEN if reading.needs_review else FieldState.ACCEPTED,
            }
            for reading in readings
        ]
    )
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["submission_id", "field_name"],
            set_={
                "reading_id": new.reading_id,
                "flagged": new.flagged,
                # A decided field may be open all the same: sent back, or to be keyed once more.
                "state": case(
                    (SubmissionFieldRow.decision_id.is_not(None), SubmissionFieldRow.state),
                    else_=new.state,
                ),
                "stage": case(
                    (SubmissionFieldRow.stage == ReviewStage.PAGE, ReviewStage.REVIEW.value),
                    else_=SubmissionFieldRow.stage,
                ),
            },
        )
    )


def _upsert_readings(
    session: Session,
    submission_id: int,
    page_id: int | None,
    model_version: int,
    readings: Sequence[FieldReading],
) -> dict[str, int]:
    key = {"submission_id": submission_id, "page_id": page_id, "model_version_id": model_version}
    rows = [key | _columns(reading) for reading in readings]
    statement = insert_into(session, ReadingRow).values(rows)
    replaced = ["page_id", *_columns(readings[0])]
    saved = session.execute(
        statement.on_conflict_do_update(
            index_elements=["submission_id", "field_name", "model_version_id"],
            set_={name: statement.excluded[name] for name in replaced},
        ).returning(ReadingRow.field_name, ReadingRow.id)
    )
    return dict(saved.all())


def _columns(reading: FieldReading) -> dict[str, Any]:
    return {
        "field_name": reading.name,
        "value": value_to_json(reading.value),
        "outcome": reading.outcome.value,
        "confidence": float(reading.confidence),
        "needs_review": reading.needs_review,
        "reasons": list(reading.reasons),
        "alternatives": alternatives_to_json(reading.alternatives),
        "characters": [character_to_json(character) for character in reading.characters],
        "residual_px": None if reading.residual_px is None else float(reading.residual_px),
        "created_at": utc_now(),
    }
