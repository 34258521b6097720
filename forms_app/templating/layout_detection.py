"""From a blank page to what is printed on it to be filled in, without its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.box_sets import free, innermost, overlaps
from forms_app.templating.boxes import Rectangle, enclosed_boxes, tinted_boxes
from forms_app.templating.mark_completion import completed_marks
from forms_app.templating.open_boxes import open_boxes
from forms_app.templating.page_combs import find_combs
from forms_app.templating.page_marks import printed_frames, with_squares
from forms_app.templating.page_parts import Comb, Mark, Print, Ruling, TextLine, WritingPlace, mm
from forms_app.templating.rulings import (
    dotted_rulings,
    level_lines,
    level_walls,
    rulings_of,
    upright_gaps,
    upright_lines,
    upright_walls,
)
from forms_app.templating.table_detection import number_tables, without_labels_of_marks
from forms_app.templating.text_lines import text_lines
from forms_app.templating.writing_places import blank_boxes, writing_lines

_LEAST_RULING_MM = 2.6
"""A little less than the narrowest cell of a comb has over its own line."""


@dataclass(frozen=True)
class PageLayout:
    """What was found on a blank page, in working pixels."""

    combs: tuple[Comb, ...]
    marks: tuple[Mark, ...]
    places: tuple[WritingPlace, ...]
    texts: tuple[TextLine, ...]


@dataclass(frozen=True)
class _Areas:
    """Boxes by what makes them: any enclosure, lines (frames of marks, too), tint."""

    enclosed: list[Rectangle]
    walled: list[Box]
    tinted: list[Box]


@dataclass(frozen=True)
class _Rulings:
    """Level lines: drawn, and made of dots."""

    drawn: list[Ruling]
    dotted: list[Ruling]


def find_layout(page: BlankPage) -> PageLayout:
    """Combs, tick boxes, places to write in, and lines of text."""
    level, upright = level_lines(page), upright_lines(page)
    rulings = _rulings(page, level)
    frames = printed_frames(page)
    areas = _areas(page, level, upright, frames)
    bubbles = [m.box for m in frames if m.is_round]
    combs = find_combs(page, areas.walled, areas.tinted, rulings.drawn, upright, bubbles)
    marks = _marks(page, frames, areas, [c.box for c in combs])
    taken = [*(c.box for c in combs), *(m.box for m in marks)]
    texts = text_lines(page, taken, rulings.dotted)
    places = _places(page, areas, rulings, texts, taken, marks)
    return PageLayout(tuple(combs), tuple(marks), tuple(places), tuple(texts))


def _rulings(page: BlankPage, level: Mask) -> _Rulings:
    drawn = rulings_of(level, _LEAST_RULING_MM)
    dotted = dotted_rulings(page, drawn)
    return _Rulings([r for r in drawn if not any(_within(r, d) for d in dotted)], dotted)


def _within(ruling: Ruling, dotted: Ruling) -> bool:
    """Whether some dots of a dotted line were taken for a ruling of its own."""
    return (
        abs(ruling.at - dotted.at) < mm(0.6)
        and dotted.start - mm(1) <= ruling.start
        and ruling.end <= dotted.end + mm(1)
    )


def _areas(page: BlankPage, level: Mask, upright: Mask, frames: Sequence[Mark]) -> _Areas:
    walls = (
        np.asarray(cv2.bitwise_or(level, level_walls(page)), np.uint8),
        np.asarray(cv2.bitwise_or(upright, upright_walls(page)), np.uint8),
    )
    enclosed = enclosed_boxes(page, *walls)
    bubbles = [m.box for m in frames if m.is_round]
    walled = [r.box for r in enclosed if not overlaps(r.box, bubbles, 0.5)]
    # A frame's box reaches to the outside of its line, those of enclosed paper to its middle.
    squares = [m.box.expanded(-2) for m in frames if not m.is_round]
    walled += [b for b in squares if not overlaps(b.expanded(2), walled)]
    inner = ((b, b.expanded(-mm(1))) for b in open_boxes(*walls))
    walled += [b for b, within in inner if not overlaps(within, _not_around(b, walled))]
    return _Areas(enclosed, walled, [r.box for r in tinted_boxes(page, upright_gaps(page))])


def _not_around(box: Box, others: Sequence[Box]) -> list[Box]:
    """Without boxes that are much larger and hold this one."""
    return [o for o in others if o.area < 2 * box.area or not o.contains(box.expanded(-mm(1)))]


def _marks(
    page: BlankPage, frames: Sequence[Mark], areas: _Areas, combs: Sequence[Box]
) -> list[Mark]:
    squares = with_squares(page, frames, areas.enclosed)
    outside = [m for m in squares if not overlaps(m.box, combs, 0.2)]
    return completed_marks(page, outside, combs, areas.walled)


def _places(
    page: BlankPage,
    areas: _Areas,
    rulings: _Rulings,
    texts: Sequence[TextLine],
    taken: Sequence[Box],
    marks: Sequence[Mark],
) -> list[WritingPlace]:
    """Boxes, table cells, tinted areas and lines to write on, outside of what is taken."""
    walled, tinted = free(areas.walled, taken), free(areas.tinted, taken)
    places = number_tables(blank_boxes(innermost(walled), texts, Print.WALLED), walled, texts)
    enclosed = [r.box for r in areas.enclosed]
    places = without_labels_of_marks(places, enclosed, [m.box for m in marks])
    written = [p.box for p in places]
    shaded = blank_boxes(tinted, texts, Print.SHADED)
    places += [p for p in shaded if not overlaps(p.box, written)]
    places += writing_lines(
        page,
        [*rulings.drawn, *rulings.dotted],
        texts,
        [*taken, *(p.box for p in places)],
        [*walled, *tinted, *taken],
        _print_width(texts, walled),
    )
    return [p for p in places if not overlaps(p.box, page.codes)]


def _print_width(texts: Sequence[TextLine], boxes: Sequence[Box]) -> tuple[float, float]:
    """Left and right end of everything that is printed."""
    every = [*(t.box for t in texts), *boxes]
    if not every:
        return 0.0, float(np.inf)
    return min(b.x for b in every), max(b.right for b in every)
