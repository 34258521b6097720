"""Lines read by a lattice of cuts beside a CTC head on the same features.

A CTC head is trained on lines drawn from the training writers of UNIPEN and EMNIST, then both ways
read the same line crops of the field benchmark's development set, restricted to the field's
characters and without its other rules. Spaces are ignored.

Run: python -m benchmarks.line_ctc [--lines 8000] [--shown 45000] [--each 300] [--cache FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.ctc_network import (
    LongLine,
    build_line_network,
    read_lines,
    train_lines,
    vary_line,
)
from benchmarks.peer_tables import Item
from benchmarks.peers import ALPHABETS, CAPITALS, DATA, DIGITS, drawn_items
from forms_app.reading.classifier import load_classifier
from forms_app.reading.components import find_components
from forms_app.reading.constraints import normalise
from forms_app.reading.form_template import Constraints, FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.pipeline import read_crop
from forms_app.reading.types import InkImage, Outcome
from forms_app.reading.writing_line import measure_line, own_components
from forms_app.training.config import CHARACTERS
from forms_app.training.intervals import wilson_interval
from forms_app.training.sample_sets import load_arrays
from forms_app.training.sources import emnist, unipen_validation_writers
from forms_app.training.synthesis.filling import Hand, fill_page, pick_hand
from forms_app.training.synthesis.look import LookalikeHands
from forms_app.training.synthesis.pen_writer import PenWriter
from forms_app.training.synthesis.people import BenchmarkSet, BorrowingWriter
from forms_app.training.synthesis.values import SampledValue

MODEL = Path(__file__).parents[1] / "forms_app" / "models" / "glyphs.keras"
CAP_PX, TOP_PX = 20, 4
"""Where capitals stand in a line of 28 pixels: as a glyph is framed."""
PAGE = (120, 1100)
MARKS = ".,-/"
LEAST_LABEL_P = 0.3
Strokes = tuple[NDArray[np.float32], ...]


class TrainingPeople:
    """The training writers of UNIPEN, and EMNIST's training images as look-alike hands."""

    def __init__(self, data: Path) -> None:
        arrays = load_arrays(data / "unipen_train.npz")
        symbols = load_arrays(data / "unipen_symbols.npz")
        held = list(unipen_validation_writers(arrays["writer"], arrays["provider"]))
        usable = ~np.isin(arrays["writer"], held) & (arrays["label_p"] >= LEAST_LABEL_P)
        marks = ~np.isin(symbols["writer"], held) & np.isin(symbols["labels"], list(MARKS))
        self._people: dict[str, dict[str, list[Strokes]]] = {}
        self._keep(data / "unipen_train_strokes.jsonl.gz", usable)
        self._keep(data / "unipen_symbols_strokes.jsonl.gz", marks)
        self._names = [name for name, own in self._people.items() if len(own) >= 30]
        self._marks = {
            mark: [s for own in self._people.values() for s in own.get(mark, [])] for mark in MARKS
        }
        source, _ = emnist(data, CHARACTERS, np.random.default_rng(1))
        labels = np.array(list(CHARACTERS))[source.classes]
        self._scanned = LookalikeHands(source.bitmaps, labels)

    def _keep(self, path: Path, usable: NDArray[np.bool_]) -> None:
        with gzip.open(path, "rt", encoding="utf-8") as rows:
            for keep, row in zip(usable, rows, strict=True):
                if keep:
                    sample = json.loads(row)
                    strokes = tuple(np.asarray(s, np.float32).reshape(-1, 2) for s in sample["s"])
                    person = self._people.setdefault(sample["w"], {})
                    person.setdefault(sample["l"], []).append(strokes)

    def pick(self, rng: np.random.Generator) -> BorrowingWriter:
        person, lender = (self._people[str(n)] for n in rng.choice(self._names, 2))
        pen = PenWriter.habits(rng)
        own = PenWriter(person, pen) if rng.random() < 0.55 else self._scanned.pick(rng)
        lenders = (PenWriter(lender, pen), PenWriter(self._marks, pen), self._scanned.pick(rng))
        return BorrowingWriter("training", own, lenders)


def draw_lines(count: int, data: Path) -> list[tuple[LongLine, str]]:
    """Lines of random digits, amounts, letters and mixtures, framed, with their texts."""
    people, rng = TrainingPeople(data), np.random.default_rng(11)
    lines: list[tuple[LongLine, str]] = []
    while len(lines) < count:
        text = _random_text(rng)
        hand: Hand = pick_hand(people, rng)
        box = Box(10, 20, PAGE[1] - 20, PAGE[0] - 40)
        field = FormField("line", 1, FieldKind.TEXT, box, layout=Layout.LINE)
        page = np.full(PAGE, 255, np.uint8)
        drawn = fill_page(page, [field], [SampledValue(text, text)], hand, people, rng)
        ink = cv2.GaussianBlur(255 - drawn, (0, 0), rng.uniform(0.3, 1.5))
        line = frame_line(np.asarray(ink, np.uint8), box)
        if line is not None:
            lines.append((line, text))
    return lines


