"""Chooses which printed line names a field, by where it stands; what it says is read later."""

from __future__ import annotations

from collections.abc import Sequence

from forms_app.reading.geometry import Box
from forms_app.templating.choice_grouping import MarkGroup, beside
from forms_app.templating.page_parts import Print, TextLine, WritingPlace, mm

_ABOVE_MM, _LEFT_MM, _BELOW_MM, _HEADER_MM = 6.0, 45.0, 4.5, 90.0
_OPTION_MM = 6.5


def label_places(
    places: Sequence[WritingPlace], obstacles: Sequence[Box], texts: Sequence[TextLine]
) -> list[TextLine | None]:
    """The label of each place to write in; every line names one field at most, the nearest.

    Cells of tables are named by `header_of` instead.

    Args:
        obstacles: every field's box: a label does not reach over another field.
    """
    offers = [
        (cost, number, text)
        for number, place in enumerate(places)
        if not place.table
        for text in texts
        if (cost := _cost(place, text.box, obstacles)) is not None
    ]
    chosen: list[TextLine | None] = [None] * len(places)
    used: set[int] = set()
    for _, number, text in sorted(offers, key=lambda offer: offer[:2]):
        if chosen[number] is None and id(text) not in used:
            chosen[number] = text
            used.add(id(text))
    return chosen


def header_of(
    place: WritingPlace, texts: Sequence[TextLine], places: Sequence[WritingPlace]
) -> TextLine | None:
    """The head of a table's column: the nearest text above the column's first cell."""
    column = [p for p in places if p.table == place.table and p.column == place.column]
    first = min(column, key=lambda p: p.box.y).box
    above = [t for t in texts if t.box.bottom <= first.y + mm(0.5)
             and first.y - t.box.bottom <= mm(8) and _middle_within(t.box, first)]  # fmt: skip
    return max(above, key=lambda t: t.box.bottom, default=None)


def option_labels(group: MarkGroup, texts: Sequence[TextLine]) -> list[TextLine | None]:
    """The label of each mark, on the side where most of them have one: right, left or above."""
    boxes = [mark.box for mark in group.marks]
    sides = [
        [beside(box, texts, _OPTION_MM, right=True) for box in boxes],
        [beside(box, texts, _OPTION_MM, right=False) for box in boxes],
        [_header(box, texts) if len(boxes) > 1 else None for box in boxes],
    ]
    if len(boxes) == 1 and not any(sides[0] + sides[1]):
        sides[2] = [_header(boxes[0], texts, mm(_ABOVE_MM))]
    counts = [len({id(t) for t in side if t is not None}) for side in sides]
    return sides[counts.index(max(counts))]


def question_of(
    group: MarkGroup, options: Sequence[TextLine | None], texts: Sequence[TextLine]
) -> TextLine | None:
    """The text that asks: left of a row, else above its first option."""
    free = [t for t in texts if not any(t is o for o in options)]
    first = group.marks[0].box
    if len(group.marks) == 1:
        return None
    is_row = abs(group.marks[-1].box.y - first.y) < first.height
    left = beside(first, free, 150, right=False) if is_row else None
    if left is not None:
        return left
    above = [
        t for t in free
        if -mm(0.5) <= first.y - t.box.bottom <= mm(_ABOVE_MM + 2)
        and t.box.x <= first.x + mm(6) and t.box.right >= first.x - mm(2)
    ]  # fmt: skip
    return max(above, key=lambda t: t.box.bottom, default=None)


def _cost(place: WritingPlace, text: Box, obstacles: Sequence[Box]) -> float | None:
    """How far a label stands off, weighed by side; None where it cannot be the label."""
    box = place.box
    gap_above = box.y - text.bottom
    if -mm(1) <= gap_above <= mm(_ABOVE_MM):
        if box.x - mm(3) <= text.x <= box.x + 0.6 * box.width:
            return max(0.0, gap_above) + 0.3 * abs(text.x - box.x)
        return None
    gap_left = box.x - text.right
    middle = text.centre[1]
    if -mm(1) <= gap_left <= mm(_LEFT_MM) and box.y - mm(1) <= middle <= box.bottom + mm(1.5):
        way = Box(text.right, box.y + 0.3 * box.height, max(1.0, gap_left), 0.4 * box.height)
        if any(o != box and o.overlap(way) > 0 for o in obstacles):
            return None
        return mm(0.5) + 0.35 * max(0.0, gap_left)
    gap_below = text.y - box.bottom
    within = box.x - mm(2) <= text.x and text.right <= box.right + mm(2)
    if place.print is Print.UNDERLINED and 0 <= gap_below <= mm(_BELOW_MM) and within:
        return mm(4) + gap_below
    return None


def _header(box: Box, texts: Sequence[TextLine], most: float | None = None) -> TextLine | None:
    """The nearest text above, over the middle of a mark or beginning where it does."""
    most = mm(_HEADER_MM) if most is None else most
    above = [
        t for t in texts
        if 0 <= box.y - t.box.bottom + mm(0.5) <= most
        and (_middle_within(box, t.box) or abs(t.box.x - box.x) <= mm(2))
    ]  # fmt: skip
    return max(above, key=lambda t: t.box.bottom, default=None)


def _middle_within(inner: Box, outer: Box) -> bool:
    return outer.x <= inner.centre[0] <= outer.right
