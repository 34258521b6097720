"""Completes combs: cells that were lost in the middle or at an end, and dates in groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.blank_ink import BlankPage, Mask
from forms_app.templating.page_parts import Comb, mm

_MOST_LOST = 3
_LIKENESS_WITHIN, _LIKENESS_AT_END = 0.8, 0.8
_OFF = 0.16
_DATE_GROUPS = {(2, 2, 4), (2, 2, 2), (4, 2, 2)}
_MOST_GROUP_GAP = 1.2
_UNLIKE_MM = 0.8


def completed(page: BlankPage, combs: Sequence[Comb], others: Sequence[Box]) -> list[Comb]:
    """The combs with lost cells found again: places that look like the cell beside them.

    Print may touch a wall, a scan may break one; the same cell printed again tells what is there.

    Args:
        others: boxes that stand for something else; no comb grows into them.
    """
    waiting = sorted(combs, key=lambda c: (c.box.x, c.box.y))
    whole: list[Comb] = []
    while waiting:
        comb = waiting.pop(0)
        for other in list(waiting):
            lost = _lost_between(page, comb, other)
            if lost is not None:
                comb = Comb((*comb.cells, *lost, *other.cells), comb.print)
                waiting.remove(other)
        whole.append(comb)
    return [_grown(page, comb, [*others, *(c.box for c in whole if c is not comb)])
            for comb in whole]  # fmt: skip


def joined_dates(combs: Sequence[Comb]) -> list[Comb]:
    """Combs of two and four cells that stand as a date does become one comb."""
    waiting = sorted(combs, key=lambda c: (round(c.box.bottom / mm(3)), c.box.x))
    joined: list[Comb] = []
    while waiting:
        three = waiting[:3]
        if tuple(len(c.cells) for c in three) in _DATE_GROUPS and _are_groups(three):
            joined.append(_one_comb(three))
            waiting = waiting[3:]
        else:
            joined.append(waiting.pop(0))
    return joined


def _lost_between(page: BlankPage, left: Comb, right: Comb) -> list[Box] | None:
    """The cells that are missing between two parts of one comb; None where they are two."""
    if not _in_row(left, right):
        return None
    step = _step(left if len(left.cells) >= len(right.cells) else right)
    away = (right.cells[0].x - left.cells[-1].x) / step
    count = round(away) - 1
    if not 0 <= count <= _MOST_LOST or abs(away - round(away)) > _OFF:
        return None
    if count == 0 and right.print is left.print:
        return None  # They were parted for a reason.
    last = left.cells[-1]
    lost = [last.shifted((i + 1) * (right.cells[0].x - last.x) / (count + 1), 0)
            for i in range(count)]  # fmt: skip
    pattern = left.cells[0]
    return lost if all(_likeness(page, pattern, b) >= _LIKENESS_WITHIN for b in lost) else None


def _grown(page: BlankPage, comb: Comb, others: Sequence[Box]) -> Comb:
    """The comb with cells before and behind it that look the same."""
    step, cells = _step(comb), list(comb.cells)
    for _ in range(_MOST_LOST):
        for at_front in (True, False):
            edge = cells[0] if at_front else cells[-1]
            place = edge.shifted(-step if at_front else step, 0)
            if any(place.overlap(o) > 0.1 * place.area for o in others):
                continue
            if place.x < 0 or place.right > page.size[0]:
                continue
            beside = cells[min(1, len(cells) - 1)] if at_front else cells[max(0, len(cells) - 2)]
            if _likeness(page, beside, place) >= _LIKENESS_AT_END:
                cells.insert(0, place) if at_front else cells.append(place)
    return Comb(tuple(cells), comb.print)


def _likeness(page: BlankPage, cell: Box, place: Box) -> float:
    """Correlation (-1 to 1) of a place's print, shifted by a few pixels, with that of a cell."""
    around, slack = mm(0.6), 3
    pattern = _cut(page, cell.expanded(around))
    window = _cut(page, place.expanded(around + slack))
    if pattern is None or window is None or any(
        w < p for w, p in zip(window.shape, pattern.shape, strict=True)
    ):  # fmt: skip
        return 0.0
    if float(pattern.std()) < 2:
        return 0.0
    score = cv2.matchTemplate(window, pattern, cv2.TM_CCOEFF_NORMED)
    return float(np.nan_to_num(score).max())


def _cut(page: BlankPage, box: Box) -> Mask | None:
    if not Box(0, 0, *page.size).contains(box):
        return None
    rows, columns = box.as_slices()
    return np.asarray(cv2.GaussianBlur(page.contrast[rows, columns], (3, 3), 0), np.uint8)


def _in_row(left: Comb, right: Comb) -> bool:
    a, b = left.cells[-1], right.cells[0]
    slack = mm(_UNLIKE_MM)
    return (
        b.x > a.right - slack
        and abs(a.bottom - b.bottom) <= slack
        and abs(a.width - b.width) <= max(slack, 0.12 * a.width)
        and min(len(left.cells), len(right.cells)) >= 1
    )


def _step(comb: Comb) -> float:
    if len(comb.cells) == 1:
        return comb.cells[0].width
    return (comb.cells[-1].x - comb.cells[0].x) / (len(comb.cells) - 1)


def _one_comb(groups: Sequence[Comb]) -> Comb:
    """The groups' cells at one height; where it had to be guessed, the lowest guess fits all."""
    bottom = float(np.median([c.box.bottom for c in groups]))
    height = min(c.box.height for c in groups)
    cells = [b for c in groups for b in c.cells]
    return Comb(tuple(Box(b.x, bottom - height, b.width, height) for b in cells), groups[0].print)


def _are_groups(combs: Sequence[Comb]) -> bool:
    """Whether combs are groups of one: alike, in one row, close to one another."""
    first = combs[0]
    for left, right in pairwise(combs):
        gap = right.box.x - left.box.right
        if not 0 < gap <= _MOST_GROUP_GAP * first.cells[0].width:
            return False
        if right.print is not first.print or not _in_row(left, right):
            return False
    return True
