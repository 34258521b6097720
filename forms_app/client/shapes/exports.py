"""Exports, what they are to hold, and presets of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

ExportFormat: TypeAlias = Literal["csv", "xlsx", "json", "jsonl", "parquet", "pdf", "crops"]
DateFormat: TypeAlias = Literal["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYYMMDD"]


@dataclass(frozen=True)
class Column:
    """A field that is to be a column."""

    field: str
    heading: str | None = None


@dataclass(frozen=True)
class ExportChoice:
    """What an export is to hold (docs/exports.md); None: as it comes.

    Attributes:
        columns: Fields in order; none: all.
        labels: Headings are what is printed beside the fields.
        head: Columns that say whose row it is.
        provenance: Who or what decided each field, and when.
        finished_only: Leave out forms with open fields.
        since: Forms that came from this day (UTC) on.
        until: Forms that came up to this day.
        typed: Numbers, dates and truth values of Excel.
        hide_sensitive: Leave out the fields that templates call sensitive.
        file_each: A PDF of each form, in a ZIP.
    """

    columns: tuple[Column, ...] | None = None
    labels: bool | None = None
    head: bool | None = None
    outcomes: bool | None = None
    confidences: bool | None = None
    provenance: bool | None = None
    finished_only: bool | None = None
    template_id: int | None = None
    since: date | None = None
    until: date | None = None
    dates: DateFormat | None = None
    decimal_mark: Literal[".", ","] | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    encoding: Literal["utf-8", "utf-8-sig"] | None = None
    typed: bool | None = None
    hide_sensitive: bool | None = None
    file_each: bool | None = None


@dataclass(frozen=True)
class Export:
    """Data as a file.

    Attributes:
        batch_id: None: of several batches.
        open_fields: So many waited for a person when it was built.
        rule_breaks: Forms that broke a rule over several fields.
        size: Bytes.
    """

    id: int
    batch_id: int | None
    template_id: int | None
    format: ExportFormat
    choice: ExportChoice
    state: Literal["pending", "done", "failed"]
    row_count: int | None
    open_fields: int | None
    rule_breaks: int | None
    rows_so_far: int
    rows_expected: int | None
    size: int | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class PreviewTable:
    """The first rows of a table, as text."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ExportPreview:
    """What an export of `forms` would begin with; `json` is the first form as JSON, else empty."""

    forms: int
    tables: tuple[PreviewTable, ...]
    json: str


@dataclass(frozen=True)
class Preset:
    """A choice that is kept under a name."""

    id: int
    template_id: int
    name: str
    format: ExportFormat
    choice: ExportChoice
    is_default: bool


@dataclass(frozen=True)
class Presets:
    """The presets of a template, by name."""

    items: tuple[Preset, ...]
