"""The cross-field rules of a template file: from JSON to `CrossRule` and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms_app.reading.form_template import (
    OPTION_KINDS,
    CrossRule,
    FieldKind,
    FormField,
    RuleKind,
)
from forms_app.templating.json_reader import ObjectReader

_KEYS = {
    RuleKind.SUM: frozenset({"total"}),
    RuleKind.EQUAL: frozenset(),
    RuleKind.DATE_ORDER: frozenset(),
    RuleKind.REQUIRED_IF: frozenset({"if", "is"}),
}
_COMMON_KEYS = frozenset({"name", "kind", "fields"})
_ALL_KEYS = _COMMON_KEYS.union(*_KEYS.values())
_LEAST_FIELDS = {
    RuleKind.SUM: 2,
    RuleKind.EQUAL: 2,
    RuleKind.DATE_ORDER: 2,
    RuleKind.REQUIRED_IF: 1,
}
_KINDS_OF_FIELDS = {
    RuleKind.SUM: frozenset({FieldKind.DIGITS, FieldKind.NUMBER}),
    RuleKind.DATE_ORDER: frozenset({FieldKind.DATE}),
}
_YES_NO_KINDS = frozenset({FieldKind.MARK, FieldKind.SIGNATURE})


def parse_rules(
    reader: ObjectReader, fields: Sequence[FormField], named: frozenset[str]
) -> Iterator[CrossRule]:
    """The rules that are fine; what is wrong with the others is added to the reader's problems.

    Args:
        reader: of the whole template file.
        fields: those without a fault of their own.
        named: the names of all fields, so that a faulty one is not called missing.
    """
    if "rules" not in reader.keys:
        return
    usable = {field.name: field for field in fields}
    taken: set[str] = set()
    for position, item in enumerate(reader.items("rules"), start=1):
        faults: list[str] = []
        inner = ObjectReader(item, f"Rule {position}", faults)
        rule = _parse(inner, taken)
        if rule is not None and not faults:
            _check_fields(rule, inner, usable, named)
        reader.problems.extend(faults)
        if rule is not None and not faults and usable.keys() >= set(rule.involved):
            yield rule


def rule_to_json(rule: CrossRule) -> dict[str, Any]:
    """The JSON object of a rule, with the keys that it needs."""
    optional = {"total": rule.total, "if": rule.condition, "is": rule.expected}
    kept = {key: value for key, value in optional.items() if value is not None}
    return {"name": rule.name, "kind": str(rule.kind), "fields": list(rule.fields), **kept}


def _parse(reader: ObjectReader, taken: set[str]) -> CrossRule | None:
    name = reader.text("name", required=True)
    if name is not None:
        reader.subject = f"Rule '{name}'"
        if name in taken:
            reader.problem("several rules have this name; rename them.")
        taken.add(name)
    reader.reject_unknown(_ALL_KEYS)
    kind = reader.choice("kind", RuleKind, required=True)
    if name is None or kind is None:
        return None
    for key in sorted(_ALL_KEYS & reader.keys - _COMMON_KEYS - _KEYS[kind]):
        reader.problem(f"'{key}' does not apply to the kind '{kind}'; remove it.")
    expected = reader.get("is")
    if expected is not None and not isinstance(expected, str | bool):
        reader.problem(f"'is' must be a text, true or false, not {expected!r}.")
    return CrossRule(
        name=name,
        kind=kind,
        fields=_names(reader, kind),
        total=reader.text("total", required=kind is RuleKind.SUM),
        condition=reader.text("if", required=kind is RuleKind.REQUIRED_IF),
        expected=expected,
    )


def _names(reader: ObjectReader, kind: RuleKind) -> tuple[str, ...]:
    raw = reader.items("fields")
    names = [name for name in raw if isinstance(name, str)]
    if len(names) < len(raw):
        reader.problem("'fields' must be a list of field names.")
    least = _LEAST_FIELDS[kind]
    if len(names) < least:
        reader.problem(f"names {len(names)} fields; the kind '{kind}' needs {least} at least.")
    return tuple(names)


def _check_fields(
    rule: CrossRule, reader: ObjectReader, usable: Mapping[str, FormField], named: frozenset[str]
) -> None:
    for name in sorted({n for n in rule.involved if rule.involved.count(n) > 1}):
        reader.problem(f"names the field '{name}' twice.")
    for name in rule.involved:
        if name not in named:
            reader.problem(
                f"there is no field '{name}'; name another in the rule, or remove the rule."
            )
    fitting = _KINDS_OF_FIELDS.get(rule.kind)
    for name in (*rule.fields, *((rule.total,) if rule.total else ())):
        field = usable.get(name)
        if field is None:
            continue
        if fitting is not None and field.kind not in fitting:
            kinds = " or ".join(sorted(fitting))
            reader.problem(f"the field '{name}' must be of the kind {kinds}, not {field.kind}.")
        elif field.kind is FieldKind.IMAGE:
            reader.problem(f"the field '{name}' is a picture without a value; name another.")
    condition = usable.get(rule.condition) if rule.condition else None
    if condition is not None:
        _check_condition(condition, rule.expected, reader)


def _check_condition(field: FormField, expected: str | bool | None, reader: ObjectReader) -> None:
    if expected is None:
        return
    if (field.kind in _YES_NO_KINDS) != isinstance(expected, bool):
        wanted = "true or false" if field.kind in _YES_NO_KINDS else "a text"
        reader.problem(f"'is' must be {wanted}, as the field '{field.name}' is of {field.kind}.")
    elif field.kind in OPTION_KINDS and expected not in {o.value for o in field.options}:
        options = ", ".join(f"'{option.value}'" for option in field.options)
        reader.problem(
            f"'{expected}' is no option of the field '{field.name}'; choose one of {options} in "
            "the rule, or remove the rule."
        )
