"""Help for a person who is saying what the codes on a template's pages hold."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.reading.page_codes import LONGEST_PATTERN, read_codes
from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from forms_app.services.templates import page_image
from forms_app.templating.code_explanation import (
    CodeMeaning,
    CodeVerdict,
    explain_code,
    try_code,
)

MAX_TRIED = 500


@dataclass(frozen=True, slots=True)
class CodeHelp:
    """What a setting means, and what a text tried with it says; None where none was tried."""

    meaning: CodeMeaning
    verdict: CodeVerdict | None


def help_with_code(setting: str, text: str, template_name: str, page_count: int) -> CodeHelp:
    """Explain a setting, and try a text with it where both are there."""
    setting, text = setting[: LONGEST_PATTERN + 1].strip(), text[:MAX_TRIED].strip()
    meaning = explain_code(setting, template_name, page_count)
    if not setting or not text or meaning.problem:
        return CodeHelp(meaning, None)
    return CodeHelp(meaning, try_code(setting, text, template_name, page_count))


def codes_on_blank(app: Application, version_id: int, page_number: int) -> list[str]:
    """The texts of the codes that are printed on a blank page.

    Raises:
        NotFoundError: There is no such version or page.
    """
    return read_codes(decode_grey(page_image(app, version_id, page_number)))
