"""Dates as a form asks for them: formats such as DDMMYYYY, and their value in ISO 8601.

A format is made of the parts DD, MM, YYYY or YY, and HH; MM after HH are minutes. Between parts
there may be separators (`-`, `.`, `/`, `:` or a space); they may be printed on the form, written
by the person, or both, so reading always accepts them and never asks for them.

The value is ISO 8601, as precise as the format: `2026-11-23`, `2026-11`, `2026`, `11-23`,
`14:30`, `2026-11-23T14:30`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

SEPARATORS = "-./: "
_LIMITS = {"D": (1, 31), "M": (1, 12), "Y": (0, 9999), "H": (0, 23), "N": (0, 59)}
_WORDS = {"D": "day", "M": "month", "Y": "year", "H": "hour", "N": "minute"}
_LEAP_YEAR = 2000
# POSIX strptime %y: 69-99 are 1969-1999, 00-68 are 2000-2068.
_POSIX_PIVOT = 69


@dataclass(frozen=True, slots=True)
class DatePart:
    """`letter` is D, M, Y, H or N (minutes); `width` its number of digits."""

    letter: str
    width: int

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and largest number this part may hold."""
        return _LIMITS[self.letter]

    def allows(self, digits: str) -> bool:
        """Whether `digits`, the first of this part, can still become a number within limits."""
        low, high = self.limits
        missing = self.width - len(digits)
        smallest = int(digits + "0" * missing)
        largest = int(digits + "9" * missing)
        return largest >= low and smallest <= high


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A parsed format: its parts in written order."""

    text: str
    parts: tuple[DatePart, ...]

    @property
    def digit_count(self) -> int:
        return sum(part.width for part in self.parts)

    @property
    def lengths(self) -> tuple[int, int]:
        """Characters without and with the separators of the format."""
        return self.digit_count, len(self.text)

    def numbers(self, written: str) -> dict[str, int] | None:
        """The number of each part by letter, or None where `written` does not follow the format.

        Where separators are written, parts before and after them may lack their leading zero.
        """
        groups = [group for group in re.split(r"[-./:\s]+", written.strip()) if group]
        if not all(group.isascii() and group.isdigit() for group in groups):
            return None
        if len(groups) == 1 and len(groups[0]) == self.digit_count:
            return self._split_fixed(groups[0])
        if len(groups) != len(self.parts):
            joined = "".join(groups)
            return self._split_fixed(joined) if len(joined) == self.digit_count else None
        return self._from_groups(groups)

    def _split_fixed(self, digits: str) -> dict[str, int]:
        numbers, position = {}, 0
        for part in self.parts:
            numbers[part.letter] = int(digits[position : position + part.width])
            position += part.width
        return numbers

    def _from_groups(self, groups: list[str]) -> dict[str, int] | None:
        numbers = {}
        for part, group in zip(self.parts, groups, strict=True):
            fits = len(group) == part.width or (part.letter != "Y" and len(group) <= part.width)
            if not fits:
                return None
            numbers[part.letter] = int(group)
        return numbers

    def to_iso(self, written: str, minimum: str | None = None, maximum: str | None = None) -> str:
        """The ISO value of what was written.

        Two-digit years fall into the range where one is given, else as POSIX has it (69-99 are
        1969-1999).

        Raises:
            ValueError: a sentence saying why it is no valid date of this format.
        """
        numbers = self.numbers(written)
        if numbers is None:
            raise ValueError(f"'{written}' does not follow the format {self.text}")
        for part in self.parts:
            low, high = part.limits
            if not low <= numbers[part.letter] <= high:
                raise ValueError(f"there is no {_WORDS[part.letter]} {numbers[part.letter]}")
        if any(part.letter == "Y" and part.width == 2 for part in self.parts):
            return self._with_century(numbers, minimum, maximum)
        return _iso(numbers)

    def _with_century(
        self, numbers: dict[str, int], minimum: str | None, maximum: str | None
    ) -> str:
        year = numbers["Y"]
        posix = year + (1900 if year >= _POSIX_PIVOT else 2000)
        others = [century + year for century in (2000, 1900, 2100, 1800)]
        if minimum is not None or maximum is not None:
            for candidate in (posix, *others):
                try:
                    iso = _iso({**numbers, "Y": candidate})
                except ValueError:
                    continue
                if within(iso, minimum, maximum):
                    return iso
        return _iso({**numbers, "Y": posix})

    def is_iso(self, value: str) -> bool:
        """Whether `value` is an ISO value of this format's precision."""
        return self.from_iso(value) is not None

    def from_iso(self, value: str) -> str | None:
        """The ISO value written in this format, or None where it is not one."""
        match = _iso_pattern(frozenset(part.letter for part in self.parts)).fullmatch(value)
        if match is None:
            return None
        numbers = {letter: int(number) for letter, number in match.groupdict().items()}
        try:
            if _iso(numbers) != value:
                return None
        except ValueError:
            return None
        return self._written(numbers)

    def _written(self, numbers: dict[str, int]) -> str:
        text, position = "", 0
        for part in self.parts:
            start = _next_part(self.text, position)
            text += self.text[position:start]
            text += str(numbers[part.letter] % 10**part.width).zfill(part.width)
            position = start + part.width
        return text + self.text[position:]


