"""How precisely photographs of filled forms are laid, in forms of random layout and print style.

Each form is scribbled on, bent (curl of up to 20 px at 300 dpi) and photographed on a dark table,
in perspective, shaded, soft and noisy. Errors are at printed ink, pale print included, and over a
grid on every field's box, writing lines with nothing beside them included; in pixels at 300 dpi
(11.8 px = 1 mm). Seeds are fixed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.random_forms import random_form
from benchmarks.registration_real import write_overlay
from forms_app.intervals import wilson_interval
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError
from forms_app.reading.features import map_points, scaling, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.geometry import Box
from forms_app.reading.identification import best_reference
from forms_app.reading.placement import place_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from tests.reading.sheets import Handling, place_on_scan, scan_sheet, scribble, typical_photo

FIRST_SEED = 300
"""Beyond those of `registration_forms`."""
GOAL_PX, WRONG_PX = 1.0, 3.0
PAPER, POINTS = 240, 2000
"""What is darker is print; so many of its pixels are looked at."""


@dataclass(frozen=True, slots=True)
class PhotoTrial:
    """One photograph laid: RMS at its print and over its fields, the largest error of each field,
    those flagged."""

    print_rms_px: float
    fields_rms_px: float
    fields_px: NDArray[Any]
    is_flagged: NDArray[np.bool_]
    cpu_ms: float


def report_photos(forms: int, photos: int, overlays: Path | None) -> None:
    """Prints the goals' figures over `photos` photographs of each of `forms` random forms.

    Writes an overlay of the first photograph of each form where a folder is given.
    """
    trials: list[PhotoTrial] = []
    refused = 0
    for number in range(forms):
        form = random_form(FIRST_SEED + number)
        reference = prepare_reference(1, form.reference)
        for photo in range(photos):
            seed = 100 * number + photo
            handling = typical_photo(seed)
            scan = scan_sheet(scribble(form.blank, seed), handling)
            trial = _lay(scan, reference, form.template.fields, form.blank.shape, handling)
            refused += trial is None
            if overlays is not None and photo == 0 and trial is not None:
                aligned = align_onto_template(scan, [reference])
                write_overlay(overlays / f"photo-{number + 1}.jpg", reference, aligned)
            trials += [trial] if trial is not None else []
    _print(trials, refused)


def _lay(
    scan: GreyImage,
    reference: PageReference,
    fields: Sequence[FormField],
    paper: tuple[int, ...],
    handling: Handling,
) -> PhotoTrial | None:
    started = time.process_time()
    try:
        aligned = align_onto_template(scan, [reference], fields)
    except PageError as error:
        print(f"  refused: {error}")
        return None
    cpu_ms = (time.process_time() - started) * 1e3
    view = view_page(scan)
    placement = place_page(view, reference, best_reference(view, [reference])[1])

    def errors_px(points: NDArray[Any]) -> NDArray[Any]:
        on_paper = map_points(scaling(reference.grey.shape, paper), points)
        true = place_on_scan(on_paper, paper, handling)
        off = np.linalg.norm(placement.page_points(points) - true, axis=1)
        return off / handling.magnification

    errors = [errors_px(_grid_over(field.extent)) for field in fields]
    limit_px = ReviewPolicy().most_residual_px
    flagged = np.array([aligned.field_residuals_px[field.name] > limit_px for field in fields])
    largest = np.array([each.max() for each in errors])
    printed = _rms(errors_px(_printed_points(reference.grey)))
    return PhotoTrial(printed, _rms(np.concatenate(errors)), largest, flagged, cpu_ms)


def _printed_points(blank: GreyImage) -> NDArray[Any]:
    rows, columns = np.nonzero(blank < PAPER)
    chosen = np.random.default_rng(0).choice(len(rows), POINTS)
    return np.column_stack([columns[chosen], rows[chosen]]).astype(float)


def _grid_over(box: Box) -> NDArray[Any]:
    xs, ys = np.linspace(box.x, box.right, 7), np.linspace(box.y, box.bottom, 3)
    return np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)


def _rms(values: NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _print(trials: Sequence[PhotoTrial], refused: int) -> None:
    print(f"photographs: n {len(trials) + refused}, refused {refused}")
    for where, rms in (
        ("printed ink", np.array([trial.print_rms_px for trial in trials])),
        ("fields", np.array([trial.fields_rms_px for trial in trials])),
    ):
        good = int((rms <= GOAL_PX).sum())
        low, high = wilson_interval(good, len(rms))
        print(
            f"RMS over {where}: median {np.median(rms):.2f}, p95 {np.percentile(rms, 95):.2f}, max "
            f"{rms.max():.2f} px; {good} of {len(rms)} within {GOAL_PX:.0f} px: "
            f"{good / len(rms):.1%} ({low:.1%} to {high:.1%})"
        )
    wrong = np.concatenate([trial.fields_px for trial in trials]) > WRONG_PX
    flagged = np.concatenate([trial.is_flagged for trial in trials])
    unseen, needless = int((wrong & ~flagged).sum()), int((flagged & ~wrong).sum())
    pages = sum(trial.print_rms_px > WRONG_PX for trial in trials)
    print(f"accepted with RMS over {WRONG_PX:.0f} px at printed ink: {pages} pages")
    print(
        f"of {len(wrong)} fields {int(wrong.sum())} have a point over {WRONG_PX:.0f} px, {unseen} "
        f"of them not flagged; {needless} right ones flagged"
    )
    times = [trial.cpu_ms for trial in trials]
    print(f"CPU ms a page: median {np.median(times):.0f}, p95 {np.percentile(times, 95):.0f}")
