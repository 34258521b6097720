"""Review as the work of a team: who does what, and what waits for the supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.services.dto.review_notes import ReviewNote


@dataclass(frozen=True, slots=True)
class Work:
    """Fields that somebody has on screen or in advance, of one batch, since `since` without a
    break."""

    batch_id: int
    batch_name: str
    mode: str
    fields: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """One person: what they have now, and what they did today. `an_hour` is their pace over the
    last hour in fields, None where they did too little to tell."""

    user_id: int
    name: str
    works: tuple[Work, ...]
    last_at: datetime | None
    today: int
    an_hour: int | None


@dataclass(frozen=True, slots=True)
class AskedNote:
    """A note, and whether there is a picture of its field."""

    note: ReviewNote
    has_picture: bool


@dataclass(frozen=True, slots=True)
class SentBack:
    """A form of which `fields` wait because a supervisor sent them back."""

    note: ReviewNote
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecidedForm:
    """A form in which something was decided: when last, by whom, and how many fields."""

    submission_id: int
    label: str
    batch_name: str
    last_at: datetime
    user_name: str
    fields: int


@dataclass(frozen=True, slots=True)
class Team:
    """`waiting` fields are to be looked at first or later, `with_people` of them somebody has now.
    `kept_for` is whom the batch is kept for, '' for nobody."""

    members: tuple[Member, ...]
    referred: tuple[AskedNote, ...]
    misaligned: tuple[AskedNote, ...]
    sent_back: tuple[SentBack, ...]
    decided: tuple[DecidedForm, ...]
    waiting: int
    with_people: int
    kept_for: str
