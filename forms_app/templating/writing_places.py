"""Finds places for free writing: boxes, tinted areas and lines that nothing is printed on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.page_parts import Print, Ruling, TextLine, WritingPlace, mm
from forms_app.templating.rulings import is_side

LEAST_MM = (8.0, 4.2)
"""Width and height of a place to write in."""
_LEAST_LINE_MM, _USUAL_HEIGHT_MM, _LEAST_ROOM_MM = 14.0, 8.5, 4.0
_LABEL_SHARE = 0.5
"""A label in the corner leaves at least half of its box."""
_THICKEST_MM = 1.0
"""Thicker lines part sections; nobody writes on them."""
_DARK = 95.0
"""Contrast of a band that nobody writes on; tints are paler."""
_EDGE_MM = (0.6, 4.0)
"""Nearer to the sides, or to the head and foot, lines are the sheet's own edges in a scan."""
_LEAST_ARM_MM, _LONGEST_CORNER_MM = 8.0, 45.0
"""Sides of printed corners; longer ones are open boxes."""
_PAGE_WIDE, _LEAST_SEPARATOR_MM = 0.85, 110.0
"""A line over so much of the print's width that has no label is a separator."""


def blank_boxes(
    boxes: Sequence[Box], texts: Sequence[TextLine], printed: Print
) -> list[WritingPlace]:
    """Boxes with room to write in, without the part that their own label takes."""
    places = []
    for box in boxes:
        free = _free_part(box, texts, printed)
        if free is not None and free.width >= mm(LEAST_MM[0]) and free.height >= mm(LEAST_MM[1]):
            places.append(WritingPlace(free, printed))
    return places


def _free_part(box: Box, texts: Sequence[TextLine], printed: Print) -> Box | None:
    """The box, or what is left below or right of one label in its corner; None where printed on."""
    inside = [t.box for t in texts if box.contains(t.box.expanded(-1)) or _covers(box, t.box)]
    if not inside:
        return box
    low, right = max(t.bottom for t in inside), max(t.right for t in inside)
    below = Box(box.x, low + 1, box.width, box.bottom - low - 1)
    beside = Box(right + mm(1), box.y, box.right - right - mm(1), box.height)
    if below.height >= max(mm(LEAST_MM[1]), _LABEL_SHARE * box.height):
        return below
    if printed is Print.SHADED:
        return None  # A heading on its band of tint.
    if beside.width >= max(mm(12), _LABEL_SHARE * box.width) and box.height <= mm(14):
        return beside
    return None


def _covers(box: Box, text: Box) -> bool:
    return box.overlap(text) > 0.5 * text.area


def writing_lines(
    page: BlankPage,
    rulings: Sequence[Ruling],
    texts: Sequence[TextLine],
    taken: Sequence[Box],
    edges: Sequence[Box],
    print_width: tuple[float, float],
) -> list[WritingPlace]:
    """Places above single lines.

    Args:
        rulings: the level lines, those made of dots, too.
        texts: lines of print.
        taken: what stands on the page already.
        edges: boxes whose own sides are no lines to write on.
        print_width: left and right end of everything that is printed.
    """
    places = []
    rulings = [r for r in rulings if not is_side(r, edges)]
    for ruling in rulings:
        if ruling.length < mm(_LEAST_LINE_MM) or ruling.thickness > mm(_THICKEST_MM):
            continue
        if _is_edge_of_sheet(page, ruling) or _is_edge_of_area(page, ruling):
            continue
        if _is_corner(page, ruling):
            continue
        height = _room_above(ruling, texts, taken, rulings)
        if height < mm(_LEAST_ROOM_MM):
            continue
        if _is_separator(ruling, texts, rulings, print_width, page.size[0]):
            continue
        box = Box(ruling.start, ruling.at - height, ruling.length, height)
        places.append(WritingPlace(box, Print.UNDERLINED))
    return places


