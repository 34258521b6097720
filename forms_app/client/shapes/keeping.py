"""How long what is kept, what was deleted, and erasures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from forms_app.client.shapes.base import JsonObject

Kept: TypeAlias = Literal["scans", "crops", "values", "exports"]
Deleted: TypeAlias = Literal["scans", "crops", "values", "exports", "submission"]


@dataclass(frozen=True)
class Retention:
    """For how many days what is kept (docs/privacy.md); None: for ever.

    `takes_unfinished`: batches on which people have stopped working count like finished ones.
    """

    scans_days: int | None = None
    crops_days: int | None = None
    values_days: int | None = None
    exports_days: int | None = None
    takes_unfinished: bool = False


@dataclass(frozen=True)
class DueCount:
    """`count` files, pages, forms or exports of `batches` batches are due."""

    what: Kept
    count: int
    batches: int


@dataclass(frozen=True)
class DueCounts:
    """What would be deleted now, of each kind that is not kept for ever."""

    items: tuple[DueCount, ...]


@dataclass(frozen=True)
class PastDeletion:
    """What was deleted of a batch, or of exports of the project; `submission_id` was erased."""

    what: Deleted
    batch_id: int | None
    submission_id: int | None
    count: int
    finished_at: datetime


@dataclass(frozen=True)
class PastDeletions:
    """The last 50, the newest first."""

    items: tuple[PastDeletion, ...]


@dataclass(frozen=True)
class Erasure:
    """That a form was erased, by whom and why; keep the certificate."""

    id: int
    submission_id: int
    batch_id: int
    user_name: str
    reason: str
    erased_at: datetime
    certificate: JsonObject
