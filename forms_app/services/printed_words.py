"""The words of a PDF blank, kept inside the PNG of its page (see `png_notes`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forms_app.reading.geometry import Box
from forms_app.reading.pdf_words import PrintedWord
from forms_app.services.png_notes import note_of, with_note

KEYWORD = "fieldhand-words"


@dataclass(frozen=True, slots=True)
class PageText:
    """What a blank's file says of its page; `dpi` None and no words where it says nothing."""

    dpi: float | None = None
    words: tuple[PrintedWord, ...] = ()


def with_text(png: bytes, dpi: float | None, words: Sequence[PrintedWord]) -> bytes:
    """The PNG with its page's resolution and words inside."""
    found = [[word.text, *(round(v, 1) for v in word.box.as_list())] for word in words]
    return with_note(png, KEYWORD, {"dpi": dpi, "words": found})


def text_of(png: bytes) -> PageText:
    """What `with_text` has put into a PNG; nothing where it has not."""
    found = note_of(png, KEYWORD)
    if found is None:
        return PageText()
    words = tuple(PrintedWord(text, Box(*box)) for text, *box in found["words"])
    return PageText(found["dpi"], words)
