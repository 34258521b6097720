"""What a written value must satisfy, from a template file's JSON object."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from forms_app.reading.author_patterns import compile_pattern
from forms_app.reading.check_digits import CHECKS
from forms_app.reading.dates import parse_format
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField
from forms_app.templating.json_reader import ObjectReader
from forms_app.templating.value_files import read_values


def parse_constraints(reader: ObjectReader, kind: FieldKind, folder: Path | None) -> Constraints:
    """The constraints; what is wrong with each is added to the reader's problems."""
    minimum, maximum = _range(reader, kind)
    return Constraints(
        required=reader.boolean("required"),
        min_length=reader.integer("min_length", minimum=0),
        max_length=reader.integer("max_length", minimum=1),
        pattern=_pattern(reader),
        values=_values(reader, folder),
        minimum=minimum,
        maximum=maximum,
        format=_format(reader, kind),
        check=_check(reader),
        case=reader.choice("case", Case),
    )


def _pattern(reader: ObjectReader) -> str | None:
    pattern = reader.text("pattern")
    if pattern is None:
        return None
    try:
        compile_pattern(pattern)
    except ValueError as error:
        reader.problem(f"the pattern {pattern!r} is no regular expression: {error}.")
        return None
    return pattern


def _check(reader: ObjectReader) -> str | None:
    check = reader.text("check")
    if check is not None and check not in CHECKS:
        reader.problem(f"the check '{check}' is unknown; use one of {', '.join(CHECKS)}.")
        return None
    return check


def _format(reader: ObjectReader, kind: FieldKind) -> str | None:
    if kind is not FieldKind.DATE:
        return None
    text = reader.text("format")
    if text is None:
        if "format" not in reader.keys:
            reader.problem("is a date without a 'format'; add one such as \"DDMMYYYY\".")
        return None
    try:
        return parse_format(text).text
    except ValueError as error:
        reader.problem(f"{error}.")
        return None


def _values(reader: ObjectReader, folder: Path | None) -> tuple[str, ...]:
    raw = reader.get("values")
    if raw is None:
        return ()
    if isinstance(raw, str):
        return read_values(raw, folder, reader)
    if not isinstance(raw, Sequence) or not all(isinstance(v, str) and v.strip() for v in raw):
        reader.problem("'values' must be a list of texts or the name of a file with one a line.")
        return ()
    if not raw:
        reader.problem("'values' is empty; list at least one value or remove it.")
    return tuple(dict.fromkeys(raw))


def _range(reader: ObjectReader, kind: FieldKind) -> tuple[str | None, str | None]:
    raw = reader.get("range")
    if raw is None or kind not in {FieldKind.DIGITS, FieldKind.NUMBER, FieldKind.DATE}:
        return None, None
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
        reader.problem("'range' must be [smallest, largest]; null leaves a side open.")
        return None, None
    bounds = [_bound(item, kind, reader) for item in raw]
    low, high = bounds
    if low is not None and high is not None:
        wrong = low > high if kind is FieldKind.DATE else Decimal(low) > Decimal(high)
        if wrong:
            reader.problem(f"the range starts at {low} after its end {high}; swap them.")
    return low, high


def _bound(item: Any, kind: FieldKind, reader: ObjectReader) -> str | None:
    if item is None:
        return None
    if kind is FieldKind.DATE:
        if isinstance(item, str) and re.fullmatch(r"[0-9]{2,4}([-T:][0-9]{2})*", item):
            return item
        reader.problem(f'the range bound {item!r} must be an ISO date such as "2026-11-23".')
        return None
    try:
        number = Decimal(str(item))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(item, bool) or not number.is_finite():
        reader.problem(f"the range bound {item!r} must be a number.")
        return None
    return format(number, "f")


def check_fit(field: FormField, reader: ObjectReader) -> None:
    """Adds a problem for constraints that contradict each other or the number of cells."""
    rule, cells = field.constraints, len(field.cells)
    low, high = rule.min_length, rule.max_length
    if low is not None and high is not None and low > high:
        reader.problem(f"min_length {low} is more than max_length {high}.")
    if cells and low is not None and low > cells:
        reader.problem(f"min_length {low} is more than its {cells} cells can hold.")
    if cells and rule.format is not None:
        lengths = sorted(set(parse_format(rule.format).lengths))
        if cells not in lengths:
            wanted = " or ".join(map(str, lengths))
            reader.problem(f"the format {rule.format} needs {wanted} cells, the comb has {cells}.")
    if cells and rule.values:
        long = [value for value in rule.values if len("".join(value.split())) > cells]
        if long:
            reader.problem(f"the value '{long[0]}' does not fit into {cells} cells.")
