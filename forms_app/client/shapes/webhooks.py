"""Webhooks: endpoints and what was delivered to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

EventKind: TypeAlias = Literal[
    "batch.created",
    "batch.processed",
    "batch.finished",
    "submission.needs_review",
    "submission.done",
    "page.held",
    "page.failed",
    "export.finished",
]
DeliveryState: TypeAlias = Literal["pending", "delivered", "dead"]


@dataclass(frozen=True)
class Endpoint:
    """An endpoint without its secret.

    Attributes:
        disabled_why: Why Fieldhand switched it off.
        waiting: Deliveries that are still to be taken.
        dead: Deliveries that were given up.
    """

    id: int
    name: str
    url: str
    events: tuple[EventKind, ...]
    include_values: bool
    is_enabled: bool
    disabled_why: str | None
    failing_since: datetime | None
    paused_until: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    waiting: int
    dead: int


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of the project, by name."""

    items: tuple[Endpoint, ...]


@dataclass(frozen=True)
class EndpointSecret:
    """An endpoint and its new secret, shown this once."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True)
class Delivery:
    """One event for one endpoint, as far as it got; `key` is the event's id."""

    id: int
    kind: str
    key: str
    state: DeliveryState
    attempts: int
    status: int | None
    error: str | None
    created_at: datetime
    next_at: datetime
    finished_at: datetime | None
