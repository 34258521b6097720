"""From a blank page to what is printed on it to be filled in, without its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.boxes import Rectangle, enclosed_boxes, tinted_boxes
from forms_app.templating.bracket_marks import bracket_marks, bracket_pairs
from forms_app.templating.comb_completion import completed, joined_dates
from forms_app.templating.comb_detection import (
    CELL_HEIGHT_MM,
    combs_of_cells,
    is_cell,
    is_comb_cell,
)
from forms_app.templating.line_combs import ticked_combs, toothed_combs, underlined_combs
from forms_app.templating.mark_completion import completed_marks
from forms_app.templating.mark_grids import grid_marks
from forms_app.templating.open_boxes import open_boxes
from forms_app.templating.page_parts import Comb, Mark, Print, Ruling, TextLine, WritingPlace, mm
from forms_app.templating.rulings import (
    dotted_rulings,
    is_side,
    level_lines,
    level_walls,
    rulings_of,
    upright_gaps,
    upright_lines,
    upright_walls,
)
from forms_app.templating.table_detection import (
    number_tables,
    share_wall,
    without_labels_of_marks,
)
from forms_app.templating.text_lines import text_lines
from forms_app.templating.tick_boxes import SIDES_MM, find_marks
from forms_app.templating.writing_places import blank_boxes, writing_lines

_MOST_WALL = 0.16
_LONGEST_MARK_MM, _LONGEST_LONE_MM = 7.8, 13.0
"""Squares that are larger are boxes to write in; one that is by itself may be larger."""
_LEAST_LONE = 0.93
_LEAST_SIDE_MM = 10.0


@dataclass(frozen=True)
class PageLayout:
    """What was found on a blank page, in working pixels."""

    combs: tuple[Comb, ...]
    marks: tuple[Mark, ...]
    places: tuple[WritingPlace, ...]
    texts: tuple[TextLine, ...]


def find_layout(page: BlankPage) -> PageLayout:
    """Combs, tick boxes, places to write in, and lines of text."""
    level, upright = level_lines(page), upright_lines(page)
    frames = _with_grids(page, find_marks(page))
    bubbles = [m.box for m in frames if m.is_round]
    walls = (
        np.asarray(cv2.bitwise_or(level, level_walls(page)), np.uint8),
        np.asarray(cv2.bitwise_or(upright, upright_walls(page)), np.uint8),
    )
    enclosed = enclosed_boxes(page, *walls)
    walled = [r.box for r in enclosed]
    walled = [b for b in walled if not any(b.overlap(m) > 0.5 * b.area for m in bubbles)]
    walled += [
        m.box.expanded(-2) for m in frames if not m.is_round and not _overlaps(m.box, walled)
    ]
    three_sided = open_boxes(rulings_of(walls[0], _LEAST_SIDE_MM), walls[1])
    walled += [b for b in three_sided if not _overlaps(b.expanded(-mm(1)), _not_around(b, walled))]
    tinted = [r.box for r in tinted_boxes(page, upright_gaps(page))]
    rulings = rulings_of(level, 2.6)
    dotted = dotted_rulings(page, rulings)
    rulings = [r for r in rulings if not any(_within(r, d) for d in dotted)]
    combs = _find_combs(page, walled, tinted, rulings, upright, bubbles)
    taken = [c.box for c in combs]
    marks = completed_marks(page, _outside(_marks(frames, enclosed), taken), taken, walled)
    taken += [m.box for m in marks]
    texts = text_lines(page, taken, dotted)
    walled, tinted = _free(walled, taken), _free(tinted, taken)
    places = number_tables(blank_boxes(_innermost(walled), texts, Print.WALLED), walled, texts)
    places = without_labels_of_marks(places, [r.box for r in enclosed], [m.box for m in marks])
    places += [p for p in blank_boxes(tinted, texts, Print.SHADED)
               if not any(p.box.overlap(q.box) > 0 for q in places)]  # fmt: skip
    places += writing_lines(
        page,
        [*rulings, *dotted],
        texts,
        [*taken, *(p.box for p in places)],
        [*walled, *tinted, *taken],
        _print_width(texts, walled),
    )
    places = [p for p in places if not _overlaps(p.box, page.codes)]
    return PageLayout(tuple(combs), tuple(marks), tuple(places), tuple(texts))


def _find_combs(
    page: BlankPage,
    walled: Sequence[Box],
    tinted: Sequence[Box],
    rulings: Sequence[Ruling],
    upright: Mask,
    marks: Sequence[Box],
) -> list[Comb]:
    """Each kind of comb in turn; what one kind has taken is no other's."""
    combs: list[Comb] = []

    def add(found: Sequence[Comb]) -> None:
        combs.extend(c for c in found if not any(c.box.overlap(d.box) > 0 for d in combs))

    add(combs_of_cells(page, walled, Print.WALLED))
    add(ticked_combs(walled, upright))
    add(combs_of_cells(page, tinted, Print.SHADED))
    single = [r for r in rulings if not is_side(r, [*walled, *tinted])]
    add(underlined_combs(page, single))
    add(toothed_combs(page, single, upright))
    lone = [Comb((b,), Print.WALLED) for b in walled if is_comb_cell(b)]
    add(lone)  # One that stays alone is no comb; a comb may have lost the others.
    wider = [b for b in walled if b.height <= mm(CELL_HEIGHT_MM[1]) and not is_cell(b)]
    whole = completed(page, combs, [*marks, *wider])
    return joined_dates([c for c in whole if len(c.cells) > 1])


