"""The field benchmark: drawn forms, filled by unseen people, degraded, read end to end.

Every submission has its own seed, so that any number of processes gives the same forms and a short
run is the beginning of a long one.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import AlignedPage, FieldReading
from forms_app.training.field_failures import keep_failures
from forms_app.training.field_results import FieldResult, compare, not_read
from forms_app.training.synthesis.degradation import PROFILES, degrade
from forms_app.training.synthesis.field_classes import sample_field, sample_unruly
from forms_app.training.synthesis.files import page_bytes
from forms_app.training.synthesis.filling import Hand, fill_page
from forms_app.training.synthesis.habits import pick_habits
from forms_app.training.synthesis.layouts import FormLayout, draw_layout, layout_names
from forms_app.training.synthesis.people import BenchmarkSet, People
from forms_app.training.synthesis.slips import spoil
from forms_app.training.synthesis.values import SampledValue

SUBMISSIONS = 2_000
SEEDS = {BenchmarkSet.BENCH: 20_261, BenchmarkSet.DEVELOPMENT: 77}
BLANK_SHARE, UNMARKED_SHARE = 0.08, 0.4
ARRIVALS = {
    "clean": 0.25,
    "office": 0.3,
    "archive": 0.1,
    "fax": 0.1,
    "photocopy": 0.1,
    "photo": 0.15,
}
PALEST_ON_FAX = 115
"""Grey of the palest ink that is faxed: what nobody can see on the page has no truth."""
CHUNK = 4


@dataclass(frozen=True, slots=True)
class BenchmarkRun:
    """What to run: `keep` is a folder for the crops of wrong fields, `model` a trained model."""

    which: BenchmarkSet
    data: Path
    submissions: int = SUBMISSIONS
    workers: int = 1
    engine: str = "litert"
    model: Path | None = None
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One submission of the benchmark: the file as it arrives, and the truth of each field."""

    number: int
    layout: int
    profile: str
    hand: str
    data: bytes
    samples: dict[str, SampledValue]


def run_benchmark(run: BenchmarkRun) -> Iterator[list[FieldResult]]:
    """The results of each submission, in order.

    Raises:
        DatasetError: the handwriting is missing or damaged.
        ModelError: the model cannot be used.
    """
    numbers = range(run.submissions)
    if run.workers == 1:
        yield from map(partial(read_submission, run), numbers)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(run.workers, context) as pool:
        yield from pool.map(partial(read_submission, run), numbers, chunksize=CHUNK)


def read_submission(run: BenchmarkRun, number: int) -> list[FieldResult]:
    """Draws one submission and reads it as a user's file would be read."""
    cv2.setNumThreads(1)
    form = fill_form(run.which, run.data, number)
    layout, reference = layout_of(run.which, form.layout)
    classifier, policy = _classifier(run.engine, run.model), ReviewPolicy()
    where = {
        "submission": number,
        "layout": layout.name,
        "profile": form.profile,
        "hand": form.hand,
    }
    begun = time.process_time()
    read = read_form(form, layout, reference, classifier)
    fields = layout.template.fields
    if read is None:
        return list(not_read(fields, form.samples, where))
    page, readings = read
    ms = 1e3 * (time.process_time() - begun) / len(fields)
    results = [
        replace(compare(f, form.samples[f.name], r, where, policy), ms=ms)
        for f, r in zip(fields, readings, strict=True)
    ]
    if run.keep:
        keep_failures(run.keep, results, page, reference, fields)
    return results


def read_form(
    form: FilledForm, layout: FormLayout, reference: PageReference, classifier: Classifier
) -> tuple[AlignedPage, tuple[FieldReading, ...]] | None:
    """The aligned page and the readings in the template's order; None for a page refused."""
    scan = open_page(form.data, f"form-{form.number}", 1, with_colours=True)
    try:
        page = align_onto_template(scan.grey, [reference], layout.template.fields, scan.chroma)
    except PageError:
        return None
    (reading,) = read_pages([page], layout.template, [reference], classifier)
    return page, reading.fields


def fill_form(
    which: BenchmarkSet, data: Path, number: int, rule_breaking: float = 0.0
) -> FilledForm:
    """Draws, fills and degrades submission `number` of a set; the same every time.

    `rule_breaking` is the share of fields whose entry heeds no list, pattern or check digit.
    """
    rng = np.random.default_rng([SEEDS[which], number])
    index = int(rng.integers(len(layout_names(which))))
    profile = str(rng.choice(list(ARRIVALS), p=list(ARRIVALS.values())))
    layout, _ = layout_of(which, index)
    people = _people(which, data)
    hand, traits = pick_habits(people, rng)
    samples = {f.name: _sample(f, hand, rule_breaking, rng) for f in layout.paper.fields}
    arrival = PROFILES[profile]
    if arrival.one_bit:
        hand = replace(hand, darkness=min(hand.darkness, PALEST_ON_FAX))
    values = list(samples.values())
    filled = fill_page(layout.blank, layout.paper.fields, values, hand, people, rng)
    page = degrade(filled, arrival, rng)
    quality = int(rng.integers(*arrival.jpeg_quality))
    described = ", ".join(traits)
    file = page_bytes(page, arrival.one_bit, quality)
    return FilledForm(number, index, profile, described, file, samples)


def _sample(
    field: FormField, hand: Hand, rule_breaking: float, rng: np.random.Generator
) -> SampledValue:
    if rule_breaking and field.is_written and rng.random() < rule_breaking:
        return sample_unruly(field, rng)
    blank_share = UNMARKED_SHARE if field.kind is FieldKind.MARK else BLANK_SHARE
    sample = sample_field(field, rng, blank_share)
    # Whoever blackens boxes cannot scribble a mark out so that anybody would see it.
    if not field.is_written and hand.mark_style == "fill":
        return sample
    return spoil(field, sample, rng)


@lru_cache(maxsize=16)
def layout_of(which: BenchmarkSet, index: int) -> tuple[FormLayout, PageReference]:
    """One layout of a set and its blank, ready to be registered against."""
    layout = draw_layout(which, index)
    return layout, prepare_reference(1, layout.reference)


@lru_cache(maxsize=2)
def _people(which: BenchmarkSet, data: Path) -> People:
    return People(data, which.hands)


@lru_cache(maxsize=2)
def _classifier(engine: str, model: Path | None) -> Any:
    return load_classifier(engine, model, num_threads=1)
