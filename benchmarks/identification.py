"""How surely a page finds its form among a hundred templates, and a foreign page none.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.identification [--templates 100] [--pages 200]
        [--foreign 200] [--glyphs NPZ]

Forms of random layout (`benchmarks.random_forms`, seeds of their own), filled and degraded as
`fieldhand synthesize` does, each page in one of the four ways up. Foreign pages are filled forms
of layouts that are not among the templates. Each page goes the whole way: shortlist, laying, gates.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.random_forms import random_form
from forms_app.intervals import wilson_interval
from forms_app.reading.alignment import align_view
from forms_app.reading.errors import AmbiguousPageError, ForeignPageError, PageError
from forms_app.reading.features import PageView, view_page
from forms_app.reading.form_template import FormField
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.shortlists import first_look, fits_closely, second_look
from forms_app.reading.template_index import TemplateIndex, build_index
from forms_app.reading.types import GreyImage
from forms_app.training.synthesis.degradation import PROFILES, degrade
from forms_app.training.synthesis.filling import fill_page, pick_hand
from forms_app.training.synthesis.handwriting import Hands, load_hands
from forms_app.training.synthesis.values import sample_value

ARRIVALS = ("office", "archive", "fax", "photo")
OUTCOMES = ("right", "wrong", "refused", "held")
FIRST_SEED, FOREIGN_SEED = 30_000, 60_000
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass(slots=True)
class Tally:
    """Pages by what became of them, see `OUTCOMES`, and their times."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    shortlist_ms: list[float] = field(default_factory=list)
    page_ms: list[float] = field(default_factory=list)


class Library:
    """The templates' features, and their blanks prepared when they are first wanted."""

    def __init__(self, count: int) -> None:
        self.forms = [random_form(FIRST_SEED + number) for number in range(count)]
        self.features = [view_page(form.reference).features for form in self.forms]
        self.index: TemplateIndex = build_index(self.features)
        self.reference = cache(self._reference)

    def _reference(self, number: int) -> PageReference:
        return prepare_reference(1, self.forms[number].reference)

    def find(self, view: PageView, tally: Tally) -> int | str:
        """The template that the page is laid onto; else `refused`, or `held` as one of several."""
        blanks, features = self.features.__getitem__, view.features
        start = time.process_time()
        near = first_look(self.index, blanks, features)
        tally.shortlist_ms.append(1000 * (time.process_time() - start))
        start = time.process_time()
        try:
            found = self._lay(view, near)
        except ForeignPageError:
            found = self._lay_at_second_look(view, near)
        tally.page_ms.append(1000 * (time.process_time() - start))
        return found

    def _lay_at_second_look(self, view: PageView, tried: list[int]) -> int | str:
        rest = second_look(self.index, self.features.__getitem__, view.features, tried)
        try:
            return self._lay(view, rest, must_fit_closely=True)
        except ForeignPageError:
            return "refused"

    def _lay(self, view: PageView, near: list[int], must_fit_closely: bool = False) -> int | str:
        """Raises: ForeignPageError: it is none of them."""

        def fields_of(place: int) -> Sequence[FormField]:
            return self.forms[near[place]].template.fields

        references = [self.reference(number) for number in near]
        try:
            place, page = align_view(view, references, fields_of, near)
        except AmbiguousPageError:
            return "held"
        except ForeignPageError:
            raise
        except PageError:
            return "refused"
        return "refused" if must_fit_closely and not fits_closely(page) else near[place]


def filled_page(seed: int, rng: np.random.Generator, hands: Hands, arrival: str) -> GreyImage:
    """A filled copy of form `seed`, in one of the four ways up."""
    form = random_form(seed)
    values = [sample_value(each, rng, 0.08) for each in form.paper.fields]
    filled = fill_page(form.blank, form.paper.fields, values, pick_hand(hands, rng), hands, rng)
    page = degrade(filled, PROFILES[arrival], rng)
    return np.ascontiguousarray(np.rot90(page, int(rng.integers(4))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=int, default=100)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--foreign", type=int, default=200)
    parser.add_argument("--glyphs", type=Path, default=None)
    arguments = parser.parse_args()
    hands = load_hands(arguments.glyphs or next(SHARED.rglob("unipen_train.npz")))
    library, tally = Library(arguments.templates), Tally()
    for number in range(arguments.pages):
        rng = np.random.default_rng([FIRST_SEED, number])
        own, arrival = int(rng.integers(arguments.templates)), ARRIVALS[number % len(ARRIVALS)]
        found = library.find(view_page(filled_page(FIRST_SEED + own, rng, hands, arrival)), tally)
        word = found if isinstance(found, str) else "right" if found == own else "wrong"
        tally.counts[arrival, word] += 1
    for number in range(arguments.foreign):
        rng = np.random.default_rng([FOREIGN_SEED, number])
        arrival = ARRIVALS[number % len(ARRIVALS)]
        page = filled_page(FOREIGN_SEED + int(rng.integers(1000)), rng, hands, arrival)
        found = library.find(view_page(page), tally)
        tally.counts["foreign", found if isinstance(found, str) else "wrong"] += 1
    report(tally)


def report(tally: Tally) -> None:
    print("| pages | n | right | wrong | refused | held as one of several |")
    print("|---|---|---|---|---|---|")
    for arrival in (*ARRIVALS, "foreign"):
        found = {word: tally.counts[arrival, word] for word in OUTCOMES}
        print(
            f"| {arrival} | {sum(found.values())} | " + " | ".join(map(str, found.values())) + " |"
        )
    own = sum(count for (arrival, _), count in tally.counts.items() if arrival != "foreign")
    right = sum(count for (_, word), count in tally.counts.items() if word == "right")
    wrong = sum(tally.counts[arrival, "wrong"] for arrival in ARRIVALS)
    foreign = sum(tally.counts["foreign", word] for word in OUTCOMES)
    held = sum(tally.counts[arrival, "held"] for arrival in ARRIVALS)
    for words, part, whole in (
        ("right of own pages", right, own),
        ("right of own pages that were laid", right, right + wrong),
        ("held as one of several, of own pages", held, own),
        ("foreign pages refused", tally.counts["foreign", "refused"], foreign),
    ):
        if whole:
            low, high = wilson_interval(part, whole)
            print(f"{words}: {part} of {whole} = {part / whole:.1%} ({low:.1%}-{high:.1%})")
    for words, times in (("shortlist", tally.shortlist_ms), ("laying", tally.page_ms)):
        print(f"{words}: {np.median(times):.0f} ms CPU a page (median), {max(times):.0f} at most")


if __name__ == "__main__":
    main()
