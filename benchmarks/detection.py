"""How much of blank forms automatic detection finds: drawn ones with known truth, and real ones.

20 drawn layouts (6 of the field benchmark's `bench` set, 14 of `drawn_forms`), each as a rendered
PDF gives it and as a scan (turned by 1 degree, blurred, grain, JPEG), at 150, 200 and 300 dpi; then
the real blanks of the shared data. Writes the table of docs/detection.md.

Run: python -m benchmarks.detection [--no-real] [--write]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detection_truth import Case, real_cases, truth_of
from benchmarks.drawn_forms.form import draw_form
from benchmarks.drawn_forms.truth import Truth
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import GreyImage
from forms_app.templating.detection import detect_fields
from forms_app.training.intervals import wilson_interval
from forms_app.training.synthesis.layouts import draw_layout
from forms_app.training.synthesis.people import BenchmarkSet

PAGE = Path(__file__).parents[1] / "docs" / "detection.md"
MARKER = "<!-- benchmarks/detection.py writes from here on -->\n"
DRAWN_SEEDS = range(1, 15)
DPIS = (300, 200, 150)
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


def main() -> None:
    options = _options()
    cv2.setNumThreads(1)
    rows: dict[str, Score] = {}
    for case in _cases(not options.no_real):
        score = score_case(case)
        rows.setdefault(case.group, Score()).add(score)
        print(f"{case.name}: {_brief(score)}", *score.missed, sep="\n    ", flush=True)
    table = render(rows)
    print(table)
    if options.write:
        head = PAGE.read_text().split(MARKER)[0]
        PAGE.write_text(head + MARKER + "\n" + table)


def score_case(case: Case) -> Score:
    """Detects the fields of a case and compares them with its truth."""
    begun = time.process_time()
    fields = detect_fields(case.grey, case.dpi)
    seconds = time.process_time() - begun
    scored = [f for f in fields if not _is_within(f.extent, case.unlisted)]
    return compare(scored, case.truth, case.loose, seconds)


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


def render(rows: dict[str, Score]) -> str:
    """The table in Markdown."""
    lines = [
        "| blanks | combs, exact cell count | tick boxes, bubbles | lines, boxes, table cells | "
        "choices grouped | false boxes | CPU a page |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, s in rows.items():
        cells = [
            _share(s.combs_found, s.combs),
            _share(s.marks_found, s.marks),
            _share(s.lines_found, s.lines),
            _share(s.groups_found, s.groups),
            _share(s.false, s.proposals),
            f"{np.median(s.seconds):.2f} s",
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def scanned(grey: GreyImage, truth: Truth, dpi: int, seed: int) -> tuple[GreyImage, Truth]:
    """The page as a flatbed gives it, and the truth turned with it."""
    rng = np.random.default_rng([5, seed])
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.choice([-1, 1])), 1)
    turned = cv2.warpAffine(grey, turn, (width, height), borderValue=(255,))
    soft = cv2.GaussianBlur(turned, (0, 0), 0.7 * dpi / 200)
    noisy = np.clip(soft * 0.97 + rng.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)
    _, stored = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 80])
    page = cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE)

    def moved(box: Box) -> Box:
        x, y = turn @ np.array([*box.centre, 1.0])
        return Box(float(x) - box.width / 2, float(y) - box.height / 2, box.width, box.height)

    return np.asarray(page, np.uint8), truth.moved(moved)


def _cases(with_real: bool) -> Iterator[Case]:
    for number, (name, grey, truth, dpi) in enumerate(_drawn()):
        yield Case("drawn, as a PDF renders them", name, grey, float(dpi), truth)
        page, moved = scanned(grey, truth, dpi, number)
        yield Case("drawn, scanned 1° askew", f"{name}, scanned", page, float(dpi), moved)
    if with_real:
        yield from real_cases()


def _drawn() -> Iterator[tuple[str, GreyImage, Truth, int]]:
    for index in range(6):
        layout = draw_layout(BenchmarkSet.BENCH, index)
        dpi = 300 if layout.reference.shape == layout.blank.shape else 200
        yield (
            f"bench layout {layout.name}",
            layout.reference,
            truth_of(layout.template.fields),
            dpi,
        )
    for seed in DRAWN_SEEDS:
        dpi = DPIS[seed % 3]
        grey, truth = draw_form(seed, dpi)
        yield f"drawn form {seed} at {dpi} dpi", grey, truth, dpi


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


def _is_within(box: Box, areas: Sequence[Box]) -> bool:
    return any(area.contains(Box(*box.centre, 0, 0)) for area in areas)


def _iou(a: Box, b: Box) -> float:
    shared = a.overlap(b)
    return shared / (a.area + b.area - shared)


def _place(box: Box) -> str:
    return "({:.0f}, {:.0f}, {:.0f} × {:.0f})".format(*box.as_list())


def _share(part: int, whole: int) -> str:
    if not whole:
        return "-"
    low, high = wilson_interval(part, whole)
    return f"{part}/{whole} = {part / whole:.1%} ({low:.1%} - {high:.1%})"


def _brief(s: Score) -> str:
    return (
        f"combs {s.combs_found}/{s.combs}, marks {s.marks_found}/{s.marks}, lines "
        f"{s.lines_found}/{s.lines}, groups {s.groups_found}/{s.groups}, false {s.false}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-real", action="store_true", help="drawn forms only")
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
