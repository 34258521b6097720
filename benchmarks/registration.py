"""How precisely and how fast pages are laid onto their blank, and what is wrongly accepted.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.registration [--warps 25] [--shared DIR]
        [--forms 30] [--photos 4] [--overlays DIR]

Blanks: two drawn ones and, where the shared data are found, the two pages of queXF's. Each is
scribbled on, bent by a known map (skew to 3 degrees, perspective, curl of 10-20 px and feeder slip
at 300 dpi) and scanned, a third of them to one bit. Errors are at printed ink, in pixels at
300 dpi. Every scan is also offered to every other blank. Then photographs of forms of random
layout (`registration_photos`), and real pages (`registration_real`): each scan on the blank of its
own form, and offered to all others, which must refuse it. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.registration_photos import report_photos
from benchmarks.registration_real import offers_to_others, report_real_pages
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import PageError
from forms_app.reading.features import map_points, view_page
from forms_app.reading.identification import best_reference
from forms_app.reading.intake import open_pages
from forms_app.reading.placement import place_page
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from tests.reading.sheets import (
    Handling,
    draw_blank,
    place_on_scan,
    scan_sheet,
    scribble,
    typical_handling,
)

ROOT = Path(__file__).resolve().parent.parent
DRAWN_SEEDS = (1, 2)


@dataclass(frozen=True, slots=True)
class Trial:
    """One scan laid onto its blank; errors in template pixels at printed ink."""

    by_homography_px: np.ndarray
    refined_px: np.ndarray
    reported_px: float
    cpu_ms: float


def main() -> None:
    arguments = _arguments()
    cv2.setNumThreads(1)
    blanks = dict(_blanks(arguments.shared))
    references = {name: _timed_reference(name, blank) for name, blank in blanks.items()}
    accepted, offered = 0, 0
    for name, blank in blanks.items():
        trials: list[Trial] = []
        refused = 0
        for seed in range(arguments.warps):
            handling = typical_handling(seed)
            scan = scan_sheet(scribble(blank, seed), handling)
            trial = _trial(scan, references[name], _ink_points(blank), handling)
            refused += trial is None
            trials += [trial] if trial is not None else []
            others = [r for other, r in references.items() if other != name]
            accepted += _is_accepted(scan, others)
            offered += len(others)
        _print_row(name, trials, refused)
    print(f"false accepts: {accepted} scans in {offered} offers to other blanks")
    report_photos(arguments.forms, arguments.photos, arguments.overlays)
    if arguments.shared.exists():
        own = report_real_pages(arguments.shared, arguments.overlays)
        _print_offers(offers_to_others(arguments.shared, own))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warps", type=int, default=25, help="scans of each blank")
    parser.add_argument("--forms", type=int, default=30, help="random forms to photograph")
    parser.add_argument("--photos", type=int, default=4, help="photographs of each of them")
    parser.add_argument("--overlays", type=Path, help="folder for overlay pictures")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data" / "forms")
    return parser.parse_args()


def _blanks(shared: Path) -> Iterator[tuple[str, GreyImage]]:
    for seed in DRAWN_SEEDS:
        yield f"drawn {seed}", draw_blank(seed)
    blank = shared / "quexf" / "blank.pdf"
    if blank.exists():
        for page in open_pages(blank.read_bytes(), blank.name):
            yield f"queXF {page.number}", page.grey


def _timed_reference(name: str, blank: GreyImage) -> PageReference:
    started = time.process_time()
    reference = prepare_reference(1, blank)
    print(
        f"{name}: prepared in {(time.process_time() - started) * 1e3:.0f} ms, patches "
        f"{len(reference.coarse_patches)} coarse, {len(reference.fitting_patches)} fine, "
        f"{len(reference.checking_patches)} held out"
    )
    return reference


def _trial(
    scan: GreyImage, reference: PageReference, points: np.ndarray, handling: Handling
) -> Trial | None:
    started = time.process_time()
    try:
        aligned = align_onto_template(scan, [reference])
    except PageError as error:
        print(f"  refused: {error}")
        return None
    cpu_ms = (time.process_time() - started) * 1e3
    view = view_page(scan)
    _, fit = best_reference(view, [reference])
    true = place_on_scan(points, reference.grey.shape, handling)
    placed = place_page(view, reference, fit).page_points(points)
    return Trial(
        np.linalg.norm(map_points(aligned.homography, true) - points, axis=1),
        np.linalg.norm(placed - true, axis=1) / handling.scale,
        aligned.residual_px,
        cpu_ms,
    )


def _ink_points(blank: GreyImage) -> np.ndarray:
    """3,000 printed points away from the page's rim, where scanner beds are black."""
    inner = np.zeros_like(blank, bool)
    inner[100:-100, 100:-100] = True
    rows, columns = np.nonzero((blank < 100) & inner)
    chosen = np.random.default_rng(0).choice(len(rows), 3000)
    return np.column_stack([columns[chosen], rows[chosen]]).astype(float)


def _is_accepted(scan: GreyImage, references: list[PageReference]) -> bool:
    try:
        align_onto_template(scan, references)
    except PageError:
        return False
    return True


def _print_row(name: str, trials: list[Trial], refused: int) -> None:
    before = np.concatenate([trial.by_homography_px for trial in trials])
    after = np.concatenate([trial.refined_px for trial in trials])
    times = [trial.cpu_ms for trial in trials]
    reported = np.median([trial.reported_px for trial in trials])
    print(
        f"{name}: n {len(trials)}, refused {refused} | homography RMS {_rms(before):.2f} "
        f"p95 {np.percentile(before, 95):.2f} | refined RMS {_rms(after):.2f} "
        f"p95 {np.percentile(after, 95):.2f} max {after.max():.2f} px | "
        f"reported residual median {reported:.2f} px | CPU ms a page median "
        f"{np.median(times):.0f}, max {max(times):.0f}"
    )


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _print_offers(offers: Iterator[tuple[str, bool]]) -> None:
    told = list(offers)
    accepted = [name for name, is_accepted in told if is_accepted]
    print(f"real pages of other forms: {len(accepted)} accepted in {len(told)} offers {accepted}")


if __name__ == "__main__":
    main()
