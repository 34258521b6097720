"""Review: the queue's items, decisions, cross-field rules, one filled form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from forms_app.reading.types import Value
from forms_app.services.dto.fields import BoxPx, FieldValue
from forms_app.store.field_leases import Seat as Seat
from forms_app.store.review_scopes import Scope as Scope
from forms_app.store.states import ReviewMode as ReviewMode


class ItemKey(NamedTuple):
    """A field of a submission."""

    submission_id: int
    field_name: str


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """A cross-field rule on one form: `state` is holds | broken | unknown (a field is not read yet)
    | confirmed (broken, and a person has kept every value). `message` says why it is broken;
    `fields` are (name, label) of all that it looks at."""

    name: str
    state: str
    message: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeyedValue:
    """What one of two people keyed of a field; no value that is not unreadable means blank."""

    value: Value
    is_unreadable: bool


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A field in the review queue. `position` of `total` counts all fields of the batch that were
    flagged for review, decided or not; `open_count` those still open.

    In other scopes than a batch's, `total` counts what that scope holds. `held_by` names the
    other person who has the field on screen now ('' for nobody).

    `page_id` is None (and there is no crop) when the field's page is missing. `page_hash` is that
    of the aligned page, `crop_box_px` where the crop lies on it, `page_size_px` that page's (width,
    height).

    `is_blind`: whoever sees it is to key it without knowing what others, or the machine, say of it,
    and none of that is in it. `keyed`: what two people have keyed differently, for a third to
    settle. `token` is handed back with the answer (`seeded_errors`).
    """

    key: ItemKey
    batch_id: int
    batch_name: str
    file_name: str
    submission_label: str
    current: FieldValue
    position: int
    total: int
    open_count: int
    page_id: int | None
    page_hash: str | None
    page_number: int | None
    page_size_px: tuple[int, int]
    crop_box_px: BoxPx
    residual_px: float | None
    rules: tuple[RuleCheck, ...] = ()
    stage: str = "review"
    held_by: str = ""
    is_blind: bool = False
    keyed: tuple[KeyedValue, ...] = ()
    token: str = ""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """What a window was handed. Where that is nothing, `with_others` fields still wait but other
    people have them, or the batch is kept for the person `kept_for` ('' for nobody)."""

    items: tuple[ReviewItem, ...]
    with_others: int = 0
    kept_for: str = ""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a decision took: the way of working, key presses, and time on the field; None where
    nobody counted."""

    mode: str | None = None
    keystrokes: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ItemRef:
    key: ItemKey
    label: str
    submission_label: str
    state: str
    confidence: float


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """After a decision: what is left open in the submission and in the batch."""

    key: ItemKey
    state: str
    value: Value
    submission_state: str
    open_in_submission: int
    open_in_batch: int


@dataclass(frozen=True, slots=True)
class SeededResult:
    """After an answer to a wrong value that was shown on purpose: whether it was `missed`, and what
    to tell the person."""

    missed: bool
    message: str


@dataclass(frozen=True, slots=True)
class SubmissionDetail:
    """One filled form. `state`: reading | needs_review | done. `pages` maps template page number
    to page id for the pages that are there."""

    id: int
    batch_id: int
    batch_name: str
    file_id: int
    file_name: str
    number: int
    label: str
    state: str
    pages: Mapping[int, int]
    fields: tuple[FieldValue, ...]
    rules: tuple[RuleCheck, ...] = ()
