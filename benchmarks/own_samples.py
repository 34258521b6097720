"""Characters found and read right in drawn photographs of handwriting, per kind of paper.

A character is found where one box covers it (intersection over union above 0.4); it is read right
where that box has its value, either case where only size parts the two. Extra boxes cover none.

Run: python -m benchmarks.own_samples [--sheets 12] [--seed 1] [--strokes FILE.jsonl.gz] [--kind K]
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.own_people import People, StrokePeople
from benchmarks.own_sheets import PAPERS, Sheet, Truth, draw_sheet
from forms_app.intervals import wilson_interval
from forms_app.reading.alphabets import SAME_SHAPE
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.geometry import Box
from forms_app.reading.sample_pictures import Picture
from forms_app.reading.sample_reading import SampleCharacter, read_sample
from forms_app.training.synthesis.handwriting import FontHands

LEAST_OVERLAP = 0.4


@dataclass(slots=True)
class Score:
    """Counts over characters, and the milliseconds that each picture took."""

    n: int = 0
    found: int = 0
    right: int = 0
    extra: int = 0
    ms: float = 0.0
    sheets: int = 0

    def add(self, other: Score) -> None:
        for name in ("n", "found", "right", "extra", "ms", "sheets"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, name: str) -> str:
        low, high = wilson_interval(self.right, self.n)
        return (
            f"| {name} | {self.n:,} | {self.found / self.n:.1%} | {self.right / self.n:.1%} "
            f"| {100 * low:.1f}–{100 * high:.1f} | {self.extra / self.n:.1%} "
            f"| {self.ms / self.sheets:.0f} |"
        )


def score(sheet: Sheet, classifier: Classifier) -> Score:
    """Reads one photograph and compares."""
    begun = time.process_time()
    sample = read_sample(Picture(sheet.rgb, 1.0), classifier, sheet.characters)
    ms = 1000 * (time.process_time() - begun)
    pairs = match(sheet.truth, sample.characters)
    right = sum(is_same(truth.character, read.value) for truth, read in pairs)
    extra = len(sample.characters) - len(pairs)
    return Score(len(sheet.truth), len(pairs), right, extra, ms, 1)


def match(
    truths: Sequence[Truth], read: Sequence[SampleCharacter]
) -> list[tuple[Truth, SampleCharacter]]:
    """Pairs of written and found characters, the best overlaps first."""
    overlaps = [
        (_overlap(Box(*truth.box_px), Box(*one.box_px)), i, k)
        for i, truth in enumerate(truths)
        for k, one in enumerate(read)
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for overlap, i, k in sorted(overlaps, reverse=True):
        if overlap >= LEAST_OVERLAP and i not in pairs and k not in taken:
            pairs[i] = k
            taken.add(k)
    return [(truths[i], read[k]) for i, k in sorted(pairs.items())]


def is_same(character: str, value: str | None) -> bool:
    """Whether the value is the character, or its other case where the shapes are one."""
    if value is None or character == value:
        return value is not None
    return character.lower() == value.lower() and character.lower() in SAME_SHAPE


def _overlap(one: Box, other: Box) -> float:
    shared = one.overlap(other)
    return shared / max(1.0, one.area + other.area - shared)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=12, help="for each kind of paper")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--strokes", type=Path, help="UNIPEN strokes: every other sheet is theirs")
    parser.add_argument("--kind", choices=list(PAPERS), action="append")
    options = parser.parse_args()
    people: list[People] = [FontHands()]
    if options.strokes:
        people.append(StrokePeople(options.strokes))
    classifier = load_classifier("litert")
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"{classifier.model_id}, {today}, {platform.machine()}, {os.cpu_count()} cores, "
          f"seed {options.seed}, {options.sheets} sheets a kind")  # fmt: skip
    print("\n| paper | n | found | read right | 95 % interval | extra boxes | ms a picture |")
    print("|---|---|---|---|---|---|---|")
    total = Score()
    for kind in options.kind or PAPERS:
        number = list(PAPERS).index(kind)
        part = Score()
        for i in range(options.sheets):
            rng = np.random.default_rng((options.seed, number, i))
            part.add(score(draw_sheet(kind, people[i % len(people)], rng), classifier))
        print(part.row(kind), flush=True)
        total.add(part)
    print(total.row("all"))


if __name__ == "__main__":
    main()
