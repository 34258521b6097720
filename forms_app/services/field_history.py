"""The history of a field: decisions, undo steps, readings by model, notes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forms_app.errors import ConflictError
from forms_app.services.application import Application
from forms_app.services.dto.field_history import FieldHistory, HistoryStep, ModelReading
from forms_app.services.dto.review import ItemKey, Scope
from forms_app.services.item_views import is_blind_to
from forms_app.services.loading import load
from forms_app.services.review import require_field
from forms_app.services.review_notes import described
from forms_app.store.models import DecisionRow, ReadingRow, SubmissionFieldRow, UserRow
from forms_app.store.reading_json import value_from_json
from forms_app.store.review_notes import notes_on


def field_history(app: Application, key: ItemKey, scope: Scope) -> FieldHistory:
    """Everything that was said of a field, for the person and the way of reviewing of `scope`.

    Raises:
        NotFoundError: There is no such field.
        ConflictError: The person is to key it without knowing what others, or the machine, say.
    """
    with app.session() as session:
        row = require_field(session, *key)
        if is_blind_to(session, row, scope):
            raise ConflictError("You key this field without seeing what others say of it.")
        return FieldHistory(
            tuple(_steps(session, key)),
            tuple(_readings(session, row)),
            tuple(described(session, notes_on(session, *key))),
        )


def _steps(session: Session, key: ItemKey) -> list[HistoryStep]:
    rows = session.scalars(
        select(DecisionRow)
        .where(
            DecisionRow.submission_id == key.submission_id, DecisionRow.field_name == key.field_name
        )
        .order_by(DecisionRow.id)
    )
    return [
        HistoryStep(
            at=row.created_at,
            user_name=load(session, UserRow, row.user_id).name,
            action=row.action,
            before=value_from_json(row.previous),
            after=value_from_json(row.value),
            overridden=row.overridden,
            note=row.note or "",
            mode=row.mode or "",
            read_as=value_from_json(row.read_as),
            model_id=row.model_id or "",
        )
        for row in rows
    ]


def _readings(session: Session, field: SubmissionFieldRow) -> list[ModelReading]:
    rows = session.scalars(
        select(ReadingRow)
        .options(joinedload(ReadingRow.model_version))
        .where(
            ReadingRow.submission_id == field.submission_id,
            ReadingRow.field_name == field.field_name,
        )
        .order_by(ReadingRow.created_at, ReadingRow.id)
    )
    return [
        ModelReading(
            at=row.created_at,
            model_id=row.model_version.model_id,
            value=value_from_json(row.value),
            outcome=row.outcome,
            confidence=row.confidence,
            is_current=row.id == field.reading_id,
        )
        for row in rows
    ]
