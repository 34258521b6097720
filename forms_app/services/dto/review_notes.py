"""Notes of review as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.store.states import NoteKind as NoteKind


@dataclass(frozen=True, slots=True)
class ReviewNote:
    """What somebody asks about a field, or (`field_name` None) a whole form; `kind` is refer |
    return | misaligned. `form_label` and `field_label` are as people call them.

    `answer`, `resolved_by` and `resolved_at` are empty while it is open.
    """

    id: int
    kind: str
    batch_id: int
    batch_name: str
    submission_id: int
    form_label: str
    field_name: str | None
    field_label: str
    text: str
    user_name: str
    created_at: datetime
    answer: str | None = None
    resolved_by: str = ""
    resolved_at: datetime | None = None
