"""All that was ever said of a field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.reading.types import Value
from forms_app.services.dto.review_notes import ReviewNote


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A decision: `action` (confirm | correct | blank | unreadable | restore) made `after` of
    `before`. `read_as` is what the person saw of the model `model_id`; `mode` is the way of
    working, `overridden` says that it was kept against a rule, for the reason `note`."""

    at: datetime
    user_name: str
    action: str
    before: Value
    after: Value
    overridden: bool
    note: str
    mode: str
    read_as: Value
    model_id: str


@dataclass(frozen=True, slots=True)
class ModelReading:
    """What one model read; `is_current` is the newest one."""

    at: datetime
    model_id: str
    value: Value
    outcome: str
    confidence: float
    is_current: bool


@dataclass(frozen=True, slots=True)
class FieldHistory:
    """Each list from the oldest to the newest."""

    steps: tuple[HistoryStep, ...]
    readings: tuple[ModelReading, ...]
    notes: tuple[ReviewNote, ...]
