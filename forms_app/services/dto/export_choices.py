"""What an export is to hold and how it is to be written, as people choose it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from forms_app.errors import UserError

# What people choose, and how Python writes it.
DATE_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "YYYY-MM-DD": "%Y-%m-%d",
        "DD.MM.YYYY": "%d.%m.%Y",
        "DD/MM/YYYY": "%d/%m/%Y",
        "MM/DD/YYYY": "%m/%d/%Y",
        "YYYYMMDD": "%Y%m%d",
    }
)
DECIMAL_MARKS = (".", ",")
SEPARATORS = (",", ";", "\t", "|")
# The second begins with a mark by which Excel knows UTF-8.
ENCODINGS = ("utf-8", "utf-8-sig")
LONGEST_HEADING = 255
MOST_COLUMNS = 2000


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A field by its name; an empty `heading` is what the choice calls fields by itself."""

    field: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export; as it comes, every field of every form as text.

    `columns` are the fields in their order, none means all. Headings are names, with `labels` what
    is printed beside the fields. `head`: columns that say whose row it is. `outcomes`,
    `confidences`, `provenance` (who or what decided, and when) add columns to each field.
    `finished_only` leaves out forms with open fields, `template_id` all of other templates;
    `since` and `until` are the first and last day (UTC) on which a form came. `dates`,
    `decimal_mark`, `separator` and `encoding` say how text is written; `typed` makes numbers,
    dates and truth values of Excel; `file_each` makes a PDF of each form, in a ZIP.
    `hide_sensitive` leaves out the fields that templates call sensitive, and covers them in
    pictures.

    Raises:
        UserError: Something is chosen that there is not.
    """

    columns: tuple[ExportColumn, ...] = ()
    labels: bool = False
    head: bool = True
    outcomes: bool = False
    confidences: bool = False
    provenance: bool = False
    finished_only: bool = False
    template_id: int | None = None
    since: date | None = None
    until: date | None = None
    dates: str = "YYYY-MM-DD"
    decimal_mark: str = "."
    separator: str = ","
    encoding: str = "utf-8"
    typed: bool = False
    file_each: bool = False
    hide_sensitive: bool = False

    def __post_init__(self) -> None:
        _require_one_of("date format", self.dates, tuple(DATE_FORMATS))
        _require_one_of("decimal mark", self.decimal_mark, DECIMAL_MARKS)
        _require_one_of("separator", self.separator, SEPARATORS)
        _require_one_of("encoding", self.encoding, ENCODINGS)
        if self.since and self.until and self.since > self.until:
            raise UserError("The first day is after the last one; exchange them.")
        _check_columns(self.columns)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; what is as it comes is left out."""
        plain = asdict(PLAIN)
        return {name: _plain(value) for name, value in asdict(self).items() if value != plain[name]}


def choice_from_json(data: object) -> ExportChoice:
    """What `to_json` wrote; None is the plainest choice.

    Raises:
        UserError: Something in it is unknown or of a wrong kind; says what.
    """
    if data is None:
        return PLAIN
    if not isinstance(data, dict):
        raise UserError("The choice for an export is a JSON object.")
    known = {field.name for field in fields(ExportChoice)}
    unknown = sorted(str(name) for name in data.keys() - known)
    if unknown:
        raise UserError(f"Exports know no choice “{unknown[0]}”; there are: {_listed(known)}.")
    return ExportChoice(**{name: _PARSERS[name](name, value) for name, value in data.items()})


def day_from_text(name: str, value: object) -> date | None:
    """A day as `YYYY-MM-DD`; None and nothing are None.

    Raises:
        UserError: It is no such day.
    """
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise UserError(f"“{name}” of an export is a day such as 2026-11-28.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _check_columns(columns: tuple[ExportColumn, ...]) -> None:
    names = [column.field for column in columns]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f"The field “{twice}” is chosen twice; each can be a column once.")
    if len(columns) > MOST_COLUMNS:
        raise UserError(f"An export has at most {MOST_COLUMNS} fields; choose fewer.")
    for column in columns:
        if len(column.heading) > LONGEST_HEADING:
            raise UserError(
                f"The heading of “{column.field}” is too long; {LONGEST_HEADING} characters fit."
            )
        if column.heading and not column.heading.isprintable():
            raise UserError(f"The heading of “{column.field}” holds a tab or a line break.")


def _require_one_of(what: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        shown = " ".join("tab" if one == "\t" else one for one in allowed)
        raise UserError(f"There is no {what} “{value}” for exports; choose one of: {shown}")


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _columns(name: str, value: object) -> tuple[ExportColumn, ...]:
    if not isinstance(value, list | tuple):
        raise UserError(f"“{name}” of an export is a list.")
    return tuple(_column(entry) for entry in value)


def _column(entry: object) -> ExportColumn:
    if isinstance(entry, str):
        return ExportColumn(entry)
    if not isinstance(entry, dict) or entry.keys() - {"field", "heading"} or "field" not in entry:
        raise UserError("A column of an export is a field's name, or an object of field, heading.")
    return ExportColumn(_text("field", entry["field"]), _text("heading", entry.get("heading", "")))


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UserError(f"“{name}” of an export is true or false.")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise UserError(f"“{name}” of an export is text.")
    return value


def _number(name: str, value: object) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise UserError(f"“{name}” of an export is a number.")
    return value


PLAIN = ExportChoice()
_FLAGS = (
    *("labels", "head", "outcomes", "confidences", "provenance", "finished_only", "typed"),
    *("file_each", "hide_sensitive"),
)
_PARSERS: Mapping[str, Any] = {
    "columns": _columns,
    "template_id": _number,
    "since": day_from_text,
    "until": day_from_text,
    **dict.fromkeys(_FLAGS, _flag),
    **dict.fromkeys(("dates", "decimal_mark", "separator", "encoding"), _text),
}
