"""Cells of an export: as text the way people chose to have it written, or as what they mean."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from forms_app.cells import cell_text
from forms_app.services.dto.export_choices import DATE_FORMATS, ExportChoice
from forms_app.services.export_tables import Cell, CellKind

TypedCell = Cell | date
# What a double holds exactly, and Excel shows.
MOST_DIGITS = 15
SHARE_PLACES = 4
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def text_of(cell: Cell, kind: CellKind, choice: ExportChoice) -> str:
    """A cell as text; what is no number or date, against the field's rule, stays as it is."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).strftime(" ".join((DATE_FORMATS[choice.dates], "%H:%M:%S")))
    if kind is CellKind.SHARE:
        return f"{cell:.{SHARE_PLACES}f}".replace(".", choice.decimal_mark)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, str) and kind is CellKind.NUMBER and number_of(cell) is not None:
        return cell.replace(".", choice.decimal_mark)
    if isinstance(cell, str) and kind is CellKind.DATE:
        day = day_of(cell)
        return cell if day is None else _written(day, choice.dates)
    return cell_text(cell)


def typed(cell: Cell, kind: CellKind) -> TypedCell:
    """A cell as the number, date or text that it means; text where it is not what its kind says."""
    if not isinstance(cell, str):
        return cell
    if kind is CellKind.NUMBER:
        number = number_of(cell)
        return cell if number is None else number
    if kind is CellKind.DATE:
        return day_of(cell) or cell
    return cell


def number_of(text: str) -> float | None:
    """The number, where text is one that a double holds with every digit."""
    if not _NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MOST_DIGITS:
        return None
    return float(text)


def day_of(text: str) -> date | None:
    """The day, where text is one in ISO 8601."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-28") else None
    except ValueError:
        return None


def _written(day: date, form: str) -> str:
    """`strftime` writes years before 1000 with fewer digits on Linux."""
    parts = {"YYYY": f"{day.year:04}", "MM": f"{day.month:02}", "DD": f"{day.day:02}"}
    for letters, digits in parts.items():
        form = form.replace(letters, digits)
    return form
