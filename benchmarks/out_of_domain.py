"""Whether what is no character loses confidence: other alphabets, doodles, print, halves.

Marks are drawn (`foreign_glyphs`), framed and classified one by one, and written into the cells of
combs and onto lines that are read as a form's fields would be: six marks a field, one kind of mark
each, digits, capitals and mixed fields in turn. Counted are marks whose best character has a
probability of 0.9 or 0.99, and fields that would be accepted unseen.

Run: python -m benchmarks.out_of_domain [--each 1000] [--fields 300]
Needs: pip install -e '.[test]' (DejaVu Sans comes with matplotlib), and for Indian and East Asian
letters `apt-get install fonts-lohit-deva fonts-droid-fallback`; a script without its font is left
out, with a word on stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.foreign_glyphs import Maker, makers, missing_fonts
from forms_app.intervals import wilson_interval
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.cropping import cut_field
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField, Layout
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.pipeline import read_crop
from forms_app.reading.types import FieldReading, Outcome
from forms_app.training.synthesis.cell_prints import Style, place_cells, print_cells, print_line

SEED = 611
MARKS = 6
LEVELS = (0.9, 0.99)
STYLE = Style(2, 90, 70, 86)
CHARACTERS = {
    FieldKind.DIGITS: "23456789",
    FieldKind.LETTERS: "ABCDEFGHJKLMNPQRSTUVWXYZ",
    FieldKind.TEXT: "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
}
"""Of each kind of field in turn, less what looks like another character."""
PAGE_PX = (700, 240)


def main() -> None:
    options = _options()
    for script, package in missing_fonts().items():
        print(f"{script} is left out: its font comes with {package}.", file=sys.stderr)
    classifier = load_classifier("litert")
    print(
        "| what is written | marks | p >= 0.9 | p >= 0.99 | combs | accepted | lines | accepted |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for index, (name, make) in enumerate(makers().items()):
        rng = np.random.default_rng([SEED, index])
        passing = passing_marks(make, options.each, classifier, rng)
        cells = [f"{name} | {options.each:,}", *map(_share, passing)]
        for layout in (Layout.COMB, Layout.LINE):
            readings = read_fields(make, layout, options.fields, classifier, rng)
            accepted = [not r.needs_review and r.outcome is Outcome.READ for r in readings]
            cells += [f"{len(readings):,}", _share(accepted)]
        print(f"| {' | '.join(cells)} |", flush=True)


def passing_marks(
    make: Maker, count: int, classifier: Classifier, rng: np.random.Generator
) -> list[list[bool]]:
    """For each of `LEVELS`, whether the best character of each mark is as probable."""
    characters = CHARACTERS[FieldKind.TEXT]
    glyphs = np.stack([frame_glyph(make(characters, rng)) for _ in range(count)])
    probabilities = np.exp(classifier.classify(glyphs))
    best = np.delete(probabilities, classifier.charset.reject_index, axis=1).max(1)
    return [(best >= level).tolist() for level in LEVELS]


def read_fields(
    make: Maker, layout: Layout, count: int, classifier: Classifier, rng: np.random.Generator
) -> list[FieldReading]:
    """Fields with `MARKS` marks each, the kinds in turn, cut and read as those of a form."""
    readings = []
    for number in range(count):
        kind = list(CHARACTERS)[number % len(CHARACTERS)]
        field = _field(kind, layout)
        blank = _blank(field)
        marks = [make(CHARACTERS[kind], rng) for _ in range(MARKS)]
        page = _write(blank, field, marks, rng)
        readings.append(read_crop(field, cut_field(page, blank, field), classifier))
    return readings


def _field(kind: FieldKind, layout: Layout) -> FormField:
    rules = Constraints(case=None if kind is FieldKind.DIGITS else Case.UPPER)
    cells = place_cells(80, 80, MARKS + 2, STYLE)
    box = bounding_box(cells)
    own = cells if layout is Layout.COMB else ()
    return FormField("marks", 1, kind, box, layout=layout, cells=own, constraints=rules)


def _blank(field: FormField) -> NDArray[np.uint8]:
    page = Image.new("L", PAGE_PX, 255)
    draw = ImageDraw.Draw(page)
    if field.cells:
        print_cells(draw, field.cells, STYLE)
    else:
        print_line(draw, field.box, STYLE)
    return np.asarray(page, np.uint8)


def _write(
    blank: NDArray[np.uint8],
    field: FormField,
    marks: Sequence[NDArray[np.uint8]],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """The marks in the first cells, or side by side on the line, with a scanner's noise."""
    page = blank.astype(np.float32)
    darkness = float(rng.uniform(150, 230))
    x = field.box.x + 14
    for index, mark in enumerate(marks):
        ink = _fit(mark, rng)
        if field.cells:
            x = field.cells[index].centre[0] - ink.shape[1] / 2
        y = field.box.centre[1] - ink.shape[0] / 2
        place = Box(round(x), round(y), ink.shape[1], ink.shape[0]).as_slices()
        page[place] = np.minimum(page[place], 255 - darkness * (ink / 255))
        x += ink.shape[1] + 10
    noisy = cv2.GaussianBlur(page, (0, 0), 0.7) + rng.normal(0, 3, page.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _fit(mark: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The mark's ink at two thirds of a cell's height, no wider than the cell."""
    left, top, width, height = cv2.boundingRect((mark > 60).astype(np.uint8))
    ink = mark[top : top + height, left : left + width]
    scale = min(
        float(rng.uniform(0.58, 0.72)) * STYLE.cell_height_px / height,
        0.8 * STYLE.cell_width_px / width,
    )
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.uint8)


def _share(hits: Sequence[bool]) -> str:
    low, high = wilson_interval(sum(hits), len(hits))
    return f"{sum(hits) / len(hits):.1%} ({low:.1%}–{high:.1%})"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=1000)
    parser.add_argument("--fields", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    main()
