"""Finds combs that are lines: with ticks in a frame, teeth on a line, or short lines in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.comb_detection import (
    CELL_HEIGHT_MM,
    CELL_SHAPE,
    CELL_WIDTH_MM,
    UNLIKE_MM,
    even_parts,
    rows_of,
)
from forms_app.templating.page_parts import Comb, Print, Ruling, mm
from forms_app.templating.spacing import even_edges

_TOOTH_MM = (0.35, 1.25)
"""Part of a wall above its foot that must be seen, to tell it from what only crosses there."""
_USUAL_SHAPE = 0.82
"""Width over height of the cells over a line, where no wall shows their height."""


def ticked_combs(boxes: Sequence[Box], upright: Mask) -> list[Comb]:
    """Combs in a frame whose cells are parted by short ticks at its foot or head."""
    combs = []
    for box in boxes:
        if not mm(CELL_HEIGHT_MM[0]) <= box.height <= mm(CELL_HEIGHT_MM[1]):
            continue
        if box.width < 2 * mm(CELL_WIDTH_MM[0]):
            continue
        for foot in (box.bottom, box.y):
            within = Box(box.x + mm(1), foot, box.width - mm(2), 0)
            teeth = _teeth(upright, within, below=foot == box.y)
            edges = _cell_edges([box.x, *teeth, box.right])
            if len(edges) >= 3 and CELL_SHAPE[0] <= _step(edges) / box.height <= CELL_SHAPE[1]:
                combs.append(Comb(_between(edges, box.y, box.height), Print.TICKED))
                break
    return combs


def toothed_combs(page: BlankPage, rulings: Sequence[Ruling], upright: Mask) -> list[Comb]:
    """Combs that are teeth on a line, without a line above."""
    combs = []
    for ruling in rulings:
        foot = ruling.at - ruling.thickness / 2
        reach = mm(0.7)
        around = Box(ruling.start - reach, foot, ruling.length + 2 * reach, 0)
        teeth = _teeth(upright, around, below=False)
        if len(teeth) < 2 or not _is_base(page, ruling) or ruling.length < 2 * mm(CELL_WIDTH_MM[0]):
            continue
        ends = [e for e in (ruling.start, ruling.end) if min(abs(e - t) for t in teeth) > mm(1)]
        edges = _cell_edges(sorted([*teeth, *ends]))
        if len(edges) < 3:
            continue
        height = _cell_height(page, upright, edges, foot)
        if height >= mm(CELL_HEIGHT_MM[0]):
            combs.append(Comb(_between(edges, foot - height, height), Print.TICKED))
    return combs


def underlined_combs(page: BlankPage, rulings: Sequence[Ruling]) -> list[Comb]:
    """Combs whose cells are short lines side by side."""
    shortest, longest = mm(CELL_WIDTH_MM[0]), mm(CELL_WIDTH_MM[1])
    feet = [
        Box(r.start, r.at, r.length, r.thickness)
        for r in rulings
        if shortest <= r.length <= longest and r.thickness < mm(1) and _is_bare(page, r)
    ]
    combs = []
    for row in rows_of(feet, _alike_feet):
        for run in even_parts(row):
            if len(run) < 2:
                continue
            foot = float(np.median([b.y for b in run]))
            step = (run[-1].x - run[0].x) / (len(run) - 1)
            edges = [run[0].x, *(b.x for b in run[1:]), *(b.right for b in run)]
            height = _free_above(page, edges, foot, step / _USUAL_SHAPE)
            if height >= mm(CELL_HEIGHT_MM[0]):
                cells = tuple(Box(b.x, foot - height, b.width, height) for b in run)
                combs.append(Comb(cells, Print.UNDERLINED))
    return combs


def _alike_feet(left: Box, right: Box) -> bool:
    return (
        mm(0.25) <= right.x - left.right <= 0.6 * left.width
        and abs(left.y - right.y) <= mm(0.35)
        and abs(left.width - right.width) <= mm(UNLIKE_MM)
    )


def _teeth(upright: Mask, along: Box, below: bool) -> list[float]:
    """Middles of the upright lines that stand on (or hang from) a level line."""
    near, far = (round(mm(part)) for part in _TOOTH_MM)
    foot = round(along.y)
    rows = slice(foot + near, foot + far) if below else slice(max(0, foot - far), foot - near)
    left = max(0, round(along.x))
    strip = upright[rows, left : round(along.right)]
    if not strip.size:
        return []
    return [left + x for x in _middles((strip > 0).mean(axis=0) >= 0.7)]


def _middles(seen: NDArray[np.bool_]) -> list[float]:
    """Middles of the runs of True that are as narrow as a line."""
    places = np.flatnonzero(seen)
    if not len(places):
        return []
    groups = np.split(places, np.flatnonzero(np.diff(places) > 2) + 1)
    return [float(group.mean()) for group in groups if len(group) <= mm(1.0)]


def _cell_edges(edges: list[float]) -> list[float]:
    return even_edges(edges, mm(CELL_WIDTH_MM[0]), mm(CELL_WIDTH_MM[1]))


def _step(edges: Sequence[float]) -> float:
    return (edges[-1] - edges[0]) / (len(edges) - 1)


def _between(edges: Sequence[float], top: float, height: float) -> tuple[Box, ...]:
    return tuple(Box(a, top, b - a, height) for a, b in pairwise(edges))


def _cell_height(page: BlankPage, upright: Mask, edges: Sequence[float], foot: float) -> float:
    """The walls' height where they are tall, else that of usual cells or what room there is."""
    tall = float(np.median([_run_up(upright, edge, foot) for edge in edges[1:-1] or edges]))
    step = _step(edges)
    if tall >= 0.7 * step:
        return tall
    return _free_above(page, edges, foot, step / _USUAL_SHAPE, skip=tall + mm(0.5))


