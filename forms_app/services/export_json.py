"""Exports as JSON and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from forms_app.reading.types import is_empty
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.export_tables import ExportTable, ExportWork, headings_of
from forms_app.store.reading_json import value_to_json


def write_json(out: IO[bytes], work: ExportWork) -> int:
    """A list of submissions with value, outcome, confidence and provenance of each field."""
    count = 0
    out.write(b"[")
    for count, line in enumerate(json_lines(work), start=1):
        out.write(b"\n" if count == 1 else b",\n")
        out.write(line)
    out.write(b"\n]\n")
    return count


def write_jsonl(out: IO[bytes], work: ExportWork) -> int:
    """As JSON, one submission per line."""
    count = 0
    for line in json_lines(work):
        out.write(line + b"\n")
        count += 1
    return count


def json_lines(work: ExportWork) -> Iterator[bytes]:
    """Each submission as one line of JSON."""
    for table in work.tables:
        headings = headings_of(table, work.choice)
        for record in table.records:
            data = _record(record, table, headings, work.choice.provenance)
            yield json.dumps(data, ensure_ascii=False).encode()


def _record(
    record: ExportRecord, table: ExportTable, headings: dict[str, str], who: bool
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "template": record.template,
        **({"batch": record.batch} if table.many_batches else {}),
        "source": record.source,
        "form": record.number,
        "state": record.state,
        **({"barcode": record.barcode} if record.barcode else {}),
        "fields": {
            headings[field.name]: _field(record.fields[field.name], who)
            for field in table.fields
            if field.name in record.fields
        },
    }
    if record.rules:
        data["rules"] = [
            {"name": rule.name, "state": rule.state, "message": rule.message}
            for rule in record.rules
        ]
    return data


def _field(field: ExportField, who: bool) -> dict[str, Any]:
    data = {
        "value": "" if is_empty(field.value, field.outcome) else value_to_json(field.value),
        "outcome": field.outcome,
        "confidence": round(field.confidence, 6),
        "needs_review": field.needs_review,
        "provenance": field.provenance,
    }
    if who:
        at = field.decided_at
        data |= {"decided_by": field.decided_by, "decided_at": at.isoformat() if at else None}
    return data
