"""What a person's word on a field means as a value of it."""

from __future__ import annotations

from forms_app.errors import RuleBrokenError, UserError
from forms_app.reading.constraints import check_value, parse_value
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.types import Value
from forms_app.services.names import printable
from forms_app.store.states import Action

TYPES: dict[str, type] = {
    FieldKind.MARK: bool,
    FieldKind.SIGNATURE: bool,
    FieldKind.CHOICES: tuple,
}


def keyed_value(field: FormField, action: Action, value: Value, override: bool) -> Value:
    """What somebody keyed who saw nothing but the paper.

    Raises:
        RuleBrokenError: The value breaks the field's rule, and `override` does not say that it may.
    """
    keyed = typed_value(field, value) if action == Action.CORRECT else None
    if not override:
        require_valid(field, keyed)
    return keyed


def typed_value(field: FormField, value: Value) -> Value:
    """Paper breaks rules, which `override` is for; it never makes a tick of a text."""
    if isinstance(value, str):
        value = parse_value(field, printable(value))
    if isinstance(value, tuple):
        value = tuple(printable(part) for part in value)
    if value is not None and not isinstance(value, TYPES.get(field.kind, str)):
        problems = check_value(field, value) or ("such a value does not fit this field",)
        raise UserError(f"{field.label or field.name}: {'; '.join(problems)}.")
    return value


def require_valid(field: FormField, value: Value) -> None:
    """An empty field is a fact of the paper; a value must keep the field's rule."""
    problems = () if value is None else check_value(field, value)
    if problems:
        raise RuleBrokenError(f"{field.label or field.name}: {'; '.join(problems)}.")
