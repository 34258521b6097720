"""Rows of people's work that figures are counted from, as review leaves them."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services import people
from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.base import utc_now
from forms_app.store.models import (
    DecisionRow,
    QualitySampleRow,
    SecondKeyRow,
    SeededErrorRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.states import Action, FieldState


def person(app: Application, name: str) -> int:
    """Somebody who reviews."""
    return people.add_person(app, name).id


def came_in(app: Application, submission_id: int, at: datetime) -> None:
    """Let a form have been found at `at`."""
    with app.session() as session:
        load(session, SubmissionRow, submission_id).created_at = at


def decided(
    app: Application,
    submission_id: int,
    field_name: str,
    value: str | bool | None,
    user_id: int = 1,
    keystrokes: int | None = None,
    duration_ms: int | None = None,
    at: datetime | None = None,
    model_id: str | None = "test-model-000000000000",
) -> int:
    """A decision that counts, on what the field's reading says now; returns its id."""
    with app.session() as session:
        row = _row(session, submission_id, field_name)
        decision = DecisionRow(
            submission_id=submission_id,
            field_name=field_name,
            user_id=user_id,
            action=Action.CORRECT if value is not None else Action.BLANK,
            value=value,
            model_id=model_id,
            read_as=row.reading.value if model_id else None,
            keystrokes=keystrokes,
            duration_ms=duration_ms,
            replaces_id=row.decision_id,
            created_at=at or utc_now(),
        )
        session.add(decision)
        session.flush()
        row.decision, row.state = decision, FieldState.DECIDED
        return decision.id


def keyed_again(
    app: Application,
    decision_id: int,
    user_id: int,
    agrees: bool,
    keystrokes: int | None = None,
    duration_ms: int | None = None,
    at: datetime | None = None,
    action: Action = Action.CORRECT,
) -> None:
    """A second key of what `decision_id` says; `restore` takes the last one back."""
    with app.session() as session:
        first = session.get_one(DecisionRow, decision_id)
        session.add(
            SecondKeyRow(
                submission_id=first.submission_id,
                field_name=first.field_name,
                user_id=user_id,
                decision_id=decision_id,
                action=action,
                agrees=agrees,
                keystrokes=keystrokes,
                duration_ms=duration_ms,
                created_at=at or utc_now(),
            )
        )


def sampled(
    app: Application,
    submission_id: int,
    field_name: str,
    agrees: bool | None,
    user_id: int | None = 1,
    at: datetime | None = None,
) -> None:
    """An accepted field drawn for a check; not yet checked where `agrees` is None."""
    with app.session() as session:
        row = _row(session, submission_id, field_name)
        session.add(
            QualitySampleRow(
                submission_id=submission_id,
                batch_id=row.batch_id,
                field_name=field_name,
                read_as=row.reading.value,
                user_id=user_id,
                agrees=agrees,
                checked_at=None if agrees is None else at or utc_now(),
            )
        )


def seeded(
    app: Application,
    submission_id: int,
    field_name: str,
    user_id: int,
    missed: bool | None,
    at: datetime | None = None,
) -> None:
    """A wrong value shown to a person; not yet answered where `missed` is None."""
    with app.session() as session:
        session.add(
            SeededErrorRow(
                submission_id=submission_id,
                batch_id=load(session, SubmissionRow, submission_id).batch_id,
                field_name=field_name,
                user_id=user_id,
                token=secrets.token_hex(8),
                missed=missed,
                answered_at=None if missed is None else at or utc_now(),
            )
        )


def _row(session: Session, submission_id: int, field_name: str) -> SubmissionFieldRow:
    return session.scalars(
        select(SubmissionFieldRow).where(
            SubmissionFieldRow.submission_id == submission_id,
            SubmissionFieldRow.field_name == field_name,
        )
    ).one()
