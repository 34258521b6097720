"""What the view of a template looks like: its name and its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator

from forms_app.reading.constraints import date_format
from forms_app.reading.form_template import FieldKind, FormField, FormTemplate
from forms_app.store.view_sql import OWN_COLUMNS, ColumnType, ViewColumn

LONGEST_NAME = 63
"""Bytes; PostgreSQL cuts longer names off without a word."""
MOST_FIELDS = 500
"""Two columns each at most: databases have limits for columns, and for a statement's length."""
TYPES = {
    FieldKind.NUMBER: ColumnType.NUMBER,
    FieldKind.MARK: ColumnType.BOOLEAN,
    FieldKind.SIGNATURE: ColumnType.BOOLEAN,
}
DATE_TYPES = {
    frozenset("DMY"): ColumnType.DATE,
    frozenset("HN"): ColumnType.TIME,
    frozenset("DMYHN"): ColumnType.MOMENT,
}
# Paper holds other things where a number or date is asked for: their text has its own column.
DOUBTFUL = frozenset({ColumnType.NUMBER, ColumnType.DATE, ColumnType.TIME, ColumnType.MOMENT})


def view_name(first_name: str, template_id: int) -> str:
    """A name that needs no quotes: lower case, digits and underscores, at most 63 bytes.

    Args:
        first_name: What the template was called when it was first published; its other names come
            and go, and queries would have to follow.
        template_id: Tells templates of one name apart.
    """
    letters = unicodedata.normalize("NFKD", first_name.casefold())
    plain = letters.encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    suffix = f"_{template_id}"
    start = words if words[:1].isalpha() else f"template_{words}".rstrip("_")
    # The prefix of SQLite is no part of what PostgreSQL limits, but keeps names the same on both.
    return start[: LONGEST_NAME - len(suffix)].rstrip("_") + suffix


def view_columns(template: FormTemplate, sensitive: Container[str]) -> tuple[ViewColumn, ...]:
    """A column for each field, and one more with its text where the type may not fit; none for
    `sensitive` fields, as whoever may read the database's views is nobody that we know."""
    fields = [field for field in template.fields if field.name not in sensitive][:MOST_FIELDS]
    taken = {name.casefold() for name in OWN_COLUMNS}
    names = {field.name: _unused(field.name, taken) for field in fields}
    return tuple(
        column for field in fields for column in _columns_of(field, names[field.name], taken)
    )


def column_type(field: FormField) -> ColumnType:
    """What the column of a field holds; digits are text, as their leading zeros count."""
    if field.kind is FieldKind.DATE:
        letters = frozenset(part.letter for part in date_format(field).parts)
        return DATE_TYPES.get(letters, ColumnType.TEXT)
    return TYPES.get(field.kind, ColumnType.TEXT)


def _columns_of(field: FormField, name: str, taken: set[str]) -> Iterator[ViewColumn]:
    kind = column_type(field)
    yield ViewColumn(name, field.name, kind)
    if kind in DOUBTFUL:
        yield ViewColumn(_unused(f"_{field.name}", taken, "_text"), field.name, ColumnType.TEXT)


def _unused(name: str, taken: set[str], ending: str = "") -> str:
    """The name, cut to what fits, told from those `taken`; capitals tell none apart in SQLite."""
    found, number = _fitting(name, ending), 1
    while found.casefold() in taken:
        number += 1
        found = _fitting(name, f"{ending}_{number}")
    taken.add(found.casefold())
    return found


def _fitting(name: str, ending: str) -> str:
    room = LONGEST_NAME - len(ending.encode())
    return name.encode()[:room].decode(errors="ignore") + ending
