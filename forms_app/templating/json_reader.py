"""Taking typed values out of one JSON object while collecting every fault in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from forms_app.reading.geometry import Box

E = TypeVar("E", bound=StrEnum)
_BEYOND_PX = 1e9
"""Beyond any page; whole numbers in JSON may be too large for a float."""


class ObjectReader:
    """Reads the keys of one JSON object; each fault becomes a sentence about `subject`.

    Attributes:
        subject: what the sentences begin with, such as `Field 'surname'`.
        problems: the list that takes them, shared by all readers of a file.
    """

    def __init__(self, data: object, subject: str, problems: list[str]) -> None:
        self.subject = subject
        self.problems = problems
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.problem("must be a JSON object in braces.")

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(self._data)

    def get(self, key: str) -> Any:
        return self._data.get(key)

    def problem(self, sentence: str) -> None:
        self.problems.append(f"{self.subject}: {sentence}")

    def reject_unknown(self, known: frozenset[str]) -> None:
        """One problem for each key outside `known`."""
        for key in self._data:
            if key not in known:
                self.problem(f"unknown key '{key}'; use {', '.join(sorted(known))}.")

    def text(self, key: str, required: bool = False) -> str | None:
        value = self._data.get(key)
        if value is None:
            if required:
                self.problem(f"has no '{key}'.")
            return None
        if not isinstance(value, str) or (required and not value.strip()):
            self.problem(f"'{key}' must be a text, not {value!r}.")
            return None
        return value

    def boolean(self, key: str) -> bool:
        value = self._data.get(key, False)
        if not isinstance(value, bool):
            self.problem(f"'{key}' must be true or false, not {value!r}.")
            return False
        return value

    def integer(
        self, key: str, minimum: int, default: int | None = None, required: bool = False
    ) -> int | None:
        value = self._data.get(key)
        if value is None and not required:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            self.problem(f"'{key}' must be a whole number of at least {minimum}, not {value!r}.")
            return default
        return value

    def choice(self, key: str, words: type[E], required: bool = False) -> E | None:
        """A word of an enumeration."""
        value = self.text(key, required)
        if value is None:
            return None
        try:
            return words(value)
        except ValueError:
            self.problem(f"unknown {key} '{value}'; use one of {', '.join(words)}.")
            return None

    def items(self, key: str) -> Sequence[Any]:
        value = self._data.get(key)
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.problem(f"'{key}' must be a list.")
            return ()
        return value

    def box(self, key: str, required: bool = False) -> Box | None:
        if self._data.get(key) is None:
            if required:
                self.problem(f"has no '{key}'; give it as [x, y, width, height] in pixels.")
            return None
        return self.as_box(self._data[key], f"'{key}'")

    def as_box(self, value: object, what: str) -> Box | None:
        """A box from `[x, y, width, height]`; `what` names it in the sentence."""
        numbers = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
        fine = len(numbers) == 4 and all(
            isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < _BEYOND_PX
            for n in numbers
        )
        if not fine:
            self.problem(f"{what} must be [x, y, width, height] in pixels, not {value!r}.")
            return None
        box = Box(*numbers)
        if box.width < 1 or box.height < 1:
            self.problem(f"{what} is {box.width} by {box.height} pixels; it needs 1 at least.")
            return None
        return box
