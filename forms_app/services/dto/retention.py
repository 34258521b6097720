"""How long what is kept, and what would go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from forms_app.store.states import Deleted

__all__ = ["Deleted", "DueCount", "PastDeletion", "RetentionRules"]


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Days that each kind is kept; None is for ever.

    `takes_unfinished`: batches on which people have stopped working count like finished ones.
    """

    scans_days: int | None = None
    crops_days: int | None = None
    values_days: int | None = None
    exports_days: int | None = None
    takes_unfinished: bool = False

    def limits(self) -> Iterator[tuple[Deleted, int]]:
        """Each kind that is not kept for ever, and its days."""
        for what in (Deleted.SCANS, Deleted.CROPS, Deleted.VALUES, Deleted.EXPORTS):
            days = self.days(what)
            if days is not None:
                yield what, days

    def days(self, what: Deleted) -> int | None:
        """How long one kind is kept."""
        days: int | None = getattr(self, f"{what}_days")
        return days


@dataclass(frozen=True, slots=True)
class DueCount:
    """How much of one kind is due: `count` files, pages, forms or exports of `batches` batches."""

    what: Deleted
    count: int
    batches: int


@dataclass(frozen=True, slots=True)
class PastDeletion:
    """What was deleted of one batch (or, of exports, of a project) and when it was done."""

    what: Deleted
    batch_id: int | None
    submission_id: int | None
    count: int
    finished_at: datetime
