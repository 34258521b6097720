"""How clean a blank comes out of filled copies: `python -m benchmarks.blank_copies [--forms N]`.

Drawn copies of the demo form, each filled by another hand, as an office scanner and as a phone
deliver them; with `--ticked` everybody has ticked "First visit" and "fever". Told: the share of ink
inside the cells that is not print, the share of the form's print that is still there, how far off
the blank is when laid onto the true one, how many tick boxes hold ink as a mark would, and how many
of those are not framed as doubtful.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from forms_app import demo
from forms_app.intervals import wilson_interval
from forms_app.reading.form_template import FieldKind, FormTemplate
from forms_app.reading.geometry import Box
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.registration import align_page
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_from_copies import (
    CombinedBlank,
    blank_from_laid,
    combine_copies,
)
from forms_app.templating.blanks import load_blanks
from forms_app.templating.box_ink import MARKED, inside_share
from forms_app.templating.health_overlaps import parts_of
from forms_app.templating.photograph import sheet_of
from forms_app.templating.template_file import load_template
from forms_app.training.synthesis.degradation import degrade, pick_profile
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import load_hands
from forms_app.training.synthesis.values import SampledValue, sample_value

COUNTS = (1, 2, 3, 4, 6)
PROFILES = ("office", "photo")
INK, NEAR_PX = 150, 9
BLANK_SHARE = 0.08
TICKED: dict[str, bool | str] = {"first_visit": True, "symptoms": "fever"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Shares from 0 to 1, pixels of the true blank at 300 dpi, seconds."""

    ink_left: float
    print_kept: float
    residual_px: float
    doubtful: int
    seconds: float
    inked: int
    unseen: int


def measure(
    made: CombinedBlank, seconds: float, template: FormTemplate, reference: PageReference
) -> Outcome:
    """One blank against the true one."""
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
    framed = np.zeros_like(made.grey)
    for doubt in made.doubtful:
        framed[doubt.box.as_slices()] = 255
    inked = [box for box in _tick_boxes(template) if inside_share(box, laid.grey < INK) > MARKED]
    framed = np.asarray(cv2.warpPerspective(framed, laid.homography, truth.shape[::-1]), np.uint8)
    return Outcome(
        float((laid.grey < INK)[free].mean()),
        float(found[core].mean()),
        laid.residual_px,
        len(made.doubtful),
        seconds,
        len(inked),
        sum(not np.any(framed[box.as_slices()]) for box in inked),
    )


def copies_of(
    template: FormTemplate, blanks: Sequence[GreyImage], count: int, seed: int, profile: str,
    ticked: bool,
) -> list[GreyImage]:  # fmt: skip
    """Copies filled by `count` hands, as sheets; all with the options of `TICKED` where asked."""
    hands, sheets = load_hands(None), []
    for number in range(1, count + 1):
        rng = np.random.default_rng([seed, number])
        look = pick_profile(profile, rng)
        values = {f.name: sample_value(f, rng, BLANK_SHARE) for f in template.fields}
        if ticked:
            values |= {name: _with(values[name], chosen) for name, chosen in TICKED.items()}
        written = [values[field.name] for field in template.fields]
        page = fill_page(blanks[0], template.fields, written, pick_hand(hands, rng), hands, rng)
        sheets.append(sheet_of(degrade(page, look, rng))[0])
    return sheets


def blank_of(copies: Callable[[], list[GreyImage]], kept: Path | None) -> CombinedBlank:
    """The blank of copies; laying them, most of the work, is left out where `kept` has them."""
    if kept is not None and kept.exists():
        return blank_from_laid(list(enumerate(np.load(kept)["stack"], start=1)))
    made = combine_copies(copies(), lambda done, total: None)
    if kept is not None:
        np.savez(kept, stack=np.stack([grey for _, grey in made.laid]))
    return made


def _with(sample: SampledValue, chosen: bool | str) -> SampledValue:
    if isinstance(chosen, bool):
        return SampledValue(chosen)
    others = sample.value if isinstance(sample.value, tuple) else ()
    return SampledValue((chosen, *(value for value in others if value != chosen)))


def _tick_boxes(template: FormTemplate) -> list[Box]:
    return [
        box
        for field in template.fields
        if field.options or field.kind is FieldKind.MARK
        for box in parts_of(field)
    ]


def _line(profile: str, count: int, found: Sequence[Outcome], boxes: int) -> str:
    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values))

    inked, n = sum(o.inked for o in found), boxes * len(found)
    low, high = wilson_interval(inked, n)
    return (
        f"{profile:7} {count:6}  {mean([o.ink_left for o in found]):8.2%}  "
        f"{mean([o.print_kept for o in found]):10.2%}  "
        f"{mean([o.residual_px for o in found]):11.2f}  {inked:3} of {n:3} "
        f"({low:5.1%}-{high:5.1%})  {sum(o.unseen for o in found):8}  "
        f"{mean([o.doubtful for o in found]):6.1f}  {mean([o.seconds for o in found]):7.1f}"
    )


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=3, help="blanks made for each line")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--ticked", action="store_true", help="two boxes ticked in all copies")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--laid", type=Path, help="folder that keeps copies laid, to go on from")
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=PROFILES)
    options = parser.parse_args()
    template = load_template(demo.TEMPLATE)
    blanks = load_blanks(template, demo.TEMPLATE.parent)
    reference = prepare_reference(1, blanks[0])
    boxes = len(_tick_boxes(template))
    print("profile copies  ink left  print kept  residual px  boxes inked (95 %)"
          "  unframed  places  seconds")  # fmt: skip
    for profile in options.profiles:
        for count in options.counts:
            found = []
            for seed in range(options.seed, options.seed + options.forms):
                pages = partial(copies_of, template, blanks, count, seed, profile, options.ticked)
                name = f"{profile}-{seed}-{count}{'-ticked' if options.ticked else ''}.npz"
                kept = options.laid / name if options.laid else None
                started = time.perf_counter()
                made = blank_of(pages, kept)
                seconds = time.perf_counter() - started
                found.append(measure(made, seconds, template, reference))
            print(_line(profile, count, found, boxes), flush=True)


if __name__ == "__main__":
    main()
