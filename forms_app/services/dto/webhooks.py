"""Webhooks as services hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from forms_app.store.states import WebhookState as DeliveryState

__all__ = [
    "PING",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "EndpointSecret",
    "EndpointWish",
    "EventKind",
]


class EventKind(StrEnum):
    """What other programs can be told of. Those of batches are told again when more came in."""

    BATCH_CREATED = "batch.created"
    BATCH_PROCESSED = "batch.processed"
    BATCH_FINISHED = "batch.finished"
    SUBMISSION_NEEDS_REVIEW = "submission.needs_review"
    SUBMISSION_DONE = "submission.done"
    PAGE_HELD = "page.held"
    PAGE_FAILED = "page.failed"
    EXPORT_FINISHED = "export.finished"


PING = "ping"
"""Sent when a person tries an endpoint, whatever kinds it has chosen."""


@dataclass(frozen=True, slots=True)
class EndpointWish:
    """What a person wants an endpoint to be."""

    name: str
    url: str
    events: Sequence[str]
    include_values: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint without its secret.

    `failing_since` is None while it answers; `disabled_why` says why Fieldhand switched it off,
    None when a person did. The old secret signs too until `old_secret_until`.
    """

    id: int
    project_id: int
    name: str
    url: str
    events: tuple[str, ...]
    include_values: bool
    is_enabled: bool
    disabled_why: str | None
    failing_since: datetime | None
    paused_until: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class EndpointSecret:
    """An endpoint and its new secret, which is shown this once."""

    endpoint: Endpoint
    secret: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint, as far as it got; the answer is that to the last attempt."""

    id: int
    kind: str
    number: int
    key: str
    state: str
    attempts: int
    status: int | None
    answer: str | None
    duration_ms: int | None
    error: str | None
    created_at: datetime
    next_at: datetime
    finished_at: datetime | None
