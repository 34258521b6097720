"""Value lists out of CSV files: the columns there are, and what one of them gives a field."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forms_app.errors import ValueListError
from forms_app.reading.constraints import check_value, list_key, parse_value
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.templating.examples import fits

MAX_BYTES = 20 << 20
MAX_ROWS = 500_000
SHOWN_ROWS = 6
SHOWN_EXAMPLES = 4
_DELIMITERS = ",;\t|"
_SNIFFED_LINES = 20
_HEADING_SHARE = 0.9
_HEADING_WORDS = frozenset(
    {"code", "codes", "city", "country", "description", "district", "entry", "id", "item", "key"}
    | {"label", "name", "names", "no", "number", "place", "product", "region", "species"}
    | {"surname", "title", "town", "value", "values", "village"}
)


@dataclass(frozen=True, slots=True)
class Group:
    """How many entries share something, and some of them."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfit:
    """Entries that the field cannot hold, by the reason."""

    reason: str
    entries: Group


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """One column of a table as a value list.

    `values` are its distinct entries in file order; `unfit` says what the field cannot hold;
    `duplicates` repeat an earlier entry (case and spaces aside), `blank` counts empty rows.
    """

    columns: tuple[str, ...]
    column: int
    has_heading: bool
    rows: tuple[tuple[str, ...], ...]
    values: tuple[str, ...]
    blank: int
    duplicates: Group
    unfit: tuple[Unfit, ...]


def read_table(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, cells without space around them; rows of nothing are left out.

    Encodings: UTF-8, UTF-16 with its mark, else Windows-1252, which is what Excel saves.
    Delimiters: comma, semicolon, tab or bar, whichever cuts the lines evenly.

    Raises:
        ValueListError: it is no text, too large, or holds nothing.
    """
    if len(content) > MAX_BYTES:
        raise ValueListError(f"The file is larger than {MAX_BYTES >> 20} MB. Keep its column only.")
    return rows_of(_decoded(content))


def rows_of(text: str) -> list[list[str]]:
    """The rows of a CSV text, see `read_table`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise ValueListError(f"The file is no CSV table: {error}.") from error
    rows = [row for row in rows if row]
    if not any(cell for row in rows for cell in row):
        raise ValueListError("The file holds no value. Put one value in each line.")
    if len(rows) > MAX_ROWS:
        raise ValueListError(f"The file has more than {MAX_ROWS:,} rows. Split or shorten it.")
    return rows


def value_column(
    rows: Sequence[Sequence[str]],
    field: FormField,
    column: int | None = None,
    has_heading: bool | None = None,
    only_fitting: bool = False,
) -> ValueColumn:
    """What a column would give the field; `column` and `has_heading` are guessed where None.

    With `only_fitting`, `values` lacks the entries that the field cannot hold.

    Raises:
        ValueListError: there is no such column.
    """
    width = max(map(len, rows))
    table = [[*row, *[""] * (width - len(row))] for row in rows]
    free = replace(field, constraints=replace(field.constraints, values=(), required=False))
    chosen = _likeliest_column(table, free) if column is None else column
    if not 0 <= chosen < width:
        raise ValueListError(f"The file has {width} columns, there is no column {chosen + 1}.")
    heading = _has_heading(table, chosen, free) if has_heading is None else has_heading
    body = table[1:] if heading else table
    entries = [row[chosen] for row in body]
    written = [entry for entry in entries if entry]
    firsts: dict[str, str] = {}
    for entry in written:
        firsts.setdefault(list_key(entry), entry)
    values = tuple(firsts.values())
    names = table[0] if heading else [""] * width
    problems = {value: problem for value in values if (problem := _problem(free, value))}
    kept = tuple(value for value in values if value not in problems) if only_fitting else values
    return ValueColumn(
        columns=tuple(name or f"Column {i}" for i, name in enumerate(names, start=1)),
        column=chosen,
        has_heading=heading,
        rows=tuple(tuple(row) for row in body[:SHOWN_ROWS]),
        values=kept,
        blank=len(entries) - len(written),
        duplicates=_duplicates(written),
        unfit=_unfit(problems),
    )


def _decoded(content: bytes) -> str:
    encodings = (
        ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    )
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise ValueListError("The file is no text. Save the list as CSV (UTF-8), then retry.")


def _delimiter(text: str) -> str:
    """The delimiter that stands equally often in most of the first lines, else a comma."""
    lines = [line for line in text.splitlines()[:_SNIFFED_LINES] if line.strip()]

    def evenness(delimiter: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(delimiter)))
        return max(counts.values(), default=0), max(counts, default=0)

    return max(_DELIMITERS, key=evenness)


def _likeliest_column(table: Sequence[Sequence[str]], field: FormField) -> int:
    """The column whose first entries fit the field best; the first of equals.

    For letters and text that is the one with most different words: beside names stand running
    numbers, which fit such a field as well, and a few regions over and over. A column that is
    called like the field goes before all others.
    """
    body = table[1 : 1 + _SNIFFED_LINES] or table
    wants_words = field.kind in (FieldKind.LETTERS, FieldKind.TEXT)
    called = {list_key(name) for name in (field.name.replace("_", " "), field.label) if name}

    def merit(column: int) -> tuple[bool, int, int]:
        entries = [row[column] for row in body if row[column]]
        fitting = [entry for entry in entries if _problem(field, entry) is None]
        words = {entry for entry in fitting if wants_words and any(map(str.isalpha, entry))}
        is_called_so = bool(fitting) and list_key(table[0][column]) in called
        return is_called_so, len(words), len(fitting)

    return max(range(len(table[0])), key=merit)


def _has_heading(table: Sequence[Sequence[str]], column: int, field: FormField) -> bool:
    first, others = table[0][column], [row[column] for row in table[1 : 1 + _SNIFFED_LINES]]
    if not others:
        return False
    if any(cell.casefold() in _HEADING_WORDS for cell in table[0]):
        return True
    fitting = sum(1 for entry in others if entry and _problem(field, entry) is None)
    refuses_first = bool(first) and _problem(field, first) is not None
    return refuses_first and fitting >= _HEADING_SHARE * len(others)


def _duplicates(entries: Sequence[str]) -> Group:
    counts = Counter(map(list_key, entries))
    repeated = {list_key(e): e for e in reversed(entries) if counts[list_key(e)] > 1}
    examples = tuple(reversed(repeated.values()))[:SHOWN_EXAMPLES]
    return Group(len(entries) - len(counts), examples)


def _unfit(problems: Mapping[str, str]) -> tuple[Unfit, ...]:
    found: dict[str, list[str]] = {}
    for value, problem in problems.items():
        found.setdefault(problem, []).append(value)
    return tuple(
        Unfit(reason, Group(len(entries), tuple(entries[:SHOWN_EXAMPLES])))
        for reason, entries in found.items()
    )


def _problem(field: FormField, entry: str) -> str | None:
    """Why the field cannot hold an entry, without the entry's own numbers, so that they group."""
    if not fits(field, entry):
        return f"longer than its {len(field.cells)} cells"
    problems = check_value(field, parse_value(field, entry))
    return problems[0].split(", ", 1)[-1] if problems else None