def within(iso: str, minimum: str | None, maximum: str | None) -> bool:
    """Whether an ISO value lies within bounds that may be less precise (`2026` holds `2026-11`)."""
    if minimum is not None and iso[: len(minimum)] < minimum[: len(iso)]:
        return False
    return maximum is None or iso[: len(maximum)] <= maximum[: len(iso)]


@lru_cache(maxsize=256)
def parse_format(text: str) -> DateFormat:
    """Parse a date format such as `DDMMYYYY` or `YYYY-MM-DD`.

    Raises:
        ValueError: a sentence saying what is wrong with it.
    """
    parts: list[DatePart] = []
    for token in re.findall(r"YYYY|YY|DD|MM|HH|.", text):
        if token in SEPARATORS:
            continue
        if token not in {"YYYY", "YY", "DD", "MM", "HH"}:
            raise ValueError(
                f"the date format '{text}' may use DD, MM, YYYY, YY, HH and separators only"
            )
        is_minutes = token == "MM" and any(part.letter == "H" for part in parts)
        parts.append(DatePart("N" if is_minutes else token[0], len(token)))
    letters = [part.letter for part in parts]
    if not letters:
        raise ValueError("the date format is empty")
    if len(set(letters)) != len(letters):
        raise ValueError(f"the date format '{text}' names a part twice")
    if {"D", "M", "Y"} & set(letters) == {"D", "Y"} or letters == ["D"]:
        raise ValueError(f"the date format '{text}' has a day without its month")
    return DateFormat(text, tuple(parts))


def _next_part(text: str, position: int) -> int:
    while text[position] in SEPARATORS:
        position += 1
    return position


@lru_cache(maxsize=64)
def _iso_pattern(letters: frozenset[str]) -> re.Pattern[str]:
    widths = {"Y": 4}
    date = "-".join(rf"(?P<{x}>[0-9]{{{widths.get(x, 2)}}})" for x in "YMD" if x in letters)
    time = ":".join(rf"(?P<{x}>[0-9]{{2}})" for x in "HN" if x in letters)
    return re.compile("T".join(piece for piece in (date, time) if piece))


def _iso(numbers: dict[str, int]) -> str:
    """Join the numbers as ISO 8601.

    Raises:
        ValueError: the month does not have that day.
    """
    if "D" in numbers:
        days = calendar.monthrange(numbers.get("Y", _LEAP_YEAR) or _LEAP_YEAR, numbers["M"])[1]
        if numbers["D"] > days:
            raise ValueError(f"month {numbers['M']} does not have {numbers['D']} days")
    widths = {"Y": 4}
    texts = {letter: str(n).zfill(widths.get(letter, 2)) for letter, n in numbers.items()}
    date = "-".join(texts[letter] for letter in "YMD" if letter in texts)
    time = ":".join(texts[letter] for letter in "HN" if letter in texts)
    return "T".join(piece for piece in (date, time) if piece)
