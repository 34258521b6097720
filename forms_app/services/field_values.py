"""A field as it now stands: the decision where a person made one, else the reading."""

from __future__ import annotations

from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.types import CharacterReading, Outcome, Value
from forms_app.services.dto.fields import (
    BoxPx,
    CharacterInfo,
    DecisionInfo,
    FieldInfo,
    FieldValue,
    OptionInfo,
    Proposal,
    ReadingInfo,
)
from forms_app.services.rules import rule_in_words
from forms_app.store.models import DecisionRow, ReadingRow, SubmissionFieldRow
from forms_app.store.plain_fields import PlainField
from forms_app.store.reading_json import (
    alternatives_from_json,
    character_from_json,
    value_from_json,
)
from forms_app.store.states import Action

StandingField = SubmissionFieldRow | PlainField

MACHINE, CONFIRMED, CORRECTED = "machine", "confirmed", "corrected"
# A page that is not there, or that the machine gives up on, says nothing against a person's word.
PROPOSED = (Outcome.READ, Outcome.BLANK)


def current_value(row: StandingField) -> Value:
    """The value that counts."""
    return value_from_json(row.decision.value if row.decision else row.reading.value)


def current_outcome(row: StandingField) -> str:
    """The outcome that counts: a person's word on it replaces the machine's."""
    if row.decision is None:
        return row.reading.outcome
    if row.decision.action == Action.BLANK:
        return Outcome.BLANK
    if row.decision.action == Action.UNREADABLE:
        return Outcome.UNREADABLE
    if row.decision.value is not None:
        return Outcome.READ
    return row.reading.outcome if row.decision.action == Action.CONFIRM else Outcome.BLANK


def provenance(row: StandingField) -> str:
    """Who stands for the value: machine | confirmed | corrected."""
    if row.decision is None:
        return MACHINE
    return CONFIRMED if row.decision.action == Action.CONFIRM else CORRECTED


def field_value(field: FormField, row: SubmissionFieldRow, user_name: str) -> FieldValue:
    """The field with its reading and decision; `user_name` is who decided."""
    return FieldValue(
        field=field_info(field),
        value=current_value(row),
        outcome=current_outcome(row),
        state=row.state,
        provenance=provenance(row),
        reading=_reading_info(row.reading),
        decision=_decision_info(row.decision, user_name) if row.decision else None,
        proposal=_proposal(row.decision, row.reading) if row.decision else None,
    )


def field_info(field: FormField) -> FieldInfo:
    """What a reviewer needs to know of a field."""
    return FieldInfo(
        name=field.name,
        label=field.label or field.name,
        kind=field.kind.value,
        layout=field.layout.value if field.layout else None,
        cells=len(field.cells),
        max_length=field.constraints.max_length or len(field.cells) or None,
        required=field.constraints.required,
        rule=rule_in_words(field),
        options=tuple(
            OptionInfo(option.value, option.label or option.value, box_px(option.box))
            for option in field.options
        ),
        template_page=field.page,
        box_px=box_px(field.box),
        cell_boxes_px=tuple(box_px(cell) for cell in field.cells),
        date_format=field.constraints.format,
        values=field.constraints.values,
    )


def box_px(box: Box) -> BoxPx:
    """Whole pixels."""
    return round(box.x), round(box.y), round(box.width), round(box.height)


def _reading_info(reading: ReadingRow) -> ReadingInfo:
    characters = (character_from_json(data) for data in reading.characters)
    return ReadingInfo(
        value=value_from_json(reading.value),
        outcome=reading.outcome,
        confidence=reading.confidence,
        needs_review=reading.needs_review,
        reasons=tuple(reading.reasons),
        alternatives=alternatives_from_json(reading.alternatives),
        characters=tuple(_character_info(character) for character in characters),
        model_id=reading.model_version.model_id,
    )


def _character_info(character: CharacterReading) -> CharacterInfo:
    return CharacterInfo(
        value=character.value,
        probability=character.probability,
        alternatives=character.alternatives,
        box_px=box_px(character.box) if character.box else None,
        cell=character.cell,
    )


def _decision_info(decision: DecisionRow, user_name: str) -> DecisionInfo:
    return DecisionInfo(
        id=decision.id,
        action=decision.action,
        value=value_from_json(decision.value),
        user_name=user_name,
        decided_at=decision.created_at,
        note=decision.note or "",
    )


def _proposal(decision: DecisionRow, reading: ReadingRow) -> Proposal | None:
    """Decisions of before models were written down with them are nobody's to question."""
    model_id = reading.model_version.model_id
    if decision.model_id in (None, model_id) or reading.outcome not in PROPOSED:
        return None
    if decision.action != Action.UNREADABLE and decision.value == reading.value:
        return None
    value = value_from_json(reading.value)
    return Proposal(model_id, value, reading.outcome, reading.confidence)
