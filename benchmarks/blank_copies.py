"""How clean a blank comes out of filled copies: `python -m benchmarks.blank_copies [--forms N]`.

Drawn copies of the demo form, each filled by another hand, as an office scanner and as a phone
deliver them. Told: the share of ink inside the cells that is not print, the share of the form's
print that is still there, and how far off the blank is when laid onto the true one.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import cv2
import numpy as np

from forms_app import demo
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_from_copies import combine_copies
from forms_app.templating.blanks import load_blanks
from forms_app.templating.health_overlaps import parts_of
from forms_app.templating.photograph import sheet_of
from forms_app.templating.template_file import load_template
from forms_app.training.synthesis.generate import generate_submissions
from forms_app.training.synthesis.handwriting import load_hands

COUNTS = (1, 2, 3, 6)
INK, NEAR_PX = 150, 9


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares from 0 to 1, pixels of the true blank at 300 dpi, seconds."""

    ink_left: float
    print_kept: float
    residual_px: float
    doubtful: int
    seconds: float


def measure(pages: list[GreyImage], template: FormTemplate, reference: PageReference) -> Outcome:
    """One blank of these copies, against the true one."""
    started = time.perf_counter()
    made = combine_copies(pages, lambda done, total: None)
    seconds = time.perf_counter() - started
    laid = align_page(made.grey, reference)
    truth = reference.grey < 128
    near = cv2.dilate(truth.astype(np.uint8), np.ones((NEAR_PX, NEAR_PX), np.uint8)) > 0
    inside = np.zeros_like(truth)
    for field in template.fields:
        for box in parts_of(field):
            inside[box.as_slices()] = True
    free = inside & ~near
    core = cv2.erode(truth.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    found = cv2.erode(laid.grey, np.ones((5, 5), np.uint8)) < INK
    return Outcome(
        float((laid.grey < INK)[free].mean()),
        float(found[core].mean()),
        laid.residual_px,
        len(made.doubtful),
        seconds,
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=3, help="blanks made for each line")
    parser.add_argument("--seed", type=int, default=100)
    options = parser.parse_args()
    template = load_template(demo.TEMPLATE)
    blanks = load_blanks(template, demo.TEMPLATE.parent)
    reference = prepare_reference(1, blanks[0])
    print("profile copies  ink left  print kept  residual px  doubtful  seconds")
    for profile in ("office", "photo"):
        for count in COUNTS:
            found = []
            for form in range(options.forms):
                drawn = generate_submissions(
                    template, blanks, count, load_hands(None), seed=options.seed + form,
                    profile=profile,
                )  # fmt: skip
                pages = [sheet_of(submission.pages[0])[0] for submission in drawn]
                found.append(measure(pages, template, reference))
            print(
                f"{profile:7} {count:6}  {np.mean([o.ink_left for o in found]):8.2%}  "
                f"{np.mean([o.print_kept for o in found]):10.2%}  "
                f"{np.mean([o.residual_px for o in found]):11.2f}  "
                f"{np.mean([o.doubtful for o in found]):8.1f}  "
                f"{np.mean([o.seconds for o in found]):7.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
