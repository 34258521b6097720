"""Groups tick boxes and bubbles into choices by how they and the words beside them stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.page_parts import Mark, TextLine, mm

_UNLIKE = 0.18
_OFF = 0.35
"""How far marks of a row may be off its middle, in sides."""
_MOST_APART_MM, _MOST_STEP_MM = 75.0, 14.0
_WIDER = 1.7
"""A gap that is so many times wider than the others parts blocks of an answer sheet."""
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class MarkGroup:
    """Marks of one choice in reading order; a single mark is a group of one."""

    marks: tuple[Mark, ...]

    @property
    def box(self) -> Box:
        return bounding_box(m.box for m in self.marks)


def group_marks(marks: Sequence[Mark], texts: Sequence[TextLine]) -> list[MarkGroup]:
    """Rows of marks, else columns of them; columns of ten where digits are marked."""
    runs = [run for row in _rows(marks) for run in _parted(row, texts)]
    rows = [run for run in runs if len(run) > 1]
    columns = _columns([run[0] for run in runs if len(run) == 1], texts)
    return [MarkGroup(tuple(group)) for group in [*_turned(rows, texts), *columns]]


def beside(box: Box, texts: Sequence[TextLine], most_mm: float, right: bool) -> TextLine | None:
    """The nearest text on a box's own line, right or left of it."""
    found = [
        (gap, t.box.y, t)
        for t in texts
        if (gap := t.box.x - box.right if right else box.x - t.box.right) <= mm(most_mm)
        and gap > -mm(0.6)
        and _on_line(box, t.box)
    ]
    return min(found, key=lambda each: each[:2])[2] if found else None


def _on_line(box: Box, text: Box) -> bool:
    shared = min(box.bottom, text.bottom) - max(box.y, text.y)
    return shared > 0.4 * min(box.height, text.height)


def _alike(a: Mark, b: Mark) -> bool:
    return (
        a.is_round == b.is_round
        and abs(a.box.width - b.box.width) <= _UNLIKE * a.box.width
        and abs(a.box.height - b.box.height) <= _UNLIKE * a.box.height
    )


def _rows(marks: Sequence[Mark]) -> list[list[Mark]]:
    rows: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: (m.box.centre[1], m.box.x)):
        for row in reversed(rows[-6:]):
            off = abs(row[0].box.centre[1] - mark.box.centre[1])
            if off <= _OFF * mark.box.height and _alike(row[0], mark):
                row.append(mark)
                break
        else:
            rows.append([mark])
    return [sorted(row, key=lambda m: m.box.x) for row in rows]


def _parted(row: Sequence[Mark], texts: Sequence[TextLine]) -> list[list[Mark]]:
    """A row parted where another question begins."""
    gaps = [b.box.x - a.box.right for a, b in pairwise(row)]
    usual = float(np.median(gaps)) if gaps else 0.0
    runs = [[row[0]]]
    # Where most marks have their words behind them; on an answer sheet a block's last has the
    # number of the next question there.
    named = [beside(m.box, texts, 6, right=True) is not None for m in row]
    labelled = named[-1] and sum(named) > 0.5 * len(row)
    for (left, right), gap in zip(pairwise(row), gaps, strict=True):
        between = [t for t in texts if _is_between(t.box, left.box, right.box)]
        new = gap > mm(_MOST_APART_MM) or len(between) > 1
        new = new or (not labelled and gap > _WIDER * usual and gap > mm(8))
        new = new or (labelled and _has_head(right.box, texts))
        if new:
            runs.append([])
        runs[-1].append(right)
    return runs


def _is_between(text: Box, left: Box, right: Box) -> bool:
    return left.right - mm(1) <= text.x and text.right <= right.x + mm(1) and _on_line(left, text)


def _has_head(box: Box, texts: Sequence[TextLine]) -> bool:
    """Whether a text begins right above a mark, as a question above its options does."""
    return any(
        abs(t.box.x - box.x) <= mm(1.5) and -mm(0.5) <= box.y - t.box.bottom <= mm(4) for t in texts
    )


def _columns(marks: Sequence[Mark], texts: Sequence[TextLine]) -> list[list[Mark]]:
    columns: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: (m.box.y, m.box.x)):
        for column in columns:
            if _continues(column[-1], mark, texts):
                column.append(mark)
                break
        else:
            columns.append([mark])
    return columns


def _continues(above: Mark, mark: Mark, texts: Sequence[TextLine]) -> bool:
    step = mark.box.y - above.box.y
    if not _alike(above, mark) or abs(above.box.x - mark.box.x) > _OFF * mark.box.width:
        return False
    if not 0 < step <= max(mm(_MOST_STEP_MM), 2 * mark.box.height):
        return False
    # A line of text between them that begins at their left edge is the next question.
    return not any(
        above.box.bottom - mm(0.5) <= t.box.y
        and t.box.bottom <= mark.box.y + mm(0.5)
        and t.box.x <= mark.box.right
        for t in texts
    )


def _turned(rows: list[list[Mark]], texts: Sequence[TextLine]) -> list[list[Mark]]:
    """Rows, but columns where ten rows below one another stand for the digits of a number."""
    turned: list[list[Mark]] = []
    waiting = list(rows)
    while waiting:
        block = _block(waiting)
        numbered = [beside(row[0].box, texts, 12, right=False) is not None for row in block[1:-1]]
        is_numbers = len(block) == _DIGITS and sum(numbered) <= 0.5 * len(numbered)
        if is_numbers:
            turned.extend([list(column) for column in zip(*block, strict=True)])
        else:
            turned.extend(block)
        waiting = [row for row in waiting if row not in block]
    return turned


def _block(rows: Sequence[list[Mark]]) -> list[list[Mark]]:
    """The first row with all rows below that stand at its places, one step apart."""
    block = [rows[0]]
    for row in rows[1:]:
        last = block[-1]
        step = row[0].box.y - last[0].box.y
        usual = block[1][0].box.y - block[0][0].box.y if len(block) > 1 else step
        if (
            len(row) == len(last)
            and 0 < step <= mm(_MOST_STEP_MM)
            and abs(step - usual) <= 0.2 * usual
            and all(abs(a.box.x - b.box.x) <= _OFF * a.box.width
                    for a, b in zip(last, row, strict=True))
        ):  # fmt: skip
            block.append(row)
    return block
