"""Finds tables: cells that share their walls in at least two rows and two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from forms_app.reading.geometry import Box
from forms_app.templating.page_parts import TextLine, WritingPlace, mm

_SHARED_MM = 1.0
_WHOLE = 0.93
"""A place that takes less of its cell stands beside or under print."""


def number_tables(
    places: Sequence[WritingPlace], boxes: Sequence[Box], texts: Sequence[TextLine]
) -> list[WritingPlace]:
    """The places, those in tables with their table, row and column from 1.

    A row of cells that are all printed in is a table's head: nothing is written there.

    Args:
        places: boxes to write in.
        boxes: all enclosed boxes, those that are printed on, too: they make a table's head.
    """
    heads: list[Box] = []
    numbered = list(places)
    tables = [group for group in _touching(boxes) if _is_table(group)]
    for number, cells in enumerate(tables, start=1):
        rows, columns = _levels([c.y for c in cells]), _levels([c.x for c in cells])
        heads += [c for level in range(len(rows)) for c in _head(cells, rows, level, texts)]
        for i, place in enumerate(numbered):
            home = next((c for c in cells if c.expanded(2).contains(place.box)), None)
            if home is not None and not place.table:
                numbered[i] = replace(
                    place,
                    table=number,
                    row=_level_of(home.y, rows) + 1,
                    column=_level_of(home.x, columns) + 1,
                )
    return [p for p in numbered if not any(h.overlap(p.box) > 0.5 * p.box.area for h in heads)]


def without_labels_of_marks(
    places: Sequence[WritingPlace], boxes: Sequence[Box], marks: Sequence[Box]
) -> list[WritingPlace]:
    """The places but for what is free in cells that name the marks in other cells of their row.

    Args:
        boxes: all enclosed boxes.
        marks: tick boxes and bubbles.
    """

    def is_label(place: WritingPlace) -> bool:
        homes = [b for b in boxes if b.expanded(2).contains(place.box)]
        home = min(homes, key=lambda b: b.area, default=place.box)
        if place.box.area > _WHOLE * home.area:
            return False
        row = [b for b in boxes if b is not home and _share_row(b, home)]
        return any(cell.contains(mark) for cell in row for mark in marks)

    return [place for place in places if not is_label(place)]


def _share_row(a: Box, b: Box) -> bool:
    slack = mm(_SHARED_MM)
    return abs(a.y - b.y) <= slack and abs(a.bottom - b.bottom) <= slack


def _head(
    cells: Sequence[Box], rows: Sequence[float], level: int, texts: Sequence[TextLine]
) -> list[Box]:
    row = [c for c in cells if _level_of(c.y, rows) == level]
    printed = [c for c in row if any(c.overlap(t.box) > 0.5 * t.box.area for t in texts)]
    return row if len(row) >= 2 and len(printed) == len(row) else []


def share_wall(box: Box, others: Sequence[Box]) -> bool:
    """Whether a box has a wall in common with one of the others."""
    return any(other is not box and _share_wall(box, other) for other in others)


def _touching(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes linked by walls that they share."""
    waiting, groups = list(boxes), []
    while waiting:
        group, front = [], [waiting.pop()]
        while front:
            box = front.pop()
            group.append(box)
            near = [other for other in waiting if _share_wall(box, other)]
            waiting = [other for other in waiting if other not in near]
            front.extend(near)
        groups.append(group)
    return groups


def _share_wall(a: Box, b: Box) -> bool:
    slack = mm(_SHARED_MM)
    across = min(a.right, b.right) - max(a.x, b.x)
    down = min(a.bottom, b.bottom) - max(a.y, b.y)
    side_by_side = abs(across) <= slack and down > 0.5 * min(a.height, b.height)
    stacked = abs(down) <= slack and across > 0.5 * min(a.width, b.width)
    return side_by_side or stacked


def _is_table(cells: Sequence[Box]) -> bool:
    rows, columns = _levels([c.y for c in cells]), _levels([c.x for c in cells])
    return len(rows) >= 2 and len(columns) >= 2 and len(cells) >= 0.7 * len(rows) * len(columns)


def _levels(values: Sequence[float]) -> list[float]:
    levels: list[float] = []
    for value in sorted(values):
        if not levels or value - levels[-1] > 2 * mm(_SHARED_MM):
            levels.append(value)
    return levels


def _level_of(value: float, levels: Sequence[float]) -> int:
    return min(range(len(levels)), key=lambda i: abs(levels[i] - value))
