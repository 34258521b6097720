"""Figures as CSV: bare numbers, empty where nothing was counted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from forms_app.cells import without_formula
from forms_app.services.dto.figures import By, FigureLine, FigureReport, Figures

Number = int | float | None

# What a line is, for machines and for people.
KEYS: dict[By, tuple[str, ...]] = {
    By.DAY: ("day",),
    By.BATCH: ("batch_id", "batch"),
    By.TEMPLATE: ("template_id", "template"),
    By.FIELD: ("template_id", "template", "field", "label"),
    By.OPERATOR: ("user_id", "user"),
}


def _low(interval: tuple[float, float] | None, unit: int = 1) -> Number:
    return interval[0] * unit if interval else None


def _high(interval: tuple[float, float] | None, unit: int = 1) -> Number:
    return interval[1] * unit if interval else None


def _per_1000(value: float | None) -> Number:
    return None if value is None else 1000 * value


COLUMNS: dict[str, Callable[[Figures], Number]] = {
    "fields": lambda line: line.automation.n,
    "accepted": lambda line: line.automation.part,
    "waiting": lambda line: line.open_fields,
    "automation_rate": lambda line: line.automation.value,
    "reviewed": lambda line: line.corrections.n,
    "corrected": lambda line: line.corrections.part,
    "corrections_per_1000": lambda line: _per_1000(line.corrections.value),
    "keyed": lambda line: line.keyed,
    "sampled": lambda line: line.accepted_errors.n,
    "sampled_wrong": lambda line: line.accepted_errors.part,
    "accepted_errors_per_1000": lambda line: _per_1000(line.accepted_errors.value),
    "accepted_errors_per_1000_low": lambda line: _low(line.accepted_errors.interval, 1000),
    "accepted_errors_per_1000_high": lambda line: _high(line.accepted_errors.interval, 1000),
    "answers": lambda line: line.answers,
    "keystrokes_counted": lambda line: line.keystrokes.n,
    "keystrokes_mean": lambda line: line.keystrokes.mean,
    "keystrokes_median": lambda line: line.keystrokes.median,
    "seconds_counted": lambda line: line.seconds.n,
    "seconds_mean": lambda line: line.seconds.mean,
    "seconds_median": lambda line: line.seconds.median,
    "pauses": lambda line: line.pauses,
    "fields_per_hour": lambda line: line.fields_per_hour,
    "second_keys": lambda line: line.second_key.n,
    "second_keys_agree": lambda line: line.second_key.part,
    "second_key_agreement": lambda line: line.second_key.value,
    "seeded": lambda line: line.missed.n,
    "missed": lambda line: line.missed.part,
    "miss_rate": lambda line: line.missed.value,
    "miss_rate_low": lambda line: _low(line.missed.interval),
    "miss_rate_high": lambda line: _high(line.missed.interval),
}


def as_csv(report: FigureReport) -> bytes:
    """One row a line, UTF-8, as RFC 4180."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*KEYS[report.by], *COLUMNS])
    for line in report.lines:
        numbers = (_number(column(line.figures)) for column in COLUMNS.values())
        writer.writerow([*map(without_formula, _key(report.by, line)), *numbers])
    return out.getvalue().encode()


def _key(by: By, line: FigureLine) -> tuple[str, ...]:
    if by == By.DAY:
        return (line.name,)
    if by == By.FIELD:
        template_id, field_name = line.key
        return (str(template_id), line.of, str(field_name), line.name)
    return (str(line.key[0]), line.name)


def _number(value: Number) -> str:
    return "" if value is None else str(round(value, 6))
