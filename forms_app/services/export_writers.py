"""Exports as CSV, JSON, JSON lines and Excel; each writes records as they come."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, Any

import xlsxwriter

from forms_app.cells import cell_text, without_formula
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import is_empty
from forms_app.services.export_records import ExportRecord
from forms_app.services.rule_checks import CONFIRMED
from forms_app.store.reading_json import value_to_json
from forms_app.store.states import ExportFormat


@dataclass(frozen=True, slots=True)
class ExportTable:
    """The forms of one template, under its name."""

    name: str
    template: FormTemplate
    records: Iterator[ExportRecord]


Writer = Callable[[IO[bytes], Sequence[ExportTable]], int]

# What sheets of Excel and files of Windows may not be called by.
FORBIDDEN = frozenset('[]:*?/\\<>|"')
LONGEST_NAME = 31
# Columns that say whose row it is; the underscore keeps them apart from the form's own fields.
HEAD = ("_file", "_form", "_state")
# Which cross-field rules a form breaks; only where the template has any.
RULES = "_rules"
# The code on the page; only where the template says what codes hold.
BARCODE = "_barcode"


def write_csv(out: IO[bytes], tables: Sequence[ExportTable]) -> int:
    """One row per submission, one column per field, UTF-8, as RFC 4180. Returns the rows.

    Several templates have columns of their own: a ZIP with one CSV each.
    """
    if len(tables) == 1:
        return _write_rows(out, tables[0])
    names: set[str] = set()
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables:
            with archive.open(f"{_unused(table.name, names)}.csv", "w") as entry:
                count += _write_rows(entry, table)
    return count


def _write_rows(out: IO[bytes], table: ExportTable) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    count = 0
    writer.writerow([without_formula(text) for text in _heading(table.template)])
    for record in table.records:
        writer.writerow([without_formula(text) for text in _row(table.template, record)])
        count += 1
    text.detach()
    return count


def write_json(out: IO[bytes], tables: Sequence[ExportTable]) -> int:
    """A list of submissions with value, outcome, confidence and provenance of each field."""
    count = 0
    out.write(b"[")
    for count, record in enumerate(_every_record(tables), start=1):
        out.write(b"\n" if count == 1 else b",\n")
        out.write(_json_bytes(record))
    out.write(b"\n]\n")
    return count


def write_jsonl(out: IO[bytes], tables: Sequence[ExportTable]) -> int:
    """As JSON, one submission per line."""
    count = 0
    for record in _every_record(tables):
        out.write(_json_bytes(record) + b"\n")
        count += 1
    return count


def write_xlsx(out: IO[bytes], tables: Sequence[ExportTable]) -> int:
    """A sheet a template as in CSV; all is text, so that leading zeros and dates survive."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True})
    names: set[str] = set()
    total = 0
    for table in tables:
        name = "Forms" if len(tables) == 1 else _unused(table.name, names)
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(_heading(table.template)):
            sheet.write_string(0, column, text, bold)
        count = 0
        for count, record in enumerate(table.records, start=1):
            for column, text in enumerate(_row(table.template, record)):
                sheet.write_string(count, column, text)
        total += count
    book.close()
    return total


def _every_record(tables: Sequence[ExportTable]) -> Iterator[ExportRecord]:
    return chain.from_iterable(table.records for table in tables)


def _unused(name: str, taken: set[str]) -> str:
    """A name for a sheet or file, at most Excel's 31 characters, told from those `taken`."""
    safe = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in name)
    safe = safe.strip(" .'") or "Forms"
    found, number = safe[:LONGEST_NAME], 1
    while found.casefold() in taken:
        number += 1
        found = f"{safe[: LONGEST_NAME - 4]} {number}"
    taken.add(found.casefold())
    return found


WRITERS: dict[ExportFormat, Writer] = {
    ExportFormat.CSV: write_csv,
    ExportFormat.JSON: write_json,
    ExportFormat.JSONL: write_jsonl,
    ExportFormat.XLSX: write_xlsx,
}


def _heading(template: FormTemplate) -> list[str]:
    more = [name for name, has in ((RULES, template.rules), (BARCODE, template.code)) if has]
    return [*HEAD, *more, *(field.name for field in template.fields)]


def _row(template: FormTemplate, record: ExportRecord) -> list[str]:
    values = (record.fields.get(field.name) for field in template.fields)
    return [
        record.source,
        str(record.number),
        record.state,
        *([_rules_text(record)] if template.rules else []),
        *([record.barcode] if template.code else []),
        *(cell_text(field.value) if field else "" for field in values),
    ]


def _rules_text(record: ExportRecord) -> str:
    """The broken rules in words; those that a person has confirmed say so."""
    return " ".join(
        f"{rule.name}{' (confirmed)' if rule.state == CONFIRMED else ''}: {rule.message}"
        for rule in record.rules
    )


def _json_bytes(record: ExportRecord) -> bytes:
    data: dict[str, Any] = {
        "template": record.template,
        "source": record.source,
        "form": record.number,
        "state": record.state,
        **({"barcode": record.barcode} if record.barcode else {}),
        "fields": {
            name: {
                "value": "" if is_empty(field.value, field.outcome) else value_to_json(field.value),
                "outcome": field.outcome,
                "confidence": round(field.confidence, 6),
                "needs_review": field.needs_review,
                "provenance": field.provenance,
            }
            for name, field in record.fields.items()
        },
    }
    if record.rules:
        data["rules"] = [
            {"name": rule.name, "state": rule.state, "message": rule.message}
            for rule in record.rules
        ]
    return json.dumps(data, ensure_ascii=False).encode()
