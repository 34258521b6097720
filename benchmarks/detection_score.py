"""Compares fields that detection proposes with what stands on a form."""

from __future__ import annotations

from collections.abc import Iterator
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


@dataclass(frozen=True, slots=True)
class _Proposed:
    """What detection proposes: the cells of each comb, the options of each choice, other boxes."""

    combs: list[tuple[Box, ...]]
    groups: list[tuple[Box, ...]]
    marks: list[Box]
    lines: list[Box]

    @classmethod
    def of(cls, fields: list[FormField]) -> _Proposed:
        groups = [tuple(o.box for o in f.options) for f in fields if f.options]
        single = [f.box for f in fields if f.kind is FieldKind.MARK]
        others = [f for f in fields if not f.cells and not f.options]
        return cls(
            combs=[f.cells for f in fields if f.cells],
            groups=groups,
            marks=[*(box for group in groups for box in group), *single],
            lines=[f.box for f in others if f.kind is not FieldKind.MARK],
        )

    @property
    def boxes(self) -> list[Box]:
        return [*map(bounding_box, self.combs), *self.marks, *self.lines]


def compare(fields: list[FormField], truth: Truth, loose: bool, seconds: float) -> Score:
    """Scores proposals; `loose` truth states where marks are, not how large, and no lines."""
    proposed = _Proposed.of(fields)
    score = Score(seconds=[seconds], proposals=len(proposed.boxes))
    used = set(_score_combs(score, truth, proposed.combs))
    marks = _score_marks(score, truth, proposed, loose)
    used.update(box for box in marks if box is not None)
    used.update(_score_lines(score, truth, proposed.lines))
    made = {frozenset(group) for group in proposed.groups}
    score.groups = len(truth.groups)
    score.groups_found = sum(frozenset(marks[m] for m in g) in made for g in truth.groups)
    false = [box for box in proposed.boxes if box not in used]
    score.false = len(false)
    score.missed += [f"nothing to fill in at {_place(b)}" for b in false]
    return score


def _score_combs(score: Score, truth: Truth, combs: list[tuple[Box, ...]]) -> Iterator[Box]:
    """Counts the combs; the boxes of those proposed that are one."""
    score.combs = len(truth.combs)
    boxes = [bounding_box(cells) for cells in combs]
    for cells in truth.combs:
        whole = bounding_box(cells)
        best = _best(whole, boxes, LEAST_IOU)
        if best is None:
            score.missed.append(f"comb of {len(cells)} cells at {_place(whole)}")
            continue
        yield boxes[best]
        read = len(combs[best])
        score.combs_found += read == len(cells)
        if read != len(cells):
            score.missed.append(f"comb of {len(cells)} cells read as {read} at {_place(whole)}")


def _score_marks(score: Score, truth: Truth, proposed: _Proposed, loose: bool) -> list[Box | None]:
    """Counts the marks; the proposed box of each, None for a missed one."""
    score.marks = len(truth.marks)
    if loose:
        near = _nearest(truth.marks, proposed.marks)
    else:
        near = [_best(box, proposed.marks, LEAST_IOU) for box in truth.marks]
    found = [None if place is None else proposed.marks[place] for place in near]
    score.marks_found = sum(box is not None for box in found)
    score.missed += [
        f"tick box at {_place(box)}"
        for box, mine in zip(truth.marks, found, strict=True)
        if mine is None
    ]
    return found


def _score_lines(score: Score, truth: Truth, lines: list[Box]) -> Iterator[Box]:
    """Counts the lines; the boxes of those proposed that are one."""
    score.lines = len(truth.lines)
    for box in truth.lines:
        best = _best(box, lines, LEAST_LINE_IOU)
        if best is None:
            score.missed.append(f"line at {_place(box)}")
        else:
            score.lines_found += 1
            yield lines[best]


def _best(box: Box, others: list[Box], least: float) -> int | None:
    """The place of the box that overlaps most, from the given share on."""
    shares = [_iou(box, other) for other in others]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= least else None


def _nearest(boxes: list[Box], others: list[Box]) -> list[int | None]:
    """For each box the other one that is its nearest, and whose nearest it is itself.

    OMRChecker's places are off by up to half a bubble, and smaller than it.
    """
    if not boxes or not others:
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
