"""Figures of reading and review; docs/figures.md defines each."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.intervals import wilson_interval
from forms_app.store.figure_groups import By as By

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `n`."""

    part: int
    n: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.part / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson interval, where `n` is a sample; None of nothing."""
        return wilson_interval(self.part, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Average:
    """Of `n` answers that were measured; None of nothing."""

    n: int
    mean: float | None
    median: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one group, or of all.

    `automation`: fields accepted unseen, of those that were read; `open_fields` still wait.
    `corrections`: reviewed fields whose value is another than was read. `keyed` were typed where
    the machine reads nothing. `accepted_errors`: of accepted fields drawn for a check, those keyed
    otherwise. `keystrokes` and `seconds` are per answer, `pauses` of the `answers` were longer than
    two minutes and count as two. `second_key`: second keys that agree. `missed`: seeded errors.
    """

    automation: Share
    open_fields: int
    corrections: Share
    keyed: int
    accepted_errors: Share
    answers: int
    keystrokes: Average
    seconds: Average
    pauses: int
    second_key: Share
    missed: Share

    @property
    def fields_per_hour(self) -> float | None:
        """How many fields an hour of nothing but answering would do."""
        return HOUR_S / self.seconds.mean if self.seconds.mean else None


@dataclass(frozen=True, slots=True)
class FigureLine:
    """The figures of one day, batch, template, field or operator.

    Args:
        key: What it is, for machines: the day; the id of the batch, template or user; the
            template's id and the field's name.
        name: The same for people: day, name, or the field's label.
        of: The template of a field; else empty.
        version_id: The newest version that has the field; else None.
        is_local: The operator is whoever has not said who they are.
    """

    key: tuple[int | str, ...]
    name: str
    figures: Figures
    of: str = ""
    version_id: int | None = None
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class FigureReport:
    """All figures of an extent; `batch_name` and `template_name` say what it is narrowed to."""

    by: By
    total: Figures
    lines: tuple[FigureLine, ...]
    batch_name: str | None
    template_name: str | None
