"""No text that anybody wrote on paper becomes a formula, whatever a spreadsheet makes of a file."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from forms_app.cells import without_formula
from forms_app.services.dto.export_choices import SEPARATORS

SIGNS = tuple("=+-@＝＋－＠")
# Signed numbers stay as they are, several in a row as well: nothing is carried out by them.
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([,;|\s\"']+([+-]?\d+([.,]\d+)*)?)*")
TEXT = st.text(st.sampled_from("=+-@＝＋－＠\t\r\n,;|\"' a1.　\u00a0"), max_size=12)


@given(row=st.lists(TEXT, min_size=1, max_size=4), written_with=st.sampled_from(SEPARATORS))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_no_cell_is_a_formula_with_any_separator(row: list[str], written_with: str) -> None:
    """Also with another separator than the file's, with quotes understood or not."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=written_with).writerow([without_formula(text) for text in row])
    text = out.getvalue()
    [read] = csv.reader(io.StringIO(text, newline=""), delimiter=written_with)
    assert not [cell for cell in read if _is_formula(cell)]
    for separator in SEPARATORS:
        cells = re.split(rf"[\r\n{re.escape(separator)}]", text)
        # A signed number that the next cell follows is none.
        cells = [cell.split(written_with)[0] for cell in cells]
        assert not [cell for cell in cells if _is_formula(cell)], (text, separator)


def _is_formula(cell: str) -> bool:
    """As the most careless spreadsheet might see it: quotes and white space do not count."""
    shown = cell.strip().strip('"').strip()
    return shown.startswith(SIGNS) and not NUMBER.fullmatch(shown)


@given(TEXT)
@settings(derandomize=True, database=None)
def test_what_holds_no_sign_stays_as_it_is(text: str) -> None:
    plain = "".join(character for character in text if character not in SIGNS).lstrip("\t\r\n")
    assert without_formula(plain) == plain
