"""What a template's `code` setting means, said to the person who is writing it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from forms_app.reading.author_patterns import SlowPatternError, compile_pattern
from forms_app.reading.page_codes import PARTS, code_expression, understand

_NAMES = {
    "template": "the template",
    "page": "the page",
    "submission": "the filled form",
}
_SAMPLE_KEY = "000123"
_PART = re.compile(rf"\b({'|'.join(PARTS)})\b")


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """`sentence` and `effects` say what such codes do, `example` is the text of one ("" where none
    can be made up); `problem` is why the setting is none, "" where it is fine."""

    sentence: str
    effects: tuple[str, ...] = ()
    example: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """What a code's text says by a setting: `parts` as (word, value), or why it says nothing."""

    parts: tuple[tuple[str, str], ...]
    problem: str = ""


def explain_code(setting: str, template_name: str, page_count: int) -> CodeMeaning:
    """A setting in words.

    Args:
        setting: see `page_codes.code_expression`; "" where no code is looked for.
        template_name: The template's, as codes have to give it.
        page_count: How many pages it has.
    """
    if not setting.strip():
        return CodeMeaning("No code is looked for: pages are recognised by their print alone.")
    try:
        groups = compile_pattern(code_expression(setting)).groupindex
    except ValueError as error:
        told = str(error)
        return CodeMeaning("", problem=f"{told[:1].upper()}{told[1:]}.")
    found = [part for part in PARTS if part in groups]
    effects = {
        "template": f"Template: only codes that say “{template_name}” count (capitals do not "
        "matter). A page is laid onto it first.",
        "page": "Page: its number, "
        + (
            "always 1 here." if page_count == 1 else f"1 to {page_count}; that page is tried first."
        ),
        "submission": "Submission: pages that say the same here become one form, whatever their "
        "order, also across files.",
    }
    return CodeMeaning(
        f"A code tells {_listed([_NAMES[part] for part in found])}.",
        tuple(effects[part] for part in found),
        _example(setting, template_name),
    )


def try_code(setting: str, text: str, template_name: str, page_count: int) -> CodeVerdict:
    """What a code with this text would say; `setting` must be sound."""
    try:
        code = understand(text, code_expression(setting))
    except SlowPatternError:
        return CodeVerdict((), "Comparing this text takes too long: write a simpler expression.")
    if code is None:
        return CodeVerdict((), "This text does not look like that: nothing is taken from it.")
    if code.template is not None and code.template.casefold() != template_name.casefold():
        return CodeVerdict(
            (), f"It names the template “{code.template}”, and this one is “{template_name}”."
        )
    if code.page is not None and not 1 <= code.page <= page_count:
        return CodeVerdict((), f"It names page {code.page}, and the template has {page_count}.")
    said = {"template": code.template, "page": code.page, "submission": code.submission}
    return CodeVerdict(tuple((part, str(said[part])) for part in PARTS if said[part] is not None))


def _example(setting: str, template_name: str) -> str:
    """A text made of the parts; what a regular expression matches is not made up."""
    if "(?P<" in setting:
        return ""
    values = {"template": template_name, "page": "1", "submission": _SAMPLE_KEY}
    return _PART.sub(lambda found: values[found[0]], setting)


def _listed(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
