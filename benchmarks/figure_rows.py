"""Rows of a long-used installation, for `benchmarks.figures`: ids count from 1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from forms_app.store.base import Base
from forms_app.store.models import (
    BatchRow,
    DecisionRow,
    FileRow,
    FormTemplateRow,
    ModelVersionRow,
    QualitySampleRow,
    ReadingRow,
    SecondKeyRow,
    SeededErrorRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateVersionRow,
    UserRow,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
FIELDS, TEMPLATES, BATCHES, PEOPLE, DAYS = 20, 2, 2, 9, 365
DECIDED, KEYED_TWICE, SAMPLED, SEEDED, NOT_READ = 8, 80, 60, 500, 40
"""One field in so many; the last are image fields or lie on pages that are not there."""

CHARACTER = {"value": "A", "probability": 0.98, "alternatives": [["B", 0.01]], "box": None}
READING = {"confidence": 0.9, "needs_review": False, "reasons": [], "alternatives": []}


def tables_of(forms: int) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    """Each table of `forms` filled forms with its rows, in an order that keeps references."""
    fields = range(forms * FIELDS)
    yield UserRow, [{"id": n + 2, "name": f"P{n}", "role": "reviewer"} for n in range(PEOPLE)]
    yield FormTemplateRow, [{"id": n + 1, "name": f"T{n}"} for n in range(TEMPLATES)]
    yield TemplateVersionRow, [_version(n) for n in range(TEMPLATES)]
    yield BatchRow, [_batch(n) for n in range(BATCHES)]
    yield FileRow, [_file(n) for n in range(BATCHES)]
    yield SubmissionRow, [_form(n, forms) for n in range(forms)]
    yield ModelVersionRow, [{"id": 1, "model_id": "m", "engine": "litert", "card": {}}]
    yield ReadingRow, [_reading(n) for n in fields]
    yield DecisionRow, [_decision(n, len(fields)) for n in fields[::DECIDED]]
    yield SubmissionFieldRow, [_field(n, forms) for n in fields]
    yield SecondKeyRow, [_second_key(n, len(fields)) for n in fields[::KEYED_TWICE]]
    yield QualitySampleRow, [_sample(n, forms) for n in fields[1::SAMPLED]]
    yield SeededErrorRow, [_seeded(n, forms) for n in fields[::SEEDED]]


def _version(n: int) -> dict[str, Any]:
    return {
        "id": n + 1,
        "template_id": n + 1,
        "number": 1,
        "state": "published",
        "name": f"T{n}",
        "definition": {},
        "created_at": NOW,
        "updated_at": NOW,
    }


def _batch(n: int) -> dict[str, Any]:
    return {"id": n + 1, "name": f"B{n}", "version_id": n % TEMPLATES + 1}


def _file(n: int) -> dict[str, Any]:
    return {
        "id": n + 1,
        "batch_id": n + 1,
        "name": "f",
        "content_hash": str(n),
        "size": 1,
        "state": "done",
    }


def _of_field(n: int) -> dict[str, Any]:
    return {"submission_id": n // FIELDS + 1, "field_name": f"field_{n % FIELDS}"}


def _batch_id(form: int, forms: int) -> int:
    return form * BATCHES // forms + 1


def _moment(n: int, whole: int) -> datetime:
    return NOW - timedelta(days=DAYS * (1 - n / whole))


def _form(n: int, forms: int) -> dict[str, Any]:
    batch_id = _batch_id(n, forms)
    return {
        "id": n + 1,
        "file_id": batch_id,
        "batch_id": batch_id,
        "number": n,
        "state": "done",
        "created_at": _moment(n, forms),
    }


def _reading(n: int) -> dict[str, Any]:
    is_missing = n % (2 * NOT_READ) == 0
    return (
        READING
        | _of_field(n)
        | {
            "id": n + 1,
            "model_version_id": 1,
            "value": None if n % NOT_READ == 0 else f"VALUE{n}",
            "outcome": "missing_page" if is_missing else "read",
            "characters": [CHARACTER] * 8,
        }
    )


def _decision(n: int, whole: int) -> dict[str, Any]:
    read_as = f"VALUE{n}"
    return _of_field(n) | {
        "id": n // DECIDED + 1,
        "user_id": n // DECIDED % PEOPLE + 2,
        "action": "correct",
        "value": "OTHER" if n % 48 == 0 else read_as,
        "read_as": read_as,
        "model_id": "m",
        "keystrokes": n % 13,
        "duration_ms": 1500 + n * 7919 % 9000 + 300_000 * (n % 400 == 0),
        "created_at": _moment(n, whole),
    }


def _field(n: int, forms: int) -> dict[str, Any]:
    is_decided = n % DECIDED == 0
    return _of_field(n) | {
        "id": n + 1,
        "batch_id": _batch_id(n // FIELDS, forms),
        "position": n % FIELDS,
        "reading_id": n + 1,
        "decision_id": n // DECIDED + 1 if is_decided else None,
        "flagged": is_decided,
        "state": "decided" if is_decided else "accepted",
    }


def _second_key(n: int, whole: int) -> dict[str, Any]:
    return _of_field(n) | {
        "user_id": 2,
        "decision_id": n // DECIDED + 1,
        "action": "correct",
        "agrees": n % 30 != 0,
        "keystrokes": 9,
        "duration_ms": 4000,
        "created_at": _moment(n, whole),
    }


def _sample(n: int, forms: int) -> dict[str, Any]:
    return _of_field(n) | {
        "batch_id": _batch_id(n // FIELDS, forms),
        "user_id": 2,
        "agrees": n % 77 != 0,
        "checked_at": _moment(n, forms * FIELDS),
    }


def _seeded(n: int, forms: int) -> dict[str, Any]:
    return _of_field(n) | {
        "batch_id": _batch_id(n // FIELDS, forms),
        "user_id": n % PEOPLE + 2,
        "token": f"{n}",
        "missed": n % 7 == 0,
        "answered_at": _moment(n, forms * FIELDS),
    }
