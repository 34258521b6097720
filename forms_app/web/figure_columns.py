"""The columns of the figures' tables, and which table has which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from forms_app.services.dto.figures import By, Figures
from forms_app.web.figure_cells import (
    PERCENT,
    SECONDS,
    Cell,
    answers,
    average,
    estimated,
    number,
    pace,
    per_1000,
    per_cent,
    rate,
)


@dataclass(frozen=True, slots=True)
class Column:
    """What it is called stands under `name` in templates/figures/_words.html.

    `suffix` follows a bare number of it, `top` is the right end of its pictures, None for the
    largest there is.
    """

    name: str
    cell: Callable[[Figures], Cell]
    suffix: str = ""
    top: float | None = None


AUTOMATION = Column("automation", lambda line: rate(line.automation), PERCENT, 100)
CORRECTIONS = Column("corrections", lambda line: per_1000(line.corrections))
ACCEPTED_ERRORS = Column(
    "accepted_errors",
    lambda line: estimated(line.accepted_errors, 1000, lambda share: number(1000 * share), ""),
)
ANSWERS = Column("answers", answers)
KEYSTROKES = Column("keystrokes", lambda line: average(line.keystrokes, ""))
TIME = Column("seconds", lambda line: average(line.seconds, SECONDS), SECONDS)
PACE = Column("pace", pace)
SECOND_KEY = Column("second_key", lambda line: rate(line.second_key), PERCENT, 100)
MISSED = Column("missed", lambda line: estimated(line.missed, 100, per_cent, PERCENT), PERCENT, 100)

OF_FIELDS = (AUTOMATION, CORRECTIONS, ACCEPTED_ERRORS, KEYSTROKES, TIME, SECOND_KEY, MISSED)
OF_DAYS = (AUTOMATION, CORRECTIONS, ACCEPTED_ERRORS, ANSWERS, TIME, SECOND_KEY, MISSED)
OF_PEOPLE = (ANSWERS, CORRECTIONS, KEYSTROKES, TIME, PACE, SECOND_KEY, MISSED)
SUMMARY = (AUTOMATION, CORRECTIONS, ACCEPTED_ERRORS, TIME, KEYSTROKES, SECOND_KEY, MISSED)


def columns_of(by: By) -> tuple[Column, ...]:
    """The columns of a table that is divided so."""
    return {By.OPERATOR: OF_PEOPLE, By.DAY: OF_DAYS}.get(by, OF_FIELDS)


def tops(columns: Sequence[Column], lines: Sequence[Figures]) -> dict[str, float]:
    """Where the pictures of each column end: all lines of a table are on one scale."""
    found = {}
    for column in columns:
        spans = [column.cell(line).span for line in lines]
        found[column.name] = column.top or max((span[1] for span in spans if span), default=0) or 1
    return found
