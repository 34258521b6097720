"""One field of a template file: from its JSON object to a `FormField`, and what is wrong with it.

Every check adds a sentence to the list of problems and goes on, so that one look at a template
shows all of its faults. What depends on other fields or pages is checked in `template_file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.templating.field_constraints import check_fit, parse_constraints
from forms_app.templating.field_places import FieldPlaces, equal_cells
from forms_app.templating.json_reader import ObjectReader

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
_COMMON_KEYS = frozenset(
    {"name", "label", "page", "kind", "box", "required", "second_key", "sensitive"}
)
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
    boxes = FieldPlaces(reader, kind)
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
        constraints=parse_constraints(reader, kind, folder),
        second_key=reader.boolean("second_key"),
        sensitive=reader.boolean("sensitive"),
    )
    check_fit(field, reader)
    return field


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
        "second_key": field.second_key,
        "sensitive": field.sensitive,
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
