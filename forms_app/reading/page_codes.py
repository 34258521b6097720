"""Barcodes and QR codes on a page: what their text says of the template and the filled form."""

from __future__ import annotations

import re
from dataclasses import dataclass

import zxingcpp

from forms_app.reading.author_patterns import compile_pattern, match_whole
from forms_app.reading.features import resized_to
from forms_app.reading.types import GreyImage

LONG_SIDE_PX = 2400
"""205 dpi of A4: the bars of a code printed for office scanners are 2 px wide and more."""
PARTS = ("template", "page", "submission")
_MOST_DIGITS = 9
_PART = re.compile(r"\b(template|page|submission)\b")
_SHAPES = {"template": ".+?", "page": "[0-9]+", "submission": ".+?"}
LONGEST_PATTERN = 500


@dataclass(frozen=True, slots=True)
class PageCode:
    """What a code on a page says; None where it does not. `page` counts from 1."""

    text: str
    template: str | None = None
    page: int | None = None
    submission: str | None = None


def code_expression(setting: str) -> str:
    """A template's `code` setting as a regular expression.

    Args:
        setting: `template:page:submission` with the parts there are, in their order and with what
            stands between them; or a regular expression with groups of these names.

    Raises:
        ValueError: it is no such thing; the message is a sentence for a person.
    """
    if len(setting) > LONGEST_PATTERN:
        raise ValueError(f"it is longer than {LONGEST_PATTERN} characters")
    text = setting if "(?P<" in setting else _from_parts(setting)
    try:
        groups = set(compile_pattern(text).groupindex)
    except ValueError as error:
        raise ValueError(f"the expression has a fault: {error}") from error
    if not groups or groups - set(PARTS):
        raise ValueError("name the groups template, page or submission, and no others")
    return text


def read_codes(grey: GreyImage) -> list[str]:
    """The texts of all barcodes and QR codes on a scan `(H, W)` uint8, in any direction."""
    image = grey if max(grey.shape) <= LONG_SIDE_PX else resized_to(grey, LONG_SIDE_PX)
    return [found.text for found in zxingcpp.read_barcodes(image) if found.text]


def understand(text: str, expression: str) -> PageCode | None:
    """What a code's text says by an expression of `code_expression`; None where it says nothing.

    Raises:
        SlowPatternError: the expression takes too long on this text.
    """
    found = match_whole(expression, text)
    if found is None:
        return None
    parts = {name: value for name, value in found.items() if value}
    page = parts.get("page", "")
    is_number = page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS
    return PageCode(
        text=text,
        template=parts.get("template"),
        page=int(page) if is_number else None,
        submission=parts.get("submission"),
    )


def _from_parts(setting: str) -> str:
    names = _PART.findall(setting)
    if not names:
        raise ValueError("write the parts that it holds, such as template:page:submission")
    if len(set(names)) < len(names):
        raise ValueError("each part can stand in it once")
    literal = _PART.split(setting)
    pieces = [
        f"(?P<{piece}>{_SHAPES[piece]})" if piece in PARTS else re.escape(piece)
        for piece in literal
    ]
    return "".join(pieces)
