"""How many filled forms registration refuses, and whether fields laid badly are flagged.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.registration_forms [--forms 26] [--glyphs NPZ]
        [--profiles clean office ...]

Forms of random layout in six print styles (`random_forms`), filled and degraded as `fieldhand
synthesize` does, one of each form in each profile; the degradation's own map tells how far off
every field was laid. Then, as another edition has it, a band of each clean page is moved down or
sideways, and on forms with pale boxes all of these alone: what is accepted of such pages must be
flagged too. Office scans also come with their borders cut off, and of sheets that a printer
printed up to 3 % larger or smaller, differently each way. Pixels are of the paper at 300 dpi. Seeds
are fixed.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.random_forms import random_form
from forms_app.reading.errors import PageError
from forms_app.reading.features import view_page
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import place_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, lay_page, prepare_reference
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis import degradation
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import Hands, load_hands
from forms_app.training.synthesis.layouts import FormLayout
from forms_app.training.synthesis.values import sample_value

PROFILES = ("clean", "office", "archive", "fax", "photocopy", "photo")
CUT_OFF = {"5 % cut off all round": 0.05, "10 % cut off all round": 0.1}
PRINT_SCALED, MOST_SCALED = "print scaled by up to 3 %", 0.03
SPECIAL = (*CUT_OFF, PRINT_SCALED)
"""Of office scans: the other profiles are the degradation's own."""
PALE, PAPER = 150, 250
"""Greys of print that is moved alone: tints, drop-out panels, pale lines, guide letters."""
PALE_STYLES = ("drop-out panel", "shaded cells")
WRONG_PX = 3.0
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


