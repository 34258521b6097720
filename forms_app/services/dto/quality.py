"""The check of a sample of accepted fields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleStatus:
    """The sample of a batch: of `accepted` fields `drawn` were drawn and `checked` keyed blind;
    `wrong` of these were read wrongly. `low` and `high` bound the share of wrong fields among all
    accepted ones (95 %). `suggested` is how many a sample of this batch should have."""

    accepted: int
    drawn: int
    checked: int
    wrong: int
    low: float
    high: float
    suggested: int

    @property
    def waiting(self) -> int:
        """Drawn, and not keyed yet."""
        return self.drawn - self.checked
