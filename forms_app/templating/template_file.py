"""The template file `fieldhand/1`: JSON to `FormTemplate` and back (see docs/template-file.md)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forms_app.errors import TemplateError
from forms_app.reading.form_template import FormField, FormTemplate, TemplatePage
from forms_app.reading.geometry import Box
from forms_app.reading.page_codes import code_expression
from forms_app.reading.page_limits import IntakeLimits
from forms_app.templating.cross_rules import parse_rules, rule_to_json
from forms_app.templating.field_rules import field_to_json, parse_field
from forms_app.templating.json_reader import ObjectReader

FORMAT = "fieldhand/1"
_TEMPLATE_KEYS = frozenset({"format", "name", "pages", "fields", "rules", "code"})
_PAGE_KEYS = frozenset({"image", "image_page", "width", "height"})
_EDGE_TOLERANCE_PX = 0.5
MAX_PAGE_PIXELS = IntakeLimits().max_pixels
"""Blanks are brought to the size that a page states: it may not ask for more than a scan."""


def load_template(path: Path) -> FormTemplate:
    """Read a template file; values files are looked for beside it.

    Raises:
        TemplateError: the file is missing, no JSON, or wrong; `problems` has every fault.
    """
    return parse_template(read_definition(path), path.parent)


def read_definition(path: Path) -> dict[str, Any]:
    """The JSON object of a template file, not yet checked.

    Raises:
        TemplateError: the file is missing or no JSON object.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TemplateError(f"There is no template file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"The template file {path} cannot be read: {error}.") from error
    try:
        data = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise TemplateError(
            f"The template file {path} is no JSON: {error.msg} in line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except RecursionError:
        raise TemplateError(f"The template file {path} is nested too deeply.") from None
    except ValueError as error:  # a number of thousands of digits
        raise TemplateError(f"The template file {path} is no JSON: {error}.") from error
    if not isinstance(data, dict):
        raise TemplateError(f"The template file {path} must hold one JSON object in braces.")
    return data


def parse_template(data: Mapping[str, Any], folder: Path | None = None) -> FormTemplate:
    """Check a template definition and build the template.

    Args:
        data: the JSON object of a template file.
        folder: where values files lie; None where there are none (a definition in the database).

    Raises:
        TemplateError: `problems` has one sentence for each fault, naming field and remedy.
    """
    template, problems = parse_usable(data, folder)
    if problems:
        raise TemplateError(problems)
    return template


def parse_usable(
    data: Mapping[str, Any], folder: Path | None = None
) -> tuple[FormTemplate, list[str]]:
    """What of a definition is fine, for drafts: fields and rules with a fault are left out.

    Args:
        data: see `parse_template`.
        folder: see `parse_template`.

    Returns:
        The template of what is left, and one sentence for each fault; the template is complete
        when there is none.
    """
    problems: list[str] = []
    reader = ObjectReader(data, "Template", problems)
    reader.reject_unknown(_TEMPLATE_KEYS)
    _check_format(reader)
    name = reader.text("name", required=True) or ""
    pages = _pages(reader)
    items = reader.items("fields")
    stated = reader.get("pages")
    page_count = len(stated) if isinstance(stated, list) else 0
    fields = []
    for position, item in enumerate(items, start=1):
        faults: list[str] = []
        field = parse_field(item, position, folder, faults)
        if field is not None:
            faults += _misplaced(field, pages, page_count)
        if field is not None and not faults:
            fields.append(field)
        problems += faults
    _check_names(items, problems)
    named = frozenset(item["name"] for item in items if _has_name(item))
    rules = parse_rules(reader, fields, named)
    template = FormTemplate(
        name, tuple(pages[n] for n in sorted(pages)), tuple(fields), tuple(rules), _code(reader)
    )
    return template, problems


def dump_template(template: FormTemplate) -> dict[str, Any]:
    """The JSON object of a template; `parse_template` of it gives an equal template."""
    pages = [
        {
            "image": page.image,
            "image_page": page.image_page,
            "width": page.width_px,
            "height": page.height_px,
        }
        for page in template.pages
    ]
    rules = {"rules": [rule_to_json(rule) for rule in template.rules]} if template.rules else {}
    return {
        "format": FORMAT,
        "name": template.name,
        "pages": pages,
        "fields": [dict(field_to_json(field)) for field in template.fields],
        **rules,
        **({"code": template.code} if template.code else {}),
    }


def _code(reader: ObjectReader) -> str | None:
    """What barcodes and QR codes on the pages hold."""
    setting = reader.text("code")
    if not setting:
        return None
    try:
        code_expression(setting)
    except ValueError as error:
        reader.problem(f"'code' says what a code on the page holds: {error}.")
        return None
    return setting


def _check_format(reader: ObjectReader) -> None:
    found = reader.get("format")
    if found == FORMAT:
        return
    sentence = f"'format' must be \"{FORMAT}\", not {found!r}"
    if isinstance(found, str) and re.fullmatch(r"fieldhand/[0-9]{1,6}", found):
        sentence += (
            ": another release of Fieldhand wrote it. Update Fieldhand here, or export the "
            "template there in that format"
        )
    reader.problem(f"{sentence}.")


def _has_name(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        raise TemplateError(
            f"The template file gives the key '{twice[0]}' twice in one object; remove one."
        )
    return found


def _pages(reader: ObjectReader) -> dict[int, TemplatePage]:
    items = reader.items("pages")
    if not items and isinstance(reader.get("pages"), list):
        reader.problem("has no pages; give at least one.")
    pages = {}
    for number, item in enumerate(items, start=1):
        inner = ObjectReader(item, f"Page {number}", reader.problems)
        inner.reject_unknown(_PAGE_KEYS)
        width = inner.integer("width", minimum=1, required=True)
        height = inner.integer("height", minimum=1, required=True)
        image = inner.text("image", required=True)
        image_page = inner.integer("image_page", minimum=1, default=1) or 1
        if width and height and width * height > MAX_PAGE_PIXELS:
            inner.problem(
                f"is {width:,} by {height:,} pixels; a page has at most "
                f"{MAX_PAGE_PIXELS // 1_000_000} million. State the size at 300 dpi."
            )
        elif width and height and image:
            pages[number] = TemplatePage(number, width, height, image, image_page)
    return pages


def _check_names(items: Sequence[Any], problems: list[str]) -> None:
    named = [item.get("name") for item in items if isinstance(item, Mapping)]
    counts = Counter(name for name in named if isinstance(name, str) and name)
    for name, count in counts.items():
        if count > 1:
            problems.append(f"Field '{name}': several fields have this name; rename them.")


def _misplaced(field: FormField, pages: Mapping[int, TemplatePage], page_count: int) -> list[str]:
    if field.page > page_count:
        return [f"Field '{field.name}': is on page {field.page}, the template has {page_count}."]
    return _outside(field, pages[field.page]) if field.page in pages else []


def _outside(field: FormField, page: TemplatePage) -> list[str]:
    paper = Box(0, 0, page.width_px, page.height_px).expanded(_EDGE_TOLERANCE_PX)
    options = [(f"option '{option.value}'", option.box) for option in field.options]
    cells = [(f"cell {i}", cell) for i, cell in enumerate(field.cells, start=1)]
    outside = [(what, box) for what, box in options if not paper.contains(box)]
    if not outside and not paper.contains(field.box):
        outside = [("its box", field.box)]
    outside = outside or [(what, box) for what, box in cells if not paper.contains(box)]
    return [
        f"Field '{field.name}': {what} {box.as_list()} lies outside page {page.number}, which is "
        f"{page.width_px} by {page.height_px} pixels."
        for what, box in outside
    ]
