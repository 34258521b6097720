"""The statement that makes a template's view, for SQLite and PostgreSQL.

What counts is said as exports say it (`services/field_values.current_value`, `cells.cell_text`): a
decision before a reading, options joined by semicolons. What is empty there is NULL here.

PostgreSQL gathers the fields of a form once, in one object; SQLite looks each column up by itself,
so that a query pays only for the columns that it asks for. Both find them by the form's own index,
so that a filter on forms is a filter on what is read. The conversions let nothing through that
could fail: one odd value would otherwise make the whole view unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """What a column of a view holds."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """The field `field_name` as column `name`; what does not fit the type is NULL in it."""

    name: str
    field_name: str
    type: ColumnType


COUNTS = "CASE WHEN sf.decision_id IS NULL THEN r.value ELSE d.value END"
FIELD_TABLES = (
    "submission_fields sf JOIN readings r ON r.id = sf.reading_id"
    " LEFT JOIN decisions d ON d.id = sf.decision_id"
)
# Columns that every view begins with.
HEAD = {
    "_form_id": "s.id",
    "_project": "p.name",
    "_batch_id": "b.id",
    "_batch": "b.name",
    "_file": "f.name",
    "_form": "s.number",
    "_state": "s.state",
    "_version": "t.number",
    "_created_at": "s.created_at",
    "_read_at": "(SELECT max(pg.read_at) FROM pages pg WHERE pg.submission_id = s.id)",
}
DECIDED_AT_COLUMN = "_decided_at"
BARCODE_COLUMN = "_barcode"
OWN_COLUMNS = (*HEAD, DECIDED_AT_COLUMN, BARCODE_COLUMN)
BARCODE = (
    "(SELECT pg.barcode FROM pages pg WHERE pg.submission_id = s.id AND pg.barcode <> ''"
    " ORDER BY pg.template_page LIMIT 1)"
)
# A form counts where its batch holds its template: so it is exported.
FORM_TABLES = (
    "template_versions t"
    " JOIN batch_versions bv ON bv.version_id = t.id"
    " JOIN batches b ON b.id = bv.batch_id"
    " JOIN projects p ON p.id = b.project_id"
    " JOIN submissions s ON s.batch_id = b.id AND coalesce(s.version_id, b.version_id) = t.id"
    " JOIN files f ON f.id = s.file_id"
)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def select_of(
    dialect: str, template_id: int, columns: Sequence[ViewColumn], with_barcode: bool
) -> str:
    """The SELECT behind a template's view: one row a form that is read, one column a field."""
    of_field, joined, decided_at = _SHAPES[dialect]
    head = (
        HEAD | {DECIDED_AT_COLUMN: decided_at} | ({BARCODE_COLUMN: BARCODE} if with_barcode else {})
    )
    items = [
        *(f"{expression} AS {quoted(name)}" for name, expression in head.items()),
        *(f"{of_field(column)} AS {quoted(column.name)}" for column in columns),
    ]
    listed = ",\n  ".join(items)
    return (
        f"SELECT\n  {listed}\nFROM {FORM_TABLES}{joined}\n"  # nosec B608  # names: quoted()
        f"WHERE t.template_id = {template_id} AND s.state <> 'reading'"
    )


