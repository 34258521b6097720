"""Finds where words are printed on a blank, line by line, without reading them."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import Ruling, TextLine, mm

_WORD_GAP_MM, _ACCENT_GAP_MM = 1.7, 0.45
_HEIGHT_MM, _LEAST_WIDTH_MM = (1.1, 11.0), 0.5
_WALL_MM = (1.4, 3.6)
"""What is as narrow and high as this is left over from a wall."""
_LEAST_INK_MM2 = 0.25
_RULING_MM = 6.5
"""Longer straight strokes are rulings, not letters."""


def text_lines(
    page: BlankPage,
    taken: Iterable[Box],
    dotted: Iterable[Ruling] = (),
) -> list[TextLine]:
    """Lines of words; parts of a line that stand far apart are lines of their own.

    Args:
        taken: boxes whose print is no text: combs, tick boxes.
        dotted: lines made of dots.
    """
    words = page.strokes.copy()
    words[cv2.dilate(_rulings(words), np.ones((5, 3), np.uint8)) > 0] = 0
    words[cv2.dilate(_rulings(words.T).T, np.ones((3, 5), np.uint8)) > 0] = 0
    for box in taken:
        rows, columns = box.expanded(3).clipped(*page.size).as_slices()
        words[rows, columns] = 0
    for ruling in dotted:
        reach = mm(0.5)
        words[round(ruling.at - reach) : round(ruling.at + reach),
              round(ruling.start) : round(ruling.end)] = 0  # fmt: skip
    return sorted(_lines(words), key=lambda line: (line.box.y, line.box.x))


def _lines(words: Mask) -> list[TextLine]:
    joined = cv2.morphologyEx(
        words, cv2.MORPH_CLOSE, np.ones((1, round(mm(_WORD_GAP_MM)) | 1), np.uint8)
    )
    joined = cv2.morphologyEx(
        joined, cv2.MORPH_CLOSE, np.ones((round(mm(_ACCENT_GAP_MM)) | 1, 1), np.uint8)
    )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for number in range(1, count):
        x, y, width, height, _ = (int(v) for v in stats[number])
        if not mm(_HEIGHT_MM[0]) <= height <= mm(_HEIGHT_MM[1]) or width < mm(_LEAST_WIDTH_MM):
            continue
        if width < mm(_WALL_MM[0]) and height > max(mm(_WALL_MM[1]), 3 * width):
            continue
        part = labels[y : y + height, x : x + width] == number
        ink = np.count_nonzero(words[y : y + height, x : x + width][part])
        if ink >= mm(1) ** 2 * _LEAST_INK_MM2:
            found.append(TextLine(Box(float(x), float(y), float(width), float(height))))
    return found


def _rulings(strokes: Mask) -> Mask:
    """Unbroken level lines; letters part too often to be any."""
    strokes = np.ascontiguousarray(strokes)
    thick = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
    kernel = np.ones((1, round(mm(_RULING_MM))), np.uint8)
    return np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel), np.uint8)
