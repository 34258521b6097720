"""Two published forms with nearly the same print: is a page read as the right one, or held?

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.look_alikes [--forms 8] [--copies 2] [--seed 31000]
        [--glyphs NPZ]

Forms of random layout (`benchmarks.random_forms`). *Editions* differ by a title, a word or a row; a
filled page of each is offered to both, best read as its own. *Twins* are second blanks of one
sheet: scanned, faxed, coarser, made of four filled copies; filled pages of the sheet are offered to
both, best held. Twins are split where one page is read as the first and another as the second.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.identification import ARRIVALS, SHARED
from benchmarks.random_forms import FormPlan, drawn_form, fitting, form_plan
from forms_app.intervals import wilson_interval
from forms_app.reading.alignment import align_view
from forms_app.reading.errors import AmbiguousPageError, PageError
from forms_app.reading.features import view_page
from forms_app.reading.form_template import FieldKind
from forms_app.reading.references import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_from_copies import combine_copies
from forms_app.training.synthesis.blank_forms import Entry
from forms_app.training.synthesis.degradation import PROFILES, degrade
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import Hands, load_hands
from forms_app.training.synthesis.layouts import FormLayout
from forms_app.training.synthesis.values import sample_value

COPIES = 4
OUTCOMES = ("right", "held", "wrong", "refused")
"""`wrong` is read as the other, which of twins is only wrong where others are read as the first."""


def editions(plan: FormPlan, seed: int) -> Iterator[tuple[str, FormPlan]]:
    """The same form with something else on it, the largest difference first."""
    rows, middle = plan.rows, len(plan.rows) // 2
    added = (Entry("added", "District", FieldKind.LETTERS, 12),)
    if len(rows) > 1:
        yield (
            "a row added, the rest moved",
            replace(plan, rows=(*rows[:middle], added, *rows[middle:-1])),
        )
        yield "the last row left out", replace(plan, rows=rows[:-1])
    yield "another title", replace(plan, title=f"Survey {seed + 7}")
    yield "one digit of the title", replace(plan, title=f"Form {seed + 1}")
    yield "two words under the title", replace(plan, subtitle="Please use black ink")
    first, *others = rows[middle]
    named = replace(first, label="Telephone" if len(first.label) > 6 else "Zip")
    yield "one label", replace(plan, rows=(*rows[:middle], (named, *others), *rows[middle + 1 :]))


def twins(
    form: FormLayout, copies: list[GreyImage], rng: np.random.Generator
) -> Iterator[tuple[str, GreyImage]]:
    """Other blanks of the same sheet; of filled copies where there are some."""
    height, width = form.blank.shape
    coarser = cv2.resize(
        form.blank, (2 * width // 3, 2 * height // 3), interpolation=cv2.INTER_AREA
    )
    yield "a scan", degrade(form.blank, PROFILES["office"], rng)
    yield "a fax", degrade(form.blank, PROFILES["fax"], rng)
    yield "200 dpi", np.asarray(coarser, np.uint8)
    if copies:
        yield "four filled copies", combine_copies(copies, lambda done, total: None).grey


def filled(form: FormLayout, arrival: str, hands: Hands, rng: np.random.Generator) -> GreyImage:
    values = [sample_value(each, rng, 0.08) for each in form.paper.fields]
    page = fill_page(form.blank, form.paper.fields, values, pick_hand(hands, rng), hands, rng)
    return degrade(page, PROFILES[arrival], rng)


def outcome(page: GreyImage, references: list[PageReference]) -> str:
    """What becomes of a page of the first form among these."""
    try:
        place, _ = align_view(view_page(page), references, lambda _: (), range(len(references)))
    except AmbiguousPageError:
        return "held"
    except PageError:
        return "refused"
    return "wrong" if place else "right"


class Tally:
    """How often each outcome was, by what is different, and which twins were split."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.split: dict[str, list[bool]] = defaultdict(list)

    def print(self) -> None:
        print("| beside it | pages | read as the drawn one | held | read as the other | refused |")
        print("|---|---|---|---|---|---|")
        for name, counts in self.counts.items():
            line = [name, sum(counts.values()), *(counts[word] for word in OUTCOMES)]
            print("| " + " | ".join(map(str, line)) + " |")
        pairs = [is_split for each in self.split.values() for is_split in each]
        if pairs:
            low, high = wilson_interval(sum(pairs), len(pairs))
            print(f"twins split: {sum(pairs)} of {len(pairs)} ({low:.1%}-{high:.1%})", flush=True)


def try_editions(plan: FormPlan, seed: int, hands: Hands, tally: Tally) -> None:
    """One page of the form and one of each edition, offered to both."""
    rng, form = np.random.default_rng([seed, 7]), drawn_form(plan)
    own = prepare_reference(1, form.blank)
    for place, (name, edition) in enumerate(editions(plan, seed)):
        other = drawn_form(fitting(edition))
        pair = [own, prepare_reference(1, other.blank)]
        arrival = ARRIVALS[(seed + place) % len(ARRIVALS)]
        tally.counts[name][outcome(filled(form, arrival, hands, rng), pair)] += 1
        tally.counts[name][outcome(filled(other, arrival, hands, rng), pair[::-1])] += 1


def try_twins(plan: FormPlan, seed: int, hands: Hands, with_copies: bool, tally: Tally) -> None:
    """A page of each arrival, offered to the drawn blank and another of the same sheet."""
    rng, form = np.random.default_rng([seed, 8]), drawn_form(plan)
    own = prepare_reference(1, form.blank)
    pages = [filled(form, arrival, hands, rng) for arrival in ARRIVALS]
    copies = [filled(form, "office", hands, rng) for _ in range(COPIES if with_copies else 0)]
    for name, blank in twins(form, copies, rng):
        pair = [own, prepare_reference(1, blank)]
        outcomes = [outcome(page, pair) for page in pages]
        tally.counts[name].update(outcomes)
        tally.split[name].append({"right", "wrong"} <= set(outcomes))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=8)
    parser.add_argument("--copies", type=int, default=2, help="forms of which copies are combined")
    parser.add_argument("--seed", type=int, default=31_000)
    parser.add_argument("--glyphs", type=Path, default=None)
    arguments = parser.parse_args()
    hands = load_hands(arguments.glyphs or next(SHARED.rglob("unipen_train.npz")))
    tally = Tally()
    for number in range(arguments.forms):
        seed = arguments.seed + number
        try_editions(form_plan(seed), seed, hands, tally)
        try_twins(form_plan(seed), seed, hands, number < arguments.copies, tally)
        tally.print()


if __name__ == "__main__":
    main()
