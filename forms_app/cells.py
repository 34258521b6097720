"""Values as text for one cell of a table, harmless in spreadsheets."""

from __future__ import annotations

import re

from forms_app.reading.types import Value

# Spreadsheets run text that begins so as a formula (OWASP, "CSV injection"); those of East Asia
# take the full-width signs for the others.
_FORMULA_STARTS = tuple("=+-@＝＋－＠")
# Text that begins so is a formula once a spreadsheet has trimmed it.
_TRIMMED_STARTS = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
# Where a spreadsheet that expects another separator begins a new cell.
_BREAKS = re.compile(r"([,;|\t\r\n])")


def cell_text(value: Value) -> str:
    """Options joined by semicolons, truth as true or false, nothing as empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ";".join(value)


def without_formula(text: str) -> str:
    """Text that no spreadsheet takes for a formula, wherever it breaks it into cells.

    Signed numbers stay as they are.
    """
    if not any(sign in text for sign in _FORMULA_STARTS) and not text.startswith(_TRIMMED_STARTS):
        return text
    safe = "".join(f"'{piece}" if _is_formula(piece) else piece for piece in _BREAKS.split(text))
    return f"'{safe}" if _is_formula(safe) or safe.startswith(_TRIMMED_STARTS) else safe


def _is_formula(text: str) -> bool:
    """Quotes and white space before a sign do not hide it."""
    start = text.lstrip().lstrip('"').lstrip()
    return start.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text.strip())
