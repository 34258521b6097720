"""Filled forms: fields with readings, decisions, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from forms_app.client.shapes.base import Box, Value, Weighed

Outcome: TypeAlias = Literal["read", "blank", "struck_out", "unreadable", "missing_page"]
SubmissionState: TypeAlias = Literal["reading", "needs_review", "done"]
DecisionAction: TypeAlias = Literal["confirm", "correct", "blank", "unreadable"]


@dataclass(frozen=True)
class Submission:
    """A filled form, in short; `number` is its place in the file, `key` what codes on it say."""

    id: int
    template_name: str
    file_name: str
    number: int
    key: str | None
    state: SubmissionState
    fields_read: int
    open_fields: int
    decided_fields: int


@dataclass(frozen=True)
class Character:
    """One character of a reading; `box` lies on the picture of the field."""

    value: str
    probability: float
    alternatives: tuple[Weighed, ...]
    box: Box | None
    cell: int | None


@dataclass(frozen=True)
class Reading:
    """What the machine says of a field.

    Attributes:
        confidence: How likely the whole value is right, 0 to 1.
        reasons: Why a person should look, in sentences.
        alternatives: Other values it may be, the likeliest first.
    """

    value: Value
    outcome: Outcome
    confidence: float
    needs_review: bool
    reasons: tuple[str, ...]
    alternatives: tuple[Weighed, ...]
    characters: tuple[Character, ...]
    model_id: str


@dataclass(frozen=True)
class Decision:
    """What a person says of a field, as it counts now."""

    id: int
    action: Literal["confirm", "correct", "blank", "unreadable", "restore"]
    value: Value
    user_name: str
    decided_at: datetime
    note: str


@dataclass(frozen=True)
class Field:
    """A field of a filled form as it stands.

    Attributes:
        box: On the template's page.
        value: What counts: the decision where there is one, else the reading.
        state: `open`: a person must look.
    """

    name: str
    label: str
    kind: str
    template_page: int
    box: Box
    value: Value
    outcome: Outcome
    state: Literal["open", "accepted", "decided"]
    provenance: Literal["machine", "confirmed", "corrected"]
    reading: Reading
    decision: Decision | None


@dataclass(frozen=True)
class Rule:
    """A rule over several fields, on one form; `message` says why it is broken."""

    name: str
    state: Literal["holds", "broken", "unknown", "confirmed"]
    message: str


@dataclass(frozen=True)
class SubmissionDetail:
    """A filled form with all its fields; `pages` are page ids by the template's page number."""

    id: int
    batch_id: int
    file_id: int
    file_name: str
    number: int
    state: SubmissionState
    pages: Mapping[int, int]
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]

    def field(self, name: str) -> Field:
        """One of its fields.

        Raises:
            KeyError: It has none of that name.
        """
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


@dataclass(frozen=True)
class Decided:
    """A decided field, and what is left open."""

    field: Field
    submission_state: SubmissionState
    open_in_submission: int
    open_in_batch: int


@dataclass(frozen=True)
class HistoryStep:
    """One decision of a field's history; `read_as` is what the machine had read then."""

    at: datetime
    user_name: str
    action: str
    before: Value
    after: Value
    overridden: bool
    note: str
    read_as: Value
    model_id: str


@dataclass(frozen=True)
class ModelReading:
    """What one model has read."""

    at: datetime
    model_id: str
    value: Value
    outcome: str
    confidence: float
    is_current: bool


@dataclass(frozen=True)
class History:
    """All that was said of a field, from the oldest to the newest."""

    steps: tuple[HistoryStep, ...]
    readings: tuple[ModelReading, ...]
