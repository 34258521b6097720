"""What a writer of exports is handed, and the columns that a choice makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO

from forms_app.reading.cross_rules import RuleState
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.rule_checks import CONFIRMED


@dataclass(frozen=True, slots=True)
class ExportTable:
    """The forms of one template, under its name.

    `fields` are those that were chosen, in their order; with several versions of a template they
    have fields of all. `records` can be gone through once, and come as they are read.
    """

    name: str
    fields: tuple[FormField, ...]
    records: Iterator[ExportRecord]
    has_rules: bool = False
    has_code: bool = False
    many_batches: bool = False


@dataclass(frozen=True, slots=True)
class ExportWork:
    """All that a writer needs; `app` is for those who look into stored pages."""

    app: Application
    choice: ExportChoice
    tables: Sequence[ExportTable]


Writer = Callable[[IO[bytes], ExportWork], int]
"""Writes an export into a file that can be searched, record by record; returns how many forms.

It leaves the file open. It keeps nothing of a record: there may be millions. Exceptions of
`records` go through unchanged: they say that the export was cancelled, or is to be tried again.
"""


class CellKind(StrEnum):
    """What a column holds, for formats that tell kinds apart. `share` is from 0 to 1."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    SHARE = "share"
    DATE = "date"
    TIME = "time"
    TRUTH = "truth"
    LIST = "list"


Cell = str | bool | int | float | datetime | tuple[str, ...] | None
"""As it is stored: numbers with a point and dates in ISO 8601 are text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading and how a record fills it."""

    heading: str
    kind: CellKind
    cell: Callable[[ExportRecord], Cell]


KINDS = {
    FieldKind.NUMBER: CellKind.NUMBER,
    FieldKind.DATE: CellKind.DATE,
    FieldKind.MARK: CellKind.TRUTH,
    FieldKind.SIGNATURE: CellKind.TRUTH,
    FieldKind.CHOICES: CellKind.LIST,
}
# Whose row it is; the underscore keeps these apart from the form's own fields.
BATCH = Column("_batch", CellKind.TEXT, lambda record: record.batch)
HEAD = (
    Column("_file", CellKind.TEXT, lambda record: record.source),
    Column("_form", CellKind.WHOLE, lambda record: record.number),
    Column("_state", CellKind.TEXT, lambda record: record.state),
)
# Which cross-field rules a form breaks; only where the template has any.
RULES = Column("_rules", CellKind.TEXT, lambda record: _rules_text(record))
# The code on the page; only where the template says what codes hold.
BARCODE = Column("_barcode", CellKind.TEXT, lambda record: record.barcode)


def columns_of(table: ExportTable, choice: ExportChoice) -> list[Column]:
    """The columns of a table in the order of the file; no two have the same heading."""
    headings = headings_of(table, choice)
    found = _head(table) if choice.head else []
    for field in table.fields:
        found += _field_columns(field, headings[field.name], choice)
    taken: set[str] = set()
    return [Column(unused(column.heading, taken), column.kind, column.cell) for column in found]


def headings_of(table: ExportTable, choice: ExportChoice) -> dict[str, str]:
    """What each field is called in the file."""
    chosen = {column.field: column.heading for column in choice.columns}
    return {
        field.name: chosen.get(field.name)
        or (choice.labels and " ".join(field.label.split()))
        or field.name
        for field in table.fields
    }


def unused(heading: str, taken: set[str]) -> str:
    """`heading`, or with a number after it where it is `taken`; is taken from now on."""
    found, number = heading, 1
    while found in taken:
        number += 1
        found = f"{heading} {number}"
    taken.add(found)
    return found


def _head(table: ExportTable) -> list[Column]:
    optional = ((BATCH, table.many_batches), (RULES, table.has_rules), (BARCODE, table.has_code))
    batch, rules, barcode = ([column] if there else [] for column, there in optional)
    return [*batch, *HEAD, *rules, *barcode]


def _field_columns(field: FormField, heading: str, choice: ExportChoice) -> list[Column]:
    kind = KINDS.get(field.kind, CellKind.TEXT)
    found = [_column(field, heading, kind, lambda it: it.value)]
    if choice.outcomes:
        found.append(_column(field, f"{heading}_outcome", CellKind.TEXT, lambda it: it.outcome))
    if choice.confidences:
        name = f"{heading}_confidence"
        found.append(_column(field, name, CellKind.SHARE, lambda it: it.confidence))
    if choice.provenance:
        found += [
            _column(field, f"{heading}_source", CellKind.TEXT, lambda it: it.provenance),
            _column(field, f"{heading}_by", CellKind.TEXT, lambda it: it.decided_by),
            _column(field, f"{heading}_at", CellKind.TIME, lambda it: it.decided_at),
        ]
    return found


def _column(
    field: FormField, heading: str, kind: CellKind, pick: Callable[[ExportField], Cell]
) -> Column:
    def cell(record: ExportRecord) -> Cell:
        found = record.fields.get(field.name)
        return None if found is None else pick(found)

    return Column(heading, kind, cell)


def _rules_text(record: ExportRecord) -> str:
    """The broken rules in words; those that a person has confirmed say so."""
    return " ".join(
        f"{rule.name}{' (confirmed)' if rule.state == CONFIRMED else ''}: {rule.message}"
        for rule in record.rules
    )


def is_broken(record: ExportRecord) -> bool:
    """Whether it breaks a rule that no person has confirmed."""
    return any(rule.state == RuleState.BROKEN for rule in record.rules)
