"""How precisely and how fast pages are laid onto their blank, and what is wrongly accepted.

    OPENBLAS_NUM_THREADS=1 python benchmarks/registration.py [--warps 25] [--shared DIR]

Blanks: two drawn ones and, where the shared data are found, the two pages of queXF's. Each is
scribbled on, bent by a known map (skew to 3 degrees, perspective, curl of 10-20 px and feeder slip
at 300 dpi) and scanned, a third of them to one bit. Errors are at printed ink, in pixels at
300 dpi. Every scan is also offered to every other blank, and the shared pages of other forms to
all: each of those must be refused. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forms_app.reading.alignment import align_onto_template  # noqa: E402
from forms_app.reading.errors import PageError  # noqa: E402
from forms_app.reading.features import map_points, view_page  # noqa: E402
from forms_app.reading.identification import best_reference  # noqa: E402
from forms_app.reading.intake import open_pages  # noqa: E402
from forms_app.reading.placement import place_page  # noqa: E402
from forms_app.reading.registration import PageReference, prepare_reference  # noqa: E402
from forms_app.reading.types import GreyImage  # noqa: E402
from tests.reading.sheets import (  # noqa: E402
    Handling,
    draw_blank,
    place_on_scan,
    scan_sheet,
    scribble,
    typical_handling,
)

DRAWN_SEEDS = (1, 2)
FOREIGN_FILES = (
    "formhtr/front.pdf",
    "formhtr/back.pdf",
    "formhtr/logsheet_tara.pdf",
    "quexf/filled.pdf",
)
FOREIGN_SAMPLES = "omrchecker/samples"


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
    _print_foreign(arguments.shared, references)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warps", type=int, default=25, help="scans of each blank")
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


def _print_foreign(shared: Path, references: dict[str, PageReference]) -> None:
    """Offers real pages of other forms to all blanks but their own."""
    if not shared.exists():
        return
    samples = [p for p in (shared / FOREIGN_SAMPLES).rglob("*") if p.suffix in {".jpg", ".png"}]
    offers, accepted = 0, []
    for path in [shared / name for name in FOREIGN_FILES] + sorted(samples):
        for page in open_pages(path.read_bytes(), path.name):
            own = f"queXF {page.number}" if path.parent.name == "quexf" else ""
            others = [reference for name, reference in references.items() if name != own]
            offers += len(others)
            if _is_accepted(page.grey, others):
                accepted.append(f"{path.name} page {page.number}")
    print(f"real pages of other forms: {len(accepted)} accepted in {offers} offers {accepted}")


if __name__ == "__main__":
    main()
