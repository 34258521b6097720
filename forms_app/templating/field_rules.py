"""One field of a template file: from its JSON object to a `FormField`, and what is wrong with it.

Every check adds a sentence to the list of problems and goes on, so that one look at a template
shows all of its faults. What depends on other fields or pages is checked in `template_file`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

from forms_app.reading.check_digits import CHECKS
from forms_app.reading.dates import parse_format
from forms_app.reading.form_template import (
    OPTION_KINDS,
    WRITTEN_KINDS,
    Case,
    Constraints,
    FieldKind,
    FormField,
    Layout,
    Option,
)
from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.json_reader import ObjectReader
from forms_app.templating.value_files import read_values

_WRITTEN_KEYS = frozenset({"layout", "cells", "min_length", "max_length", "pattern"})
_KEYS_BY_KIND = {
    FieldKind.DIGITS: _WRITTEN_KEYS | {"values", "range", "check"},
    FieldKind.LETTERS: _WRITTEN_KEYS | {"values", "case"},
    FieldKind.TEXT: _WRITTEN_KEYS | {"values", "case", "check"},
    FieldKind.NUMBER: _WRITTEN_KEYS | {"range"},
    FieldKind.DATE: frozenset({"layout", "cells", "format", "range"}),
    FieldKind.CHOICE: frozenset({"options"}),
    FieldKind.CHOICES: frozenset({"options"}),
}
_COMMON_KEYS = frozenset({"name", "label", "page", "kind", "box", "required"})
_ALL_KEYS = _COMMON_KEYS.union(*_KEYS_BY_KIND.values())
_MAX_NAME_LENGTH = 100


def parse_field(
    data: object, position: int, folder: Path | None, problems: list[str]
) -> FormField | None:
    """One field, or None where it is too broken to go on; adds what is wrong to `problems`.

    Args:
        data: the JSON object.
        position: its place in the file, from 1, to name it by where it has no name.
        folder: where a values file is looked for; None where files are not allowed.
        problems: takes one sentence for each fault.
    """
    reader = ObjectReader(data, f"Field {position}", problems)
    name = _name(reader)
    if name:
        reader.subject = f"Field '{name}'"
    kind = reader.choice("kind", FieldKind, required=True)
    if kind is None:
        reader.reject_unknown(_ALL_KEYS)
        return None
    allowed = _COMMON_KEYS | _KEYS_BY_KIND.get(kind, frozenset())
    reader.reject_unknown(_ALL_KEYS)
    for key in sorted(_ALL_KEYS & reader.keys - allowed):
        reader.problem(f"'{key}' does not apply to the kind '{kind}'; remove it.")
    boxes = _Boxes(reader, kind)
    if boxes.box is None:
        return None
    field = FormField(
        name=name or "",
        page=reader.integer("page", minimum=1, default=1) or 1,
        kind=kind,
        box=boxes.box,
        label=reader.text("label") or "",
        layout=boxes.layout,
        cells=boxes.cells,
        options=boxes.options,
        constraints=_constraints(reader, kind, folder),
    )
    _check_fit(field, reader)
    return field


def equal_cells(box: Box, count: int) -> tuple[Box, ...]:
    """`box` cut into `count` cells of the same width."""
    width = box.width / count
    return tuple(Box(box.x + i * width, box.y, width, box.height) for i in range(count))


class _Boxes:
    """The places of a field on its page: box, layout, cells and options."""

    def __init__(self, reader: ObjectReader, kind: FieldKind) -> None:
        self.box = reader.box("box")
        self.layout: Layout | None = None
        self.cells: tuple[Box, ...] = ()
        self.options: tuple[Option, ...] = ()
        if kind in WRITTEN_KINDS:
            self._read_layout(reader)
        if kind in OPTION_KINDS:
            self.options = _options(reader)
        if self.box is None and "box" not in reader.keys:
            places = [*self.cells, *(option.box for option in self.options)]
            if places:
                self.box = bounding_box(places)
            elif kind not in OPTION_KINDS and "cells" not in reader.keys:
                reader.problem("has no 'box'; give it as [x, y, width, height] in pixels.")

    def _read_layout(self, reader: ObjectReader) -> None:
        default = Layout.COMB if "cells" in reader.keys else Layout.LINE
        self.layout = reader.choice("layout", Layout) or default
        if self.layout is Layout.LINE:
            if "cells" in reader.keys:
                reader.problem("has 'cells' but the layout 'line'; use 'comb' or remove them.")
            return
        if "cells" not in reader.keys:
            reader.problem("is a comb without 'cells'; say how many, or give each one's box.")
            return
        self.cells = _cells(reader, self.box)


def _name(reader: ObjectReader) -> str | None:
    name = reader.text("name", required=True)
    if name is None:
        return None
    if len(name) > _MAX_NAME_LENGTH or not name.isprintable() or name != name.strip():
        reader.problem(
            f"the name {name[:40]!r} may have {_MAX_NAME_LENGTH} printable characters at most and "
            "no space at either end."
        )
    return name


def _cells(reader: ObjectReader, box: Box | None) -> tuple[Box, ...]:
    raw = reader.get("cells")
    if isinstance(raw, int) and not isinstance(raw, bool):
        if not 1 <= raw <= 500:
            reader.problem(f"has {raw} cells; a comb has 1 to 500.")
            return ()
        if box is None:
            return ()
        return equal_cells(box, raw)
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        reader.problem("'cells' must be a number of cells or a list of boxes.")
        return ()
    boxes = [reader.as_box(item, f"cell {i}") for i, item in enumerate(raw, start=1)]
    cells = tuple(cell for cell in boxes if cell is not None)
    for number, (left, right) in enumerate(pairwise(cells), start=2):
        if right.x <= left.x:
            reader.problem(f"cell {number} does not lie right of the cell before it.")
    return cells


def _options(reader: ObjectReader) -> tuple[Option, ...]:
    raw = reader.get("options")
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        reader.problem('has no options; list at least one as {"value": ..., "box": [...]}.')
        return ()
    options: list[Option] = []
    for number, item in enumerate(raw, start=1):
        inner = ObjectReader(item, f"{reader.subject}, option {number}", reader.problems)
        inner.reject_unknown(frozenset({"value", "box", "label"}))
        value, box = inner.text("value", required=True), inner.box("box", required=True)
        if value is not None and value in {option.value for option in options}:
            inner.problem(f"the value '{value}' is given twice.")
        elif value is not None and box is not None:
            options.append(Option(value, box, inner.text("label") or ""))
    return tuple(options)


def _constraints(reader: ObjectReader, kind: FieldKind, folder: Path | None) -> Constraints:
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
        re.compile(pattern)
    except re.error as error:
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


def _check_fit(field: FormField, reader: ObjectReader) -> None:
    """Constraints that contradict each other or the number of cells."""
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


def field_to_json(field: FormField) -> Mapping[str, Any]:
    """The JSON object of a field, with the keys that differ from their defaults."""
    rule = field.constraints
    cells: int | list[list[float]] = [cell.as_list() for cell in field.cells]
    if field.cells == equal_cells(field.box, max(1, len(field.cells))):
        cells = len(field.cells)
    options = [
        {"value": option.value, "box": option.box.as_list()}
        | ({"label": option.label} if option.label else {})
        for option in field.options
    ]
    bounds = [rule.minimum, rule.maximum] if rule.minimum or rule.maximum else None
    optional = {
        "label": field.label,
        "layout": field.layout and str(field.layout),
        "cells": cells,
        "options": options,
        "required": rule.required,
        "min_length": rule.min_length,
        "max_length": rule.max_length,
        "pattern": rule.pattern,
        "values": list(rule.values),
        "range": bounds,
        "format": rule.format,
        "check": rule.check,
        "case": rule.case and str(rule.case),
    }
    required = {"name": field.name, "page": field.page, "kind": str(field.kind)}
    kept = {key: value for key, value in optional.items() if value not in (None, "", [], False)}
    return {**required, "box": field.box.as_list(), **kept}
