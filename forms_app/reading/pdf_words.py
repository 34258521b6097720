"""The words that a PDF page tells itself, with their places: labels without recognition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium

from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.pdf_pages import POINTS_PER_INCH, locked_document

MOST_CHARACTERS = 50_000
_GAP = 0.5
"""Letters further apart than this part of their height are of two words."""


@dataclass(frozen=True, slots=True)
class PrintedWord:
    """A word in the text layer; `box` in pixels of the page as it is rendered."""

    text: str
    box: Box


def pdf_words(data: bytes, source: str, number: int, dpi: float) -> tuple[PrintedWord, ...]:
    """The words of a page, counted from 1, in the order of the file; none where it is a scan.

    Raises:
        EncryptedFileError, DamagedFileError: the file cannot be opened.
    """
    with locked_document(data, source) as document:
        try:
            page = document[number - 1]
            words = _words(page, dpi / POINTS_PER_INCH)
            page.close()
        except pdfium.PdfiumError:
            return ()  # Its text is damaged; the picture is what counts.
    return words


def _words(page: Any, scale: float) -> tuple[PrintedWord, ...]:
    text_page = page.get_textpage()
    left, _, _, top = page.get_bbox()
    upright = page.get_rotation() == 0
    words: list[PrintedWord] = []
    letters: list[tuple[str, Box]] = []

    def finish() -> None:
        if letters:
            text = "".join(letter for letter, _ in letters)
            words.append(PrintedWord(text, bounding_box(b for _, b in letters)))
            letters.clear()

    count = min(text_page.count_chars(), MOST_CHARACTERS) if upright else 0
    for index in range(count):
        letter = text_page.get_text_range(index, 1)
        if not letter.strip() or not letter.isprintable():
            finish()
            continue
        x1, y1, x2, y2 = text_page.get_charbox(index)
        box = Box((x1 - left) * scale, (top - y2) * scale, (x2 - x1) * scale, (y2 - y1) * scale)
        if letters and _is_apart(letters[-1][1], box):
            finish()
        letters.append((letter, box))
    finish()
    text_page.close()
    return tuple(words)


def _is_apart(last: Box, box: Box) -> bool:
    height = max(last.height, box.height, 1.0)
    off_line = abs(box.bottom - last.bottom) > 0.8 * height
    return off_line or box.x - last.right > _GAP * height or box.x < last.x - height
