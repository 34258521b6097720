"""Ways of going through what waits, and how much waits for each."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.quality import SampleStatus


@dataclass(frozen=True, slots=True)
class WaitingField:
    """A field of a batch's forms, and in how many of these it waits."""

    name: str
    label: str
    waiting: int


@dataclass(frozen=True, slots=True)
class WaysOfReviewing:
    """What waits for one person in one batch, or (`batch` None) in all.

    `forms` counts all first looks, `postponed` and `keying` those of them that were put off or that
    no machine reads; `fields` splits them up, in the forms' order (one batch only). `second_key`
    and `third_key` are for this person, `for_another_second` and `for_another_third` for somebody
    else. `kept_for` names the other person whom the batch is kept for ('' for nobody).
    """

    batch: BatchSummary | None
    kept_for: str
    forms: int
    postponed: int
    keying: int
    referred: int
    second_key: int
    third_key: int
    for_another_second: int
    for_another_third: int
    sample: int
    fields: tuple[WaitingField, ...]
    status: SampleStatus | None

    @property
    def is_done(self) -> bool:
        """Whether nothing waits for anybody, in any way."""
        waiting = (
            self.forms,
            self.referred,
            self.second_key,
            self.third_key,
            self.for_another_second,
            self.for_another_third,
            self.sample,
        )
        return not any(waiting)
