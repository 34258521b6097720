"""Regular expressions that people write into templates, matched within a time limit.

Python's `re` may try a pattern such as `(a|a)*b` for hours and holds the whole process meanwhile;
`regex` gives up when asked to.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

LIMIT_S = 0.1
"""A sound pattern takes microseconds on what stands in a field."""


class SlowPatternError(Exception):
    """A pattern did not come to an end within `LIMIT_S`."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """A pattern, compiled once.

    Raises:
        ValueError: it is no regular expression; the message says where.
    """
    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def match_whole(pattern: str, text: str) -> dict[str, str | None] | None:
    """The named groups of a pattern that matches a whole text; None where it does not.

    Raises:
        ValueError: as `compile_pattern`.
        SlowPatternError: the pattern takes too long on this text.
    """
    try:
        found = compile_pattern(pattern).fullmatch(text, timeout=LIMIT_S)
    except TimeoutError as error:
        raise SlowPatternError(f"{pattern} on {len(text)} characters") from error
    return None if found is None else found.groupdict()