def _with_grids(page: BlankPage, frames: Sequence[Mark]) -> list[Mark]:
    """Frames that stand alone, and the marks of whole grids in place of the frames seen there."""
    pairs = bracket_pairs(page)
    grids = grid_marks(page, [*(m.box for m in frames if m.is_round), *map(bounding_box, pairs)])
    taken = [m.box for m in grids]
    alone = [m for m in (*frames, *bracket_marks(page, pairs)) if not _overlaps(m.box, taken)]
    return [*grids, *alone]


def _marks(frames: Sequence[Mark], enclosed: Sequence[Rectangle]) -> list[Mark]:
    """Frames, and small squares that hang together with something else: cells, leading lines."""
    walled = [r.box for r in enclosed]
    marks = list(frames)
    least, most = mm(SIDES_MM[0]), mm(_LONGEST_MARK_MM)
    for box, wall_px in ((r.box, r.wall_px) for r in enclosed):
        is_small = least <= box.width <= most and least <= box.height <= most
        if not is_small or not 0.8 <= box.width / box.height <= 1.25:
            if _stands_alone(box, walled):
                marks.append(Mark(box, False))
            continue
        # The hollow of a bold O is a square with thick walls.
        is_thin = wall_px <= _MOST_WALL * min(box.width, box.height)
        if not is_thin and not share_wall(box, walled):
            continue
        if not any(box.overlap(m.box) > 0 for m in marks):
            marks.append(Mark(box, False))
    return [m for m in marks
            if m.is_round or m.box.width <= most or _stands_alone(m.box, walled)]  # fmt: skip


def _stands_alone(box: Box, walled: Sequence[Box]) -> bool:
    """Whether a box is a square with no other box as high in its row: one tick box."""
    sides = sorted((box.width, box.height))
    row = [o for o in walled if o is not box and o.overlap(box) < 0.5 * box.area
           and abs(o.y - box.y) < mm(1) and abs(o.bottom - box.bottom) < mm(1)]  # fmt: skip
    return (
        mm(_LONGEST_MARK_MM) < sides[1] <= mm(_LONGEST_LONE_MM)
        and sides[0] >= _LEAST_LONE * sides[1]
        and not row
    )


def _not_around(box: Box, others: Sequence[Box]) -> list[Box]:
    """Without boxes that are much larger and hold this one."""
    return [o for o in others if o.area < 2 * box.area or not o.contains(box.expanded(-mm(1)))]


def _overlaps(box: Box, others: Sequence[Box]) -> bool:
    return any(box.overlap(other) > 0 for other in others)


def _outside(marks: Sequence[Mark], taken: Sequence[Box]) -> list[Mark]:
    return [m for m in marks if not any(m.box.overlap(box) > 0.2 * m.box.area for box in taken)]


def _free(boxes: Sequence[Box], taken: Sequence[Box]) -> list[Box]:
    """Boxes that are nothing yet and hold nothing yet."""
    return [b for b in boxes if not any(b.overlap(t) > 0.5 * min(b.area, t.area) for t in taken)]


def _innermost(boxes: Sequence[Box]) -> list[Box]:
    return [
        b
        for b in boxes
        if not any(o is not b and o.area < b.area and b.expanded(2).contains(o) for o in boxes)
    ]


def _within(ruling: Ruling, dotted: Ruling) -> bool:
    """Whether some dots of a dotted line were taken for a ruling of its own."""
    return (
        abs(ruling.at - dotted.at) < mm(0.6)
        and dotted.start - mm(1) <= ruling.start
        and ruling.end <= dotted.end + mm(1)
    )


def _print_width(texts: Sequence[TextLine], boxes: Sequence[Box]) -> tuple[float, float]:
    every = [*(t.box for t in texts), *boxes]
    if not every:
        return 0.0, float(np.inf)
    return min(b.x for b in every), max(b.right for b in every)