def _is_edge_of_area(page: BlankPage, ruling: Ruling) -> bool:
    """Whether a line parts paper from tint, or lies in a dark band."""
    columns = slice(round(ruling.start), round(ruling.end))
    near, far = ruling.thickness / 2 + mm(0.4), ruling.thickness / 2 + mm(1.0)
    above = slice(max(0, round(ruling.at - far)), max(1, round(ruling.at - near)))
    below = slice(round(ruling.at + near), round(ruling.at + far))
    tinted = [float((page.areas[rows, columns] > 0).mean()) > 0.5 for rows in (above, below)]
    dark = float(np.median(page.contrast[above, columns])) > _DARK
    return tinted[0] != tinted[1] or (all(tinted) and dark)


def _is_edge_of_sheet(page: BlankPage, ruling: Ruling) -> bool:
    """Whether a line runs into the side of the sheet or along its head or foot."""
    width, height = page.size
    return min(ruling.start, width - ruling.end) <= mm(_EDGE_MM[0]) or min(
        ruling.at, height - ruling.at
    ) <= mm(_EDGE_MM[1])


def _is_corner(page: BlankPage, ruling: Ruling) -> bool:
    """Whether a line is half of a printed corner, which registers the page.

    The other half goes up or down from one of its ends, is about as long, and ends where they meet.
    """
    arms = [_arm(page, ruling, end) for end in (ruling.start, ruling.end)]
    long = [arm >= max(mm(_LEAST_ARM_MM), 0.5 * ruling.length) for arm in arms]
    return sum(long) == 1 and ruling.length <= mm(_LONGEST_CORNER_MM)


def _arm(page: BlankPage, ruling: Ruling, x: float) -> float:
    """How far an upright line goes one way from the end of a level one; 0 where it goes both."""
    columns = slice(max(0, round(x - mm(0.8))), round(x + mm(0.8)) + 1)
    inked = page.ink[:, columns].max(axis=1) > 0
    at, skip = round(ruling.at), round(ruling.thickness / 2 + mm(0.4))
    up, down = inked[: max(0, at - skip)][::-1], inked[at + skip :]
    runs = [float(np.argmin(run)) if len(run) and not run.all() else float(len(run))
            for run in (up, down)]  # fmt: skip
    return max(runs) if min(runs) <= mm(0.8) else 0.0


def _room_above(
    ruling: Ruling, texts: Sequence[TextLine], taken: Sequence[Box], rulings: Sequence[Ruling]
) -> float:
    """Free height over the line, up to a usual one; print beside its left end does not count."""
    top = ruling.at - mm(_USUAL_HEIGHT_MM)
    within = Box(ruling.start, top, ruling.length, ruling.at - top - mm(0.4))
    above = [t.box for t in texts if _share(within, t.box) > 0.05]
    above += [box for box in taken if _share(within, box) > 0.05]
    above += [
        Box(r.start, r.at, r.length, 1)
        for r in rulings
        if r is not ruling and min(r.end, ruling.end) - max(r.start, ruling.start) > mm(4)
    ]
    bottoms = [b.bottom for b in above if b.y < ruling.at - mm(0.5) and b.bottom > top]
    room = ruling.at - max([top, *(b + mm(0.3) for b in bottoms)])
    return 0.0 if any(b > ruling.at - mm(1) for b in bottoms) else room


def _share(within: Box, box: Box) -> float:
    """Part of the line's length that the box stands over."""
    if within.overlap(box) <= 0:
        return 0.0
    return (min(within.right, box.right) - max(within.x, box.x)) / within.width


def _is_separator(
    ruling: Ruling,
    texts: Sequence[TextLine],
    rulings: Sequence[Ruling],
    print_width: tuple[float, float],
    page_width: float,
) -> bool:
    """A line across the whole page that neither a label nor a like line belongs to."""
    left, right = print_width
    # A picture of a part of a page may be narrower than that.
    least = min(mm(_LEAST_SEPARATOR_MM), 0.9 * page_width)
    if ruling.length < max(_PAGE_WIDE * (right - left), least):
        return False
    for text in texts:
        beside = abs(text.box.bottom - ruling.at) < mm(2.5) and text.box.right <= ruling.start
        if beside:
            return False
    return not any(
        r is not ruling
        and mm(5) <= abs(r.at - ruling.at) <= mm(14)
        and abs(r.start - ruling.start) < mm(2)
        and abs(r.end - ruling.end) < mm(2)
        for r in rulings
    )