def _run_up(upright: Mask, x: float, foot: float) -> float:
    """How far an upright line goes up from its foot."""
    columns = slice(max(0, round(x) - 2), round(x) + 3)
    column = upright[: max(0, round(foot) - 2), columns].max(axis=1)[::-1] > 0
    return float(np.argmin(column)) if len(column) and not column.all() else 0.0


def _free_above(
    page: BlankPage, edges: Sequence[float], foot: float, wanted: float, skip: float = 0.0
) -> float:
    """How much of the wanted height over a line is free of print.

    Only looked at near the cells' edges: guide letters stand in the middle of their cells.
    """
    start = max(skip, mm(0.6))
    rows = slice(max(0, round(foot - wanted)), max(0, round(foot - start)))
    near = [page.ink[rows, max(0, round(e) - 3) : round(e) + 4] for e in edges]
    inked = (np.hstack(near) > 0).mean(axis=1)[::-1] > 0.02
    free = float(np.argmax(inked)) if inked.any() else float(len(inked))
    return min(wanted, start + free)


def _is_base(page: BlankPage, ruling: Ruling) -> bool:
    """Whether a line has nothing under it and little more than teeth on it: no row of letters."""
    columns = slice(round(ruling.start), round(ruling.end))
    edge, reach = ruling.thickness / 2 + mm(0.3), mm(1.1)
    above = page.strokes[max(0, round(ruling.at - reach)) : round(ruling.at - edge), columns]
    below = page.strokes[round(ruling.at + edge) : round(ruling.at + reach), columns]
    return all(
        part.size and float((part > 0).mean()) <= most
        for part, most in ((above, 0.3), (below, 0.1))
    )


def _is_bare(page: BlankPage, ruling: Ruling) -> bool:
    """Whether nothing stands right on or under a short line: it is no stroke of a letter."""
    columns = slice(round(ruling.start), round(ruling.end))
    edge, reach = ruling.thickness / 2 + mm(0.25), mm(1.2)
    above = page.strokes[round(ruling.at - reach) : round(ruling.at - edge), columns]
    below = page.strokes[round(ruling.at + edge) : round(ruling.at + reach), columns]
    return all(part.size and float((part > 0).mean()) <= 0.08 for part in (above, below))
