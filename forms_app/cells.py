"""Values as text for one cell of a table, harmless in spreadsheets."""

from __future__ import annotations

import re

from forms_app.reading.types import Value

# Spreadsheets run text that begins so as a formula (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")


def cell_text(value: Value) -> str:
    """Options joined by semicolons, truth as true or false, nothing as empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ";".join(value)


def without_formula(text: str) -> str:
    """Text that no spreadsheet takes for a formula; signed numbers stay as they are."""
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text
