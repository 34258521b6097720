"""How many filled forms registration refuses, and whether fields laid badly are flagged.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.registration_forms [--forms 26] [--glyphs NPZ]

Forms of random layout, filled and degraded as `fieldhand synthesize` does, two of each form in each
profile; the degradation's own map tells how far off every field was laid. Then, as another
edition has it, a band of each clean page is moved down or sideways: what is accepted of these must
be flagged too. Pixels are of the template (300 dpi). Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from forms_app.reading.errors import PageError
from forms_app.reading.features import view_page
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormField, FormTemplate
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import place_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, lay_page, prepare_reference
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis import degradation
from forms_app.training.synthesis.blank_forms import Entry, Row, Style, draw_blank_form
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import Hands, load_hands
from forms_app.training.synthesis.values import sample_value

PROFILES = ("clean", "office", "archive", "fax", "photo")
LABELS = ("Surname", "First names", "Date of birth", "Code", "Amount paid", "Village", "Officer")
LIMIT_PX = ReviewPolicy().most_residual_px


class RecordedMap:
    """The template point that each pixel shows, taken down while a page is degraded."""

    def __init__(self) -> None:
        self.points = np.empty((0, 0, 2), np.float32)
        self._source_map, self._curl = degradation._source_map, degradation._curl
        degradation._source_map, degradation._curl = self._mapped, self._curled

    def _mapped(self, *arguments: Any) -> Any:
        columns, rows = self._source_map(*arguments)
        self.points = np.stack([columns, rows], axis=-1)
        return columns, rows

    def _curled(self, *arguments: Any) -> Any:
        bend = self._curl(*arguments)
        self.points += np.stack(bend, axis=-1)
        return bend


def random_form(seed: int) -> tuple[GreyImage, FormTemplate]:
    """Three to nineteen rows of combs, options, lines and tick boxes; box lines black to pale."""
    rng = np.random.default_rng(seed + 500)
    cell = int(rng.integers(50, 70))
    grey = int(rng.choice([0, 60, 90, 120]))
    style = Style(
        int(rng.integers(2, 5)), grey, cell, int(rng.integers(60, 90)), rng.random() < 0.7
    )
    rows: list[Row] = []
    for i in range(int(rng.integers(3, 20))):
        entries, x = [], 170
        for j in range(int(rng.integers(1, 5))):
            entry, width = _random_entry(f"field_{i}_{j}", cell, rng)
            x += max(width, 18 * len(entry.label)) + 110
            if x < 2400:
                entries.append(entry)
        rows.append(entries or [Entry(f"only_{i}", "Village", FieldKind.LETTERS, 10)])
    while True:
        try:
            return draw_blank_form(f"Form {seed}", "Please use capitals", rows, style)
        except ValueError:
            rows.pop()


def _random_entry(name: str, cell_px: int, rng: np.random.Generator) -> tuple[Entry, int]:
    label, kind = str(rng.choice(LABELS)), rng.random()
    if kind < 0.55:
        cells = int(rng.integers(3, 20))
        written = FieldKind.DIGITS if rng.random() < 0.5 else FieldKind.LETTERS
        upper = Constraints(case=Case.UPPER)
        return Entry(name, label, written, cells, constraints=upper), cells * cell_px
    if kind < 0.7:
        return Entry(name, label, FieldKind.CHOICE, options=(("a", "yes"), ("b", "no"))), 400
    if kind < 0.8:
        return Entry(name, label, FieldKind.MARK), 60
    width = int(rng.integers(300, 1200))
    return Entry(name, label, FieldKind.DIGITS, width_px=width), width


def judge(
    scan: GreyImage,
    points: np.ndarray,
    reference: PageReference,
    fields: Sequence[FormField],
    counts: Counter[str],
) -> None:
    """Lays one scan; counts it, its fields laid over the limit, and those not flagged."""
    counts["pages"] += 1
    begun = time.process_time()
    try:
        view = view_page(scan)
        _, fit = best_reference(view, [reference])
        aligned = lay_page(view, reference, fit, fields)
    except PageError as error:
        counts["refused"] += 1
        counts[type(error).__name__] += 1
        return
    counts["ms"] += round((time.process_time() - begun) * 1e3)
    placement = place_page(view, reference, fit)
    for field in fields:
        box, flagged = field.extent, aligned.field_residuals_px[field.name] > LIMIT_PX
        xs, ys = np.linspace(box.x, box.right, 7), np.linspace(box.y, box.bottom, 3)
        corners = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        shown = (placement.page_points(corners) + 0.5) * points.shape[1] / scan.shape[1] - 0.5
        across, down = shown.astype(np.float32).T[:, :, None]
        true = cv2.remap(points, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        wrong = np.linalg.norm(true[:, 0] - corners, axis=1).max() > LIMIT_PX
        counts["fields"] += 1
        counts["wrong"] += bool(wrong)
        counts["wrong, not flagged"] += bool(wrong and not flagged)
        counts["right, flagged"] += bool(flagged and not wrong)


def moved_bands(
    scan: GreyImage, points: np.ndarray, fields: Sequence[FormField], seed: int
) -> list[tuple[GreyImage, np.ndarray]]:
    """The scan (of the map's size) with a band of it moved: down twice, sideways once."""
    rng = np.random.default_rng(seed)
    moved = []
    for is_sideways in (False, False, True):
        top = max(0, round(rng.choice([f.extent.y for f in fields])) - 60)
        rows = slice(top, top + int(rng.integers(150, 2000)))
        shift = (0, 60) if is_sideways else (int(rng.integers(15, 90)), 0)
        page, shown = scan.copy(), points.copy()
        page[rows] = np.roll(page[rows], shift, axis=(0, 1))
        shown[rows] = np.roll(shown[rows], shift, axis=(0, 1))
        moved.append((page, shown))
    return moved


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=26)
    parser.add_argument("--glyphs", type=Path, help="an .npz glyph set; otherwise fonts")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    hands: Hands = load_hands(options.glyphs)
    record, totals = RecordedMap(), defaultdict[str, Counter[str]](Counter)
    for seed in range(options.forms):
        blank, template = random_form(seed)
        reference, fields = prepare_reference(1, blank), template.fields
        for k in range(2 * len(PROFILES)):
            profile = PROFILES[k % len(PROFILES)]
            rng = np.random.default_rng([seed, k])
            values = [sample_value(f, rng, 0.05) for f in fields]
            filled = fill_page(blank, fields, values, pick_hand(hands, rng), hands, rng)
            scan = degradation.degrade(filled, degradation.PROFILES[profile], rng)
            judge(scan, record.points, reference, fields, totals[profile])
            if k == 0:
                for page, points in moved_bands(scan, record.points, fields, seed):
                    judge(page, points, reference, fields, totals["moved band"])
    for name, counts in totals.items():
        laid = counts["pages"] - counts["refused"]
        counts["ms"] //= max(1, laid)
        print(name, dict(counts))


if __name__ == "__main__":
    main()