def _random_text(rng: np.random.Generator) -> str:
    kind = rng.choice(
        ["digits", "letters", "mixed", "amount", "date"], p=[0.4, 0.3, 0.1, 0.12, 0.08]
    )
    if kind == "amount":
        whole = f"{int(10 ** rng.uniform(1, 6)):,}"
        return f"{whole}.{int(rng.integers(100)):02}" if rng.random() < 0.7 else whole
    if kind == "date":
        mark = str(rng.choice(list("/.-")))
        day, month, year = rng.integers(1, 32), rng.integers(1, 13), rng.integers(1930, 2030)
        return mark.join([f"{day:02}", f"{month:02}", str(year)])
    alphabet = {"digits": DIGITS, "letters": CAPITALS, "mixed": DIGITS + CAPITALS}[str(kind)]
    return "".join(rng.choice(list(alphabet), int(rng.integers(2, 13))))


def frame_line(ink: InkImage, box: Box) -> LongLine | None:
    """The writing of a field, capitals 20 pixels high on row 24 of 28; None where there is none."""
    found = find_components(ink)
    own = own_components(found, box)
    if not len(own):
        return None
    line = measure_line(found, own, box)
    scale = CAP_PX / line.height_px
    left, right = int(found.left[own].min()), int(found.right[own].max())
    matrix = np.array(
        [[scale, 0, 4 - left * scale], [0, scale, TOP_PX + CAP_PX - line.baseline_px * scale]]
    )
    mine = np.where(np.isin(found.labels, own), ink, 0).astype(np.uint8)
    blurred = cv2.GaussianBlur(mine, (0, 0), max(0.3, 0.35 / scale))
    width = max(12, round((right - left) * scale) + 8)
    framed = cv2.warpAffine(blurred, matrix, (width, 28), flags=cv2.INTER_LINEAR)
    return np.clip(framed * (255.0 / max(1, framed.max())), 0, 255).astype(np.uint8)


def main() -> None:
    options = _options()
    cv2.setNumThreads(1)
    lines = _cached(options.cache / "lines.npz", options.lines)
    network = build_line_network(MODEL)
    train_lines(network, lines, options.shown, vary_line)
    print(f"CTC head: {len(lines):,} drawn lines, {options.shown:,} shown")
    items = list(drawn_items(BenchmarkSet.DEVELOPMENT, options.each, [Layout.LINE]))
    classifier = load_classifier("litert", num_threads=1)
    rows: dict[str, list[tuple[bool, bool]]] = {}
    spent = np.zeros(2)
    for item in items:
        begun = time.process_time()
        lattice = _by_lattice(item, classifier)
        between = time.process_time()
        ctc = _by_ctc(item, network)
        spent += between - begun, time.process_time() - between
        rows.setdefault(item.group, []).append((lattice, ctc))
    for group, answers in rows.items():
        n = len(answers)
        cells = []
        for way in (0, 1):
            right = sum(a[way] for a in answers)
            low, high = wilson_interval(right, n)
            cells.append(f"{100 * right / n:.1f} % ({100 * low:.1f}-{100 * high:.1f})")
        print(f"| {group} | {n} | {' | '.join(cells)} |", flush=True)
    ms = 1e3 * spent / max(1, len(items))
    print(f"| CPU ms a field | {len(items)} | {ms[0]:.1f} | {ms[1]:.1f} |")


def _cached(path: Path, count: int) -> list[tuple[LongLine, str]]:
    if not path.exists():
        lines = draw_lines(count, DATA)
        widths = np.array([line.shape[1] for line, _ in lines])
        path.parent.mkdir(parents=True, exist_ok=True)
        strip = np.concatenate([line for line, _ in lines], 1)
        np.savez(path, strip=strip, widths=widths, texts=np.array([text for _, text in lines]))
    data = load_arrays(path)
    ends = np.cumsum(data["widths"])[:-1]
    images = np.split(data["strip"], ends, 1)
    return [(image, str(text)) for image, text in zip(images, data["texts"], strict=True)]


def _by_lattice(item: Item, classifier: object) -> bool:
    reading = read_crop(_unruled(item.field), item.crop, classifier)  # type: ignore[arg-type]
    text = str(reading.value) if reading.outcome is Outcome.READ else ""
    return text.replace(" ", "") == item.truth.replace(" ", "")


def _by_ctc(item: Item, network: object) -> bool:
    line = frame_line(item.crop.ink, item.crop.box)
    if line is None:
        return False
    text, _ = read_lines(network, [line], ALPHABETS[item.field.kind])[0]
    return normalise(item.field, text).replace(" ", "") == item.truth.replace(" ", "")


def _unruled(field: FormField) -> FormField:
    rules = field.constraints
    return replace(field, constraints=Constraints(case=rules.case, format=rules.format))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--lines", type=int, default=8_000, help="lines to draw for training")
    parser.add_argument("--shown", type=int, default=45_000, help="lines shown to the head")
    parser.add_argument("--each", type=int, default=300, help="development fields of each class")
    parser.add_argument("--cache", type=Path, default=Path("line-ctc"), help="keeps drawn lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
