"""Draws answer sheets: blocks of numbered questions with bubbles, brackets, digits of a number.

Each seed gives another sheet: rings, ovals, square or round brackets, lettered or empty, black or
pale, their size, distances and number; half of the sheets are filled in.
"""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from benchmarks.drawn_forms.sheet import FONTS, MM, at_dpi, empty_page, font_of
from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage

_WIDTHS = {"ring": 1.0, "oval": 1.4, "[]": 1.25, "()": 1.25}
"""Width over height of a mark by its shape."""
_PENCIL = 45


def draw_answer_sheet(seed: int, dpi: int) -> tuple[GreyImage, Truth]:
    """An A4 page at `dpi` and its truth in that page's pixels; the same for the same seed."""
    sheet = _AnswerSheet(np.random.default_rng([6, seed]))
    sheet.fill()
    return at_dpi(sheet.image, sheet.truth, dpi)


class _AnswerSheet:
    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.truth = Truth()
        self.image = empty_page()
        self.draw = ImageDraw.Draw(self.image)
        self.font = str(rng.choice(FONTS))
        self.shape = str(rng.choice(list(_WIDTHS)))
        self.grey = int(rng.choice([0, 60, 120, 165]))
        self.line_px = round(rng.uniform(0.15, 0.3) * MM)
        mark_height = rng.uniform(3.0, 4.8) * MM
        self.size = (mark_height * _WIDTHS[self.shape], mark_height)
        self.across = self.size[0] + rng.uniform(1.0, 3.0) * MM
        self.down = self.size[1] + rng.uniform(0.9, 2.5) * MM
        self.is_lettered = bool(rng.random() < 0.75)
        self.answered = 0.9 if rng.random() < 0.5 else 0.0

    def fill(self) -> None:
        left, top = 18 * MM, 30 * MM
        self._text(left, 14 * MM, "ANSWER SHEET: Mathematics, Section A", 4.5)
        if self.rng.random() < 0.6:
            top = self._number(left, top) + 12 * MM
        columns = int(self.rng.integers(4, 6))
        block = columns * self.across + 13 * MM
        rows = min(int(self.rng.integers(8, 31)), int((285 * MM - top) / self.down))
        question = 1
        for start in np.arange(left, 200 * MM - block, block + 4 * MM):
            for row in range(rows):
                y = top + row * self.down
                self._text(start, y + 0.2 * self.size[1], f"{question}", 2.6)
                question += 1
                self._choice(start + 9 * MM, y, self.across, 0.0, "ABCDE"[:columns])

    def _number(self, left: float, top: float) -> float:
        """A number of some digits, each a column from 0 to 9; answers where its columns end."""
        for place in range(int(self.rng.integers(4, 9))):
            self._choice(left + place * self.across, top, 0.0, self.down, "0123456789")
        return top + 10 * self.down

    def _choice(self, x: float, y: float, across: float, down: float, letters: str) -> None:
        first = len(self.truth.marks)
        answer = int(self.rng.integers(len(letters))) if self.rng.random() < self.answered else -1
        for i, letter in enumerate(letters):
            box = Box(x + i * across, y + i * down, *self.size)
            self._frame(box)
            if i == answer:
                inner = box.expanded(-0.05 * box.width, -0.05 * box.height)
                self.draw.ellipse((inner.x, inner.y, inner.right, inner.bottom), fill=_PENCIL)
            elif self.is_lettered:
                font = font_of(self.font, round(0.6 * box.height))
                self.draw.text(box.centre, letter, anchor="mm", fill=self.grey, font=font)
            self.truth.marks.append(box)
        self.truth.groups.append(tuple(range(first, len(self.truth.marks))))

    def _frame(self, box: Box) -> None:
        if self.shape == "[]":
            tip = 0.22 * box.height
            for x, end in ((box.x, box.x + tip), (box.right, box.right - tip)):
                corners = ((end, box.y), (x, box.y), (x, box.bottom), (end, box.bottom))
                self.draw.line(corners, fill=self.grey, width=self.line_px)
        elif self.shape == "()":
            # The arcs end at the box's upper and lower side, 50° off the level: sin 50° = 0.766.
            beyond = (1 / 0.766 - 1) / 2 * box.height
            for start, x in ((130, box.x), (-50, box.right - 0.6 * box.width)):
                whole = (x, box.y - beyond, x + 0.6 * box.width, box.bottom + beyond)
                self.draw.arc(whole, start, start + 100, fill=self.grey, width=self.line_px)
        else:
            whole = (box.x, box.y, box.right, box.bottom)
            self.draw.ellipse(whole, outline=self.grey, width=self.line_px)

    def _text(self, x: float, y: float, text: str, size_mm: float) -> None:
        font = font_of(self.font, round(size_mm * MM))
        self.draw.text((x, y), text, font=font, fill=0, anchor="la")
