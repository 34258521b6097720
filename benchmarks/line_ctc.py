"""Lines read by a lattice of cuts beside a CTC head on the same features.

A CTC head is trained on the line fields of drawn forms that the training writers filled, cut as
reading cuts them; then both ways read the same line crops of the field benchmark's development set,
restricted to the field's characters and without its other rules. Spaces are ignored.

Run: python -m benchmarks.line_ctc [--forms 1000] [--shown 45000] [--each 300] [--cache FOLDER]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.ctc_network import (
    ALPHABET,
    LongLine,
    build_line_network,
    read_lines,
    train_lines,
    vary_line,
)
from benchmarks.peer_tables import Item
from benchmarks.peers import ALPHABETS, DATA, drawn_items
from forms_app.intervals import wilson_interval
from forms_app.reading.classifier import load_classifier
from forms_app.reading.components import find_components
from forms_app.reading.constraints import normalise
from forms_app.reading.form_template import Constraints, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.pipeline import read_crop
from forms_app.reading.types import InkImage, Outcome
from forms_app.reading.writing_line import measure_line, own_components
from forms_app.training.form_glyphs import cut_form
from forms_app.training.sample_sets import load_arrays
from forms_app.training.synthesis.people import BenchmarkSet, HandSet

MODEL = Path(__file__).parents[1] / "forms_app" / "models" / "glyphs.keras"
CAP_PX, TOP_PX = 20, 4
"""Where capitals stand in a line of 28 pixels: as a glyph is framed."""


def draw_lines(forms: int, data: Path) -> list[tuple[LongLine, str]]:
    """The line fields of drawn forms of the training writers, framed, with their texts."""
    lines: list[tuple[LongLine, str]] = []
    for number in range(forms):
        lines += lines_of_form(data, number)
    return lines


def lines_of_form(data: Path, number: int) -> Iterator[tuple[LongLine, str]]:
    """Of one drawn form: what was written without a slip, in the head's alphabet."""
    for item, sample in cut_form(HandSet.TRAINING, data, number):
        text = sample.text.replace(" ", "").upper()
        if item.field.layout is not Layout.LINE or sample.slip or not text:
            continue
        line = frame_line(item.crop.ink, item.crop.box)
        if line is not None and set(text) <= set(ALPHABET):
            yield line, text


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
    lines = _cached(options.cache / "lines.npz", options.forms)
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


def _cached(path: Path, forms: int) -> list[tuple[LongLine, str]]:
    if not path.exists():
        lines = draw_lines(forms, DATA)
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
    parser.add_argument("--forms", type=int, default=1_000, help="forms to draw for training")
    parser.add_argument("--shown", type=int, default=45_000, help="lines shown to the head")
    parser.add_argument("--each", type=int, default=300, help="development fields of each class")
    parser.add_argument("--cache", type=Path, default=Path("line-ctc"), help="keeps drawn lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
