"""Which beginnings can still match a pattern: the usual patterns of codes as small automata.

Python's `re` cannot say whether a text is the beginning of a match. Most patterns on forms are a
row of characters and classes with repetitions (`[A-Z]{2}[0-9]{3,5}`); these are followed character
by character. Others (groups, alternatives, assertions) are left to the check of the whole value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ITEM = re.compile(
    r"(?P<atom>\[\^?\]?[^\]\\]*(?:\\.[^\]\\]*)*\]|\\.|[^\\\[\](){}*+?|^$])"
    r"(?P<repeat>\{[0-9]+(?:,[0-9]*)?\}|[*+?])?",
    re.DOTALL,
)
_MOST_COPIES = 200


@dataclass(frozen=True, slots=True)
class _Step:
    """One place of the pattern: it may be left out, and it may repeat without end."""

    atom: re.Pattern[str]
    is_optional: bool
    repeats: bool


def is_beginning(pattern: str, text: str) -> bool:
    """Whether some text that begins so can match; always True for patterns not followed here."""
    steps = _steps(pattern)
    return steps is None or bool(_places(pattern, text))


@lru_cache(maxsize=256)
def _steps(pattern: str) -> tuple[_Step, ...] | None:
    """The pattern as steps, or None where it is of another make."""
    steps: list[_Step] = []
    position = 0
    while position < len(pattern):
        match = _ITEM.match(pattern, position)
        if match is None or not _is_plain(match["atom"]):
            return None
        try:
            atom = re.compile(match["atom"])
        except re.error:
            return None
        least, most = _counts(match["repeat"])
        if max(least, most or 0) > _MOST_COPIES:
            return None
        steps += [_Step(atom, False, False)] * least
        if most is None:
            steps.append(_Step(atom, True, True))
        else:
            steps += [_Step(atom, True, False)] * (most - least)
        position = match.end()
    return tuple(steps)


def _is_plain(atom: str) -> bool:
    """A character, a class, or an escape that stands for characters."""
    return not atom.startswith("\\") or atom[1] in "dDwWsS" or not atom[1].isalnum()


def _counts(repeat: str | None) -> tuple[int, int | None]:
    """(least, most) repetitions; None for any number."""
    if repeat is None:
        return 1, 1
    if repeat in "*+?":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[repeat]
    low, comma, high = repeat[1:-1].partition(",")
    return int(low), int(low) if not comma else int(high) if high else None


@lru_cache(maxsize=16384)
def _places(pattern: str, text: str) -> frozenset[int]:
    """The steps that may come next after `text`; the number of steps stands for the end."""
    steps = _steps(pattern) or ()
    if not text:
        return _with_skips({0}, steps)
    reached = set()
    for place in _places(pattern, text[:-1]):
        if place < len(steps) and steps[place].atom.fullmatch(text[-1]):
            reached.add(place if steps[place].repeats else place + 1)
    return _with_skips(reached, steps)


def _with_skips(places: set[int], steps: tuple[_Step, ...]) -> frozenset[int]:
    found = set(places)
    for place in sorted(places):
        while place < len(steps) and steps[place].is_optional:
            place += 1
            found.add(place)
    return frozenset(found)