def judge(
    scan: GreyImage,
    points: np.ndarray,
    form: FormLayout,
    reference: PageReference,
    counts: Counter[str],
) -> None:
    """Lays one scan; counts it, its fields laid wrong, and those not flagged."""
    counts["pages"] += 1
    fields = form.template.fields
    begun = time.process_time()
    try:
        view = view_page(scan)
        _, fit = best_reference(view, [reference])
        aligned = lay_page(view, reference, fit, fields)
    except PageError as error:
        counts["refused"] += 1
        counts[f"{form.name}: {error.message.split(',')[0]}"] += 1
        return
    counts["ms"] += round((time.process_time() - begun) * 1e3)
    placement = place_page(view, reference, fit)
    to_paper = form.blank.shape[1] / reference.grey.shape[1]
    squares = []
    for field in fields:
        box, flagged = field.extent, aligned.field_residuals_px[field.name] > LIMIT_PX
        xs, ys = np.linspace(box.x, box.right, 7), np.linspace(box.y, box.bottom, 3)
        corners = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        shown = (placement.page_points(corners) + 0.5) * points.shape[1] / scan.shape[1] - 0.5
        is_shown = ((shown >= 0) & (shown <= np.array(points.shape[1::-1]) - 1)).all(axis=1)
        if not is_shown.any():
            continue
        corners, shown = corners[is_shown], shown[is_shown]
        across, down = shown.astype(np.float32).T[:, :, None]
        true = cv2.remap(points, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        off_px = np.linalg.norm(true[:, 0] - ((corners + 0.5) * to_paper - 0.5), axis=1)
        squares.append(off_px**2)
        wrong = bool(off_px.max() > WRONG_PX)
        counts["fields"] += 1
        counts["wrong"] += wrong
        counts["wrong, not flagged"] += wrong and not flagged
        counts["right, flagged"] += flagged and not wrong
    counts["pages over 1 px RMS"] += bool(np.sqrt(np.mean(np.concatenate(squares))) > 1)


def moved_print(
    scan: GreyImage, points: np.ndarray, form: FormLayout, seed: int
) -> list[tuple[GreyImage, np.ndarray]]:
    """The scan (of the map's size) as another edition: a band moved down twice, sideways once."""
    rng = np.random.default_rng(seed)
    moved = []
    for is_sideways in (False, False, True):
        top = max(0, round(rng.choice([f.extent.y for f in form.paper.fields])) - 60)
        rows = slice(top, top + int(rng.integers(150, 2000)))
        shift = (0, 60) if is_sideways else (int(rng.integers(15, 90)), 0)
        page, shown = scan.copy(), points.copy()
        page[rows] = np.roll(page[rows], shift, axis=(0, 1))
        shown[rows] = np.roll(shown[rows], shift, axis=(0, 1))
        moved.append((page, shown))
    return moved


def cut_off(scan: GreyImage, points: np.ndarray, share: float) -> tuple[GreyImage, np.ndarray]:
    """The scan (of the map's size) without this share of its height and width at each edge."""
    rows, columns = (slice(round(n * share), n - round(n * share)) for n in scan.shape)
    return np.ascontiguousarray(scan[rows, columns]), np.ascontiguousarray(points[rows, columns])


def print_scaled(
    page: GreyImage, rng: np.random.Generator
) -> tuple[GreyImage, np.ndarray, np.ndarray]:
    """A page printed larger or smaller about its middle, with `(2,)` scales and middle, x first."""
    scales = 1 + rng.uniform(-MOST_SCALED, MOST_SCALED, 2)
    middle = (np.array(page.shape[::-1]) - 1) / 2
    matrix = np.column_stack([np.diag(scales), middle - scales * middle])
    size = page.shape[1], page.shape[0]
    scaled = cv2.warpAffine(page, matrix, size, flags=cv2.INTER_AREA, borderValue=255)
    return np.asarray(scaled, np.uint8), scales, middle


def special_scan(
    profile: str, filled: GreyImage, record: RecordedMap, rng: np.random.Generator
) -> tuple[GreyImage, np.ndarray]:
    """An office scan of one of `SPECIAL`, and the template point that each pixel shows."""
    office = degradation.PROFILES["office"]
    if profile == PRINT_SCALED:
        page, scales, middle = print_scaled(filled, rng)
        scan = degradation.degrade(page, office, rng)
        return scan, ((record.points - middle) / scales + middle).astype(np.float32)
    scan = degradation.degrade(filled, office, rng)
    height, width = record.points.shape[:2]
    scan = np.asarray(cv2.resize(scan, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return cut_off(scan, record.points, CUT_OFF[profile])


def with_pale_print_moved(blank: GreyImage, shift_px: int) -> GreyImage:
    """The blank of another edition: what is pale stands elsewhere, labels and rules do not."""
    pale = (blank > PALE) & (blank < PAPER)
    page = np.where(pale, 255, blank).astype(np.uint8)
    elsewhere = np.where(pale, blank, 255).astype(np.uint8)
    return np.minimum(page, np.roll(elsewhere, shift_px, axis=1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--forms", type=int, default=26)
    parser.add_argument("--profiles", nargs="+", choices=(*PROFILES, *SPECIAL))
    parser.add_argument("--glyphs", type=Path, help="an .npz glyph set; otherwise fonts")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    hands: Hands = load_hands(options.glyphs)
    record, totals = RecordedMap(), defaultdict[str, Counter[str]](Counter)
    for seed in range(options.forms):
        form = random_form(seed)
        reference, fields = prepare_reference(1, form.reference), form.paper.fields
        for k, profile in enumerate((*PROFILES, *SPECIAL)):
            if options.profiles and profile not in options.profiles:
                continue
            rng = np.random.default_rng([seed, k])
            values = [sample_value(f, rng, 0.05) for f in fields]
            filled = fill_page(form.blank, fields, values, pick_hand(hands, rng), hands, rng)
            if profile in SPECIAL:
                judge(*special_scan(profile, filled, record, rng), form, reference, totals[profile])
                continue
            scan = degradation.degrade(filled, degradation.PROFILES[profile], rng)
            judge(scan, record.points, form, reference, totals[profile])
            if profile == "clean":
                for page, points in moved_print(scan, record.points, form, seed):
                    judge(page, points, form, reference, totals["moved band"])
        if form.name in PALE_STYLES and not options.profiles:
            shift_px = int(np.random.default_rng(seed).integers(15, 50))
            page = with_pale_print_moved(form.blank, shift_px)
            scan = degradation.degrade(page, degradation.PROFILES["office"], rng)
            record.points[..., 0] -= shift_px
            combs = tuple(field for field in form.template.fields if field.cells)
            moved = replace(form, template=replace(form.template, fields=combs))
            judge(scan, record.points, moved, reference, totals["pale boxes moved"])
    for name, counts in totals.items():
        laid = counts["pages"] - counts["refused"]
        counts["ms"] //= max(1, laid)
        print(name, dict(counts))


if __name__ == "__main__":
    main()
