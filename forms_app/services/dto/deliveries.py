"""Scheduled deliveries as services hand them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.store.states import DeliveryState, Rhythm

__all__ = [
    "Delivery",
    "DeliveryOffers",
    "DeliveryRun",
    "DeliveryState",
    "DeliveryWish",
    "Offer",
    "Rhythm",
]


@dataclass(frozen=True, slots=True)
class DeliveryWish:
    """What somebody wants delivered: of a batch or a template, as a preset says or plain in a
    format, when (`Rhythm`) and where: below a `place` of the setting."""

    name: str
    rhythm: str
    place: str
    folder: str = ""
    format: str = "csv"
    preset_id: int | None = None
    template_id: int | None = None
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryRun:
    """One file of a delivery. `state`: pending | done | failed; a pending one with an error is
    tried again at `due_at`."""

    id: int
    slot: str
    file_name: str
    state: str
    size: int | None
    row_count: int | None
    error_message: str | None
    attempts: int
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """`subject` is the batch's or template's name, `preset` the preset's (None: gone or none).

    `last` is the newest run. `next_at` is None for finished batches and while it is paused.
    """

    id: int
    project_id: int
    name: str
    subject: str
    template_id: int | None
    batch_id: int | None
    format: str
    preset_id: int | None
    preset: str | None
    rhythm: str
    place: str
    folder: str
    is_paused: bool
    next_at: datetime | None
    last: DeliveryRun | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to choose by its id; `of` is what it belongs to."""

    id: int
    name: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryOffers:
    """All that a delivery of a project can be made of; without a place none can."""

    places: tuple[str, ...]
    templates: tuple[Offer, ...]
    batches: tuple[Offer, ...]
    presets: tuple[Offer, ...]
