"""Sentences that Python made, told in the language of the reader.

Services, reading and templating say what happened in English and know nothing of pages; the
database keeps what they said. Where a page shows such a sentence it is matched with the catalogue
`sentences`, whose entries are the strings of the code with `{0}`, `{1}` … where values stand in
them (`tools/translations.py` extracts them). What is found in those places is told likewise, as it
may be a phrase itself ("an empty cell", "page 2 of the form"). What matches nothing stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.sansio.response import Response

from forms_app.web.language import SOURCE, catalogue, current_language

PLACE = re.compile(r"\{(\w+)\}")
SURE_LETTERS = 8
"""Inside of a sentence a pattern with fewer letters of its own could be part of what a person
called something: only numbers and phrases of ours may stand in its places there."""

# A value ends with its sentence, unless nothing follows it.
ANYTHING = r"(?:(?![.!?] [A-Z“\"']).)+?"
NUMBER = re.compile(r"[\d.,:%\s×+-]+")
SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")
JOINED = "{0} and {1}"
# As most languages but English write them: `2nd` is `2.`
ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
LIST = re.compile(r", | and ")
MOST_NESTED = 4
TOLD_KEYS = frozenset(
    {
        "advice",
        "effects",
        "error",
        "held_by",
        "meaning",
        "message",
        "problem",
        "problems",
        "reason",
        "reasons",
        "sentence",
        "verdict",
        "warnings",
        "who",
    }
)
"""Under these keys scripts are sent sentences of ours, never what people wrote."""


class Sentences:
    """The sentences of one language, found by the English ones they translate."""

    def __init__(self, translated: Mapping[str, str]) -> None:
        self._joined = translated.get(JOINED, JOINED)
        self._whole = {text: said for text, said in translated.items() if not PLACE.search(text)}
        patterns = [text for text in translated if PLACE.search(text)]
        patterns.sort(key=_letters, reverse=True)
        self._patterns = [
            (_pattern_of(text), translated[text], _letters(text) >= SURE_LETTERS)
            for text in patterns
        ]

    def told(self, text: str, depth: int = 0) -> str:
        """`text` in this language, or as it is."""
        found = self._of_one(text, depth)
        if found is not None:
            return found
        parts = SENTENCE_END.split(text)
        if len(parts) == 1:
            return text
        return " ".join(self._of_one(part, depth) or part for part in parts)

    def _of_one(self, text: str, depth: int) -> str | None:
        if text in self._whole:
            return self._whole[text]
        if depth > MOST_NESTED:
            return None
        if ordinal := ORDINAL.fullmatch(text):
            return f"{ordinal[1]}."
        for pattern, said, is_sure in self._patterns:
            match = pattern.fullmatch(text)
            if match and (is_sure or depth == 0 or self._are_ours(match.groups())):
                return self._filled(said, match, depth)
        return self._of_list(text, depth)

    def _are_ours(self, parts: Iterable[str]) -> bool:
        return all(NUMBER.fullmatch(part) or part in self._whole for part in parts)

    def _of_list(self, text: str, depth: int) -> str | None:
        """`2 to 4 digits, in capitals`, `the page and the form`: only where each part is ours."""
        parts = LIST.split(text)
        told = [self._of_one(part, depth + 1) for part in parts] if len(parts) > 1 else [None]
        known = [part for part in told if part is not None]
        if len(known) < len(told):
            return None
        if " and " not in text:
            return ", ".join(known)
        return self._joined.format(", ".join(known[:-1]), known[-1])

    def _filled(self, said: str, match: re.Match[str], depth: int) -> str:
        places = {name: self.told(part, depth + 1) for name, part in match.groupdict().items()}
        return PLACE.sub(lambda place: places[f"_{place[1]}"], said)


def told(text: str) -> str:
    """A sentence of ours in the language of the page."""
    language = current_language()
    return text if language == SOURCE or not text else _told_in(language, text)


def told_list(text: str) -> str:
    """The same of phrases in a row, such as `digits only, 5 characters, required`."""
    return ", ".join(map(told, text.split(", ")))


class TellingJson(DefaultJSONProvider):
    """Answers to scripts, their sentences told: those under `TOLD_KEYS`, at any depth."""

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return super().response(*map(_told_parts, args), **_told_parts(kwargs))

    def dumps_for_page(self, obj: Any, **kwargs: Any) -> str:
        """What a page hands its script (`tojson`)."""
        return self.dumps(_told_parts(obj), **kwargs)


def install(flask_app: Flask) -> None:
    """Offer `told` to the pages, and tell what their scripts are sent."""
    flask_app.jinja_env.filters["told"] = told
    flask_app.json = telling = TellingJson(flask_app)
    flask_app.jinja_env.policies["json.dumps_function"] = telling.dumps_for_page


def _told_parts(value: Any, is_sentence: bool = False) -> Any:
    if isinstance(value, str):
        return told(value) if is_sentence else value
    if isinstance(value, Mapping):
        return {key: _told_parts(part, key in TOLD_KEYS) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_told_parts(part, is_sentence) for part in value]
    return value


@lru_cache(maxsize=4096)
def _told_in(language: str, text: str) -> str:
    return _sentences_of(language).told(text)


@lru_cache
def _sentences_of(language: str) -> Sentences:
    return Sentences(
        {
            message.id: message.string
            for message in catalogue(language, "sentences")
            if isinstance(message.id, str) and isinstance(message.string, str) and message.id
        }
    )


def _letters(text: str) -> int:
    return sum(map(str.isalpha, PLACE.sub("", text)))


def _pattern_of(text: str) -> re.Pattern[str]:
    # Texts and the names of their places take turns; a place named twice says the same twice.
    parts = PLACE.split(text)
    pattern, names = "", set()
    for i, part in enumerate(parts):
        if i % 2 == 0:
            pattern += re.escape(part)
        elif part in names:
            pattern += f"(?P=_{part})"
        else:
            names.add(part)
            ends_it = parts[i + 1 :] == [""]
            pattern += f"(?P<_{part}>{'.+' if ends_it else ANYTHING})"
    return re.compile(pattern, re.DOTALL)
