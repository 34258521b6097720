"""How much of blank forms automatic detection finds: drawn ones with known truth, and real ones.

20 drawn layouts (6 of the field benchmark's `bench` set, 14 of `drawn_forms`), each as a rendered
PDF gives it and as a scan (turned by 1 degree, blurred, grain, JPEG), at 150, 200 and 300 dpi; 24
drawn answer sheets at 100 to 300 dpi; then the real blanks of the shared data. Writes the table of
docs/detection.md.

Run: python -m benchmarks.detection [--only forms|sheets|real] [--write]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.detection_cases import drawn_cases, sheet_cases
from benchmarks.detection_score import Score, compare
from benchmarks.detection_truth import Case, real_cases
from forms_app.intervals import wilson_interval
from forms_app.reading.geometry import Box
from forms_app.templating.detection import detect_fields

PAGE = Path(__file__).parents[1] / "docs" / "detection.md"
MARKER = "<!-- benchmarks/detection.py writes from here on -->\n"
PARTS: dict[str, Callable[[], Iterator[Case]]] = {
    "forms": drawn_cases,
    "sheets": sheet_cases,
    "real": real_cases,
}
HEAD = (
    "| blanks | combs, exact cell count | tick boxes, bubbles | lines, boxes, table cells | "
    "choices grouped | false boxes | CPU a page |\n|---|---|---|---|---|---|---|\n"
)


def main() -> None:
    options = _options()
    cv2.setNumThreads(1)
    scores: dict[str, Score] = {}
    for part in options.only or PARTS:
        for case in PARTS[part]():
            score = score_case(case)
            scores.setdefault(case.group, Score()).add(score)
            print(f"{case.name}: {_brief(score)}", *score.missed, sep="\n    ", flush=True)
    rows = {name: _row(name, score) for name, score in scores.items()}
    print(HEAD + "".join(rows.values()))
    if options.write:
        head, _, table = PAGE.read_text().partition(MARKER)
        PAGE.write_text(head + MARKER + "\n" + HEAD + "".join((_rows_of(table) | rows).values()))


def score_case(case: Case) -> Score:
    """Detects the fields of a case and compares them with its truth."""
    begun = time.process_time()
    fields = detect_fields(case.grey, case.dpi)
    seconds = time.process_time() - begun
    scored = [f for f in fields if not _is_within(f.extent, case.unlisted)]
    return compare(scored, case.truth, case.loose, seconds)


def _is_within(box: Box, areas: Sequence[Box]) -> bool:
    return any(area.contains(Box(*box.centre, 0, 0)) for area in areas)


def _row(name: str, s: Score) -> str:
    cells = [
        name,
        _share(s.combs_found, s.combs),
        _share(s.marks_found, s.marks),
        _share(s.lines_found, s.lines),
        _share(s.groups_found, s.groups),
        _share(s.false, s.proposals),
        f"{np.median(s.seconds):.2f} s",
    ]
    return f"| {' | '.join(cells)} |\n"


def _rows_of(table: str) -> dict[str, str]:
    """The rows that stand in the page, by the blanks they are of."""
    lines = [line for line in table.splitlines(keepends=True) if line.startswith("| ")]
    return {line.split("|")[1].strip(): line for line in lines[1:]}


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
    parser.add_argument("--only", action="append", choices=PARTS, help="part to run; repeatable")
    parser.add_argument("--write", action="store_true", help="write the rows into the docs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