def _literal(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _postgres_column(column: ViewColumn) -> str:
    key = _literal(column.field_name)
    return _POSTGRES[column.type].format(json=f"(a.v -> {key})", text=f"nullif(a.v ->> {key}, '')")


def _sqlite_column(column: ViewColumn) -> str:
    return (
        # The only names in it are quoted by `_literal`.
        f"(SELECT {_SQLITE[column.type]} FROM (SELECT nullif({SQLITE_TEXT}, '') AS c"  # nosec B608
        f" FROM (SELECT {COUNTS} AS v FROM {FIELD_TABLES} WHERE sf.submission_id = s.id"
        f" AND sf.field_name = {_literal(column.field_name)})))"
    )


POSTGRES_FIELDS = (
    # Put together out of our own words alone.
    f" CROSS JOIN LATERAL (SELECT jsonb_object_agg(sf.field_name, {COUNTS}) AS v,"  # nosec B608
    " max(d.created_at) AS decided_at"
    f" FROM {FIELD_TABLES} WHERE sf.submission_id = s.id) a"
)
POSTGRES_DAY = "^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
POSTGRES_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]$"
# Counted from the first of the month on, a 31st of June lands in July: no cast can fail.
POSTGRES_DATE = (
    "CASE WHEN {text} ~ '%s' AND {text} !~ '^0000'"
    " THEN CASE WHEN to_char(cast(left({text}, 7) || '-01' AS date)"
    " + (cast(substr({text}, 9, 2) AS integer) - 1), 'YYYY-MM') = left({text}, 7)"
    " THEN cast(left({text}, 10) AS date)%s END END"
)
_POSTGRES = {
    ColumnType.TEXT: (
        "CASE WHEN jsonb_typeof({json}) = 'array' THEN (SELECT nullif(string_agg(e, ';' ORDER BY"
        " n), '') FROM jsonb_array_elements_text({json}) WITH ORDINALITY AS o(e, n))"
        " ELSE {text} END"
    ),
    ColumnType.NUMBER: (
        "CASE WHEN {text} ~ '^[+-]?[0-9]+([.][0-9]+)?$' THEN cast({text} AS numeric) END"
    ),
    ColumnType.BOOLEAN: "CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END",
    ColumnType.DATE: POSTGRES_DATE % (f"{POSTGRES_DAY}$", ""),
    ColumnType.TIME: f"CASE WHEN {{text}} ~ '^{POSTGRES_TIME}' THEN cast({{text}} AS time) END",
    ColumnType.MOMENT: POSTGRES_DATE
    % (f"{POSTGRES_DAY}T{POSTGRES_TIME}", " + cast(substr({text}, 12) AS time)"),
}

SQLITE_TEXT = (
    "CASE json_type(v) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN"
    " (SELECT group_concat(value, ';') FROM (SELECT value FROM json_each(v) ORDER BY key))"
    " ELSE json_extract(v, '$') END"
)
SQLITE_DECIDED_AT = (
    "(SELECT max(d.created_at) FROM submission_fields sf JOIN decisions d ON d.id = sf.decision_id"
    " WHERE sf.submission_id = s.id)"
)
SQLITE_DIGITS = "ltrim(c, '+-')"
# Only a modifier makes it notice that there is no 30th of February and no 24:00.
SQLITE_CLOCK = "CASE WHEN strftime('{}', c, '+0 days') = c AND c NOT GLOB '0000-*' THEN c END"
_SQLITE = {
    ColumnType.TEXT: "c",
    ColumnType.NUMBER: (
        f"CASE WHEN length({SQLITE_DIGITS}) >= length(c) - 1 AND {SQLITE_DIGITS} GLOB '[0-9]*'"
        f" AND {SQLITE_DIGITS} GLOB '*[0-9]' AND {SQLITE_DIGITS} NOT GLOB '*[^0-9.]*'"
        f" AND {SQLITE_DIGITS} NOT GLOB '*.*.*' THEN cast(c AS numeric) END"
    ),
    ColumnType.BOOLEAN: "CASE c WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
    ColumnType.DATE: SQLITE_CLOCK.format("%Y-%m-%d"),
    ColumnType.TIME: SQLITE_CLOCK.format("%H:%M"),
    ColumnType.MOMENT: SQLITE_CLOCK.format("%Y-%m-%dT%H:%M"),
}

_SHAPES = {
    "postgresql": (_postgres_column, POSTGRES_FIELDS, "a.decided_at"),
    "sqlite": (_sqlite_column, "", SQLITE_DECIDED_AT),
}
