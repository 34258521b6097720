"""A template's fields as its page shows them: boxes over each blank, and a line of words each.

Drafts may be incomplete, so nothing is taken for granted about a field but that it is an object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_app.services.dto.templates import TemplatePageInfo

KIND_WORDS = {
    "digits": "Digits",
    "letters": "Letters",
    "text": "Text",
    "number": "Number",
    "date": "Date",
    "mark": "Tick box",
    "choice": "One of several",
    "choices": "Some of several",
    "signature": "Signature",
    "image": "Picture for a person to key",
}
Fields = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Shape:
    """One box on a page, in pixels, and the field that it belongs to."""

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageShapes:
    """A page of a version with everything drawn on it."""

    page: TemplatePageInfo
    shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, page: TemplatePageInfo, fields: Fields) -> PageShapes:
        return cls(
            page,
            tuple(
                shape
                for field in fields
                if field.get("page", 1) == page.number
                for shape in _shapes(field)
            ),
        )


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A row of the list of fields; `form` says comb or line and how large, `rules` the rest."""

    name: str
    label: str
    kind: str
    page: int
    form: str
    rules: tuple[str, ...]


def describe_fields(fields: Fields) -> tuple[FieldLine, ...]:
    """One line for each field, in template order."""
    return tuple(
        FieldLine(
            name=str(field.get("name", "")),
            label=str(field.get("label", "")),
            kind=KIND_WORDS.get(str(field.get("kind")), str(field.get("kind", ""))),
            page=field.get("page", 1),
            form=_form(field),
            rules=tuple(_rules(field)),
        )
        for field in fields
    )


def describe_rules(definition: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Name and sentence of each rule over several fields; a draft's may be incomplete."""
    labels = {
        field.get("name"): str(field.get("label") or field.get("name"))
        for field in definition.get("fields", ())
    }
    return tuple(
        (str(rule.get("name", "")), _rule_sentence(rule, labels))
        for rule in definition.get("rules", ())
    )


def _rule_sentence(rule: Mapping[str, Any], labels: Mapping[Any, str]) -> str:
    named = rule.get("fields")
    names = [labels.get(name, str(name)) for name in named] if isinstance(named, list) else []
    if rule.get("kind") == "sum":
        return f"{' + '.join(names)} = {labels.get(rule.get('total'), '?')}"
    if rule.get("kind") == "required_if":
        condition, expected = labels.get(rule.get("if"), "?"), rule.get("is")
        words = {None: "is filled in", True: "is marked", False: "is not marked"}
        told = words.get(expected) or f"is {expected}"
        return f"{' and '.join(names)} must be filled in if {condition} {told}"
    return {"equal": " = ", "date_order": " ≤ "}.get(str(rule.get("kind")), ", ").join(names)


def _shapes(field: Mapping[str, Any]) -> list[Shape]:
    cells = field.get("cells")
    boxes = [option.get("box") for option in field.get("options") or ()]
    if not boxes:
        boxes = [field.get("box"), *(cells if isinstance(cells, list) else ())]
    if isinstance(cells, int) and not isinstance(cells, bool) and _is_box(field.get("box")):
        boxes += _divided(field["box"], cells)
    name = str(field.get("label") or field.get("name") or "")
    return [Shape(name, str(field.get("kind")), *box) for box in boxes if _is_box(box)]


def _divided(box: Sequence[float], count: int) -> list[list[float]]:
    x, y, width, height = box
    step = width / max(count, 1)
    return [[x + i * step, y, step, height] for i in range(count)]


def _is_box(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and len(value) == 4
        and all(isinstance(part, int | float) for part in value)
    )


def _form(field: Mapping[str, Any]) -> str:
    options, cells = field.get("options"), field.get("cells")
    if options:
        return ", ".join(str(option.get("label") or option.get("value")) for option in options)
    if cells:
        count = len(cells) if isinstance(cells, list) else cells
        return f"{count} cell" if count == 1 else f"{count} cells"
    return "free line" if field.get("layout") == "line" else ""


def _rules(field: Mapping[str, Any]) -> list[str]:
    rules = ["required"] if field.get("required") else []
    if field.get("second_key"):
        rules.append("keyed by two people")
    if field.get("sensitive"):
        rules.append("hidden from some")
    if field.get("format"):
        rules.append(str(field["format"]))
    low, high = field.get("min_length"), field.get("max_length")
    if low and low == high:
        rules.append(f"exactly {low} characters")
    elif low or high:
        rules.append(f"{low or 0} to {high} characters" if high else f"at least {low} characters")
    bounds = field.get("range")
    if isinstance(bounds, Sequence) and len(bounds) == 2:
        low, high = ("any" if bound in (None, "") else bound for bound in bounds)
        rules.append(f"from {low} to {high}")
    if field.get("values"):
        rules.append("from a list")
    if field.get("pattern"):
        rules.append(f"pattern {field['pattern']}")
    if field.get("check"):
        rules.append(f"check digit {field['check']}")
    if field.get("case"):
        rules.append({"upper": "capital letters", "lower": "small letters"}.get(field["case"], ""))
    return rules
