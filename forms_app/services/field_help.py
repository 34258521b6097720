"""Help for a person who is writing a field's rules: what they accept, and lists from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.errors import TemplateError
from forms_app.reading.form_template import FormField
from forms_app.templating.explanation import Explanation, Verdict, explain, try_value
from forms_app.templating.field_rules import parse_field
from forms_app.templating.value_tables import ValueColumn, read_table, value_column

MAX_TRIED = 500


def explain_field(definition: Mapping[str, Any]) -> Explanation:
    """What a field of a template file accepts; faults of the field itself become its problems."""
    try:
        return explain(_field(definition))
    except TemplateError as error:
        prefix = f"Field '{definition.get('name')}': "
        told = (problem.removeprefix(prefix) for problem in error.problems)
        return Explanation("", (), (), tuple(text[:1].upper() + text[1:] for text in told))


def try_in_field(definition: Mapping[str, Any], text: str) -> Verdict:
    """Whether a typed text would be accepted.

    Raises:
        TemplateError: the field has faults of its own; they come first.
    """
    return try_value(_field(definition), text[:MAX_TRIED])


def read_value_list(
    definition: Mapping[str, Any],
    content: bytes,
    column: int | None = None,
    has_heading: bool | None = None,
    only_fitting: bool = False,
) -> ValueColumn:
    """A column of a CSV file as the value list of a field, see `value_column`.

    Raises:
        ValueListError: the file cannot be taken.
        TemplateError: the field has faults of its own.
    """
    rows = read_table(content)
    return value_column(rows, _field(definition), column, has_heading, only_fitting)


def _field(definition: Mapping[str, Any]) -> FormField:
    problems: list[str] = []
    field = parse_field(definition, 1, None, problems)
    if field is None or problems:
        raise TemplateError(problems or ["The field has no box."])
    return field
