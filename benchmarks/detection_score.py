"""Compares fields that detection proposes with what stands on a form."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box, bounding_box

LEAST_IOU, LEAST_LINE_IOU = 0.5, 0.4
"""Overlap over union from which a box counts as found; a line's height is a matter of taste."""
_MOST_OFF = 1.0
"""How far a mark may be from a place that is known by its middle alone, in its widths."""


@dataclass
class Score:
    """Counts of one row of the table."""

    combs: int = 0
    combs_found: int = 0
    marks: int = 0
    marks_found: int = 0
    lines: int = 0
    lines_found: int = 0
    groups: int = 0
    groups_found: int = 0
    proposals: int = 0
    false: int = 0
    seconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def compare(fields: list[FormField], truth: Truth, loose: bool, seconds: float) -> Score:
    """Scores proposals; `loose` truth states where marks are, not how large, and no lines."""
    combs = [f.cells for f in fields if f.cells]
    groups = [tuple(o.box for o in f.options) for f in fields if f.options]
    marks = [b for g in groups for b in g] + [f.box for f in fields if f.kind is FieldKind.MARK]
    lines = [
        f.box for f in fields if not f.cells and not f.options and f.kind is not FieldKind.MARK
    ]
    score = Score(seconds=[seconds], proposals=len(combs) + len(marks) + len(lines))
    used: set[Box] = set()
    for cells in truth.combs:
        best = _best(bounding_box(cells), [bounding_box(c) for c in combs], LEAST_IOU)
        score.combs += 1
        if best is None:
            score.missed.append(f"comb of {len(cells)} cells at {_place(bounding_box(cells))}")
            continue
        used.add(bounding_box(combs[best]))
        right = len(combs[best]) == len(cells)
        score.combs_found += right
        if not right:
            score.missed.append(
                f"comb of {len(cells)} cells read as {len(combs[best])} at "
                f"{_place(bounding_box(cells))}"
            )
    found_marks: list[Box | None] = []
    loosely = _nearest(truth.marks, marks) if loose and truth.marks else []
    for i, box in enumerate(truth.marks):
        near = loosely[i] if loose else _best(box, marks, LEAST_IOU)
        found_marks.append(None if near is None else marks[near])
        score.marks += 1
        score.marks_found += near is not None
        if near is None:
            score.missed.append(f"tick box at {_place(box)}")
        else:
            used.add(marks[near])
    for box in truth.lines:
        best = _best(box, lines, LEAST_LINE_IOU)
        score.lines += 1
        score.lines_found += best is not None
        if best is None:
            score.missed.append(f"line at {_place(box)}")
        else:
            used.add(lines[best])
    made = {frozenset(group) for group in groups}
    for members in truth.groups:
        score.groups += 1
        score.groups_found += frozenset(found_marks[m] for m in members) in made
    every = [*map(bounding_box, combs), *marks, *lines]
    false = [b for b in every if b not in used]
    score.false = len(false)
    score.missed += [f"nothing to fill in at {_place(b)}" for b in false]
    return score


def _best(box: Box, others: list[Box], least: float) -> int | None:
    """The place of the box that overlaps most, from the given share on."""
    shares = [_iou(box, other) for other in others]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= least else None


def _nearest(boxes: list[Box], others: list[Box]) -> list[int | None]:
    """For each box the other one that is its nearest, and whose nearest it is itself.

    OMRChecker's places are off by up to half a bubble, and smaller than it.
    """
    if not others:
        return [None] * len(boxes)
    middles, theirs = (np.array([b.centre for b in each]) for each in (boxes, others))
    away = np.hypot(*(middles[:, None] - theirs[None]).transpose(2, 0, 1))
    near, back = away.argmin(axis=1), away.argmin(axis=0)
    return [
        int(j)
        if back[j] == i
        and away[i, j] <= _MOST_OFF * boxes[i].width
        and 0.5 <= others[j].width / boxes[i].width <= 2.5
        else None
        for i, j in enumerate(near)
    ]


def _iou(a: Box, b: Box) -> float:
    shared = a.overlap(b)
    return shared / (a.area + b.area - shared)


def _place(box: Box) -> str:
    return "({:.0f}, {:.0f}, {:.0f} × {:.0f})".format(*box.as_list())
