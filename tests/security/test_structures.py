"""Well-formed JSON of any shape where templates, drawings and value lists are taken: by hypothesis.

Damaged bytes seldom are JSON any more; these are, and lead further in.
"""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_app.errors import DrawingError, TemplateError, ValueListError
from forms_app.reading.author_patterns import SlowPatternError
from forms_app.reading.page_codes import code_expression, understand
from forms_app.services.names import clean_file_name, clean_file_path
from forms_app.templating.template_file import dump_template, parse_template, parse_usable
from forms_app.templating.value_tables import read_table
from forms_app.web.draw_json import drawing_from
from forms_app.web.responses import attachment
from tests.security.decoders import DEFINITION, DRAWING

short = settings(
    max_examples=100,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
NUMBERS = st.integers(-(10**400), 10**400) | st.floats()
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(thing: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all parts of a JSON value."""
    if not isinstance(thing, dict | list):
        return [path]
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing)
    return [path, *(found for key, part in inner for found in places(part, (*path, key)))]


def replaced(thing: Any, path: tuple[Any, ...], part: Any) -> Any:
    """A copy with another part at the end of the way."""
    if not path:
        return part
    changed = copy.deepcopy(thing)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = part
    return changed


TEMPLATE = {**DEFINITION, "fields": DEFINITION["fields"][:3]}


@short
@given(st.sampled_from(places(TEMPLATE)[1:]), ANYTHING)
def test_a_template_with_anything_anywhere(path: tuple[Any, ...], part: Any) -> None:
    definition = replaced(TEMPLATE, path, part)
    parse_usable(definition)
    try:
        template = parse_template(definition)
    except TemplateError as error:
        assert error.problems
    else:
        assert parse_template(dump_template(template)) == template


@short
@given(st.sampled_from(places(DRAWING)), ANYTHING)
def test_a_drawing_with_anything_anywhere(path: tuple[Any, ...], part: Any) -> None:
    try:
        drawing_from(replaced(DRAWING, path, part))
    except DrawingError as error:
        assert error.message


@short
@given(st.text(max_size=60), st.text(max_size=40))
def test_any_text_of_a_code_and_any_setting_for_it(text: str, setting: str) -> None:
    try:
        expression = code_expression(setting)
    except ValueError:
        expression = code_expression("template:page:submission")
    try:
        found = understand(text, expression)
    except SlowPatternError:
        return
    assert found is None or found.text == text


@short
@given(st.binary(max_size=200))
def test_any_bytes_as_a_value_list(content: bytes) -> None:
    try:
        assert read_table(content)
    except ValueListError as error:
        assert error.message


@short
@given(st.text(max_size=300))
def test_any_name_of_a_file_is_kept_harmless_and_sent_in_one_header(name: str) -> None:
    for cleaned in (clean_file_name(name), clean_file_path(name)):
        assert cleaned and cleaned.isprintable() and not cleaned.startswith("/")
        assert ".." not in cleaned.split("/")
        sent = attachment(b"", cleaned, "text/csv").headers["Content-Disposition"]
        assert sent.isascii() and sent.isprintable() and sent.count(";") == 1
