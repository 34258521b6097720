"""Scheduled deliveries and their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from forms_app.client.shapes.exports import ExportFormat

Rhythm: TypeAlias = Literal["hour", "day", "finished"]
RunState: TypeAlias = Literal["pending", "done", "failed"]


@dataclass(frozen=True)
class DeliveryRun:
    """One file of a delivery; a pending one with an error is tried again at `due_at`.

    Attributes:
        slot: The hour or day (UTC), or what was finished.
        size: Bytes.
    """

    id: int
    slot: str
    file_name: str
    state: RunState
    size: int | None
    row_count: int | None
    error_message: str | None
    attempts: int
    due_at: datetime
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class ScheduledDelivery:
    """Data that are delivered by themselves.

    Attributes:
        subject: The name of the batch or template.
        preset: The preset's name; None: there is none, or it is gone.
        next_at: None while it is paused, and of finished batches.
        last: The newest file.
    """

    id: int
    name: str
    subject: str
    template_id: int | None
    batch_id: int | None
    format: ExportFormat
    preset_id: int | None
    preset: str | None
    rhythm: Rhythm
    place: str
    folder: str
    is_paused: bool
    next_at: datetime | None
    last: DeliveryRun | None


@dataclass(frozen=True)
class ScheduledDeliveries:
    """The scheduled deliveries of the project, the newest first."""

    items: tuple[ScheduledDelivery, ...]


@dataclass(frozen=True)
class DeliveryPlaces:
    """The folders and buckets below which deliveries may go."""

    items: tuple[str, ...]
