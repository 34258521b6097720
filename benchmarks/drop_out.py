"""Forms printed in a colour, read with colour drop-out and, the same scans, in grey.

The layouts of the field benchmark's development set are printed in one colour, filled by the
development hands with a pen of another, degraded as the field benchmark does (every colour alike,
grain and the light's colour apart) and saved as JPEG with colours at half the resolution. In strong
red, half of the hands write so large or so far aside that they cross the cells' lines. Two rows
must not change: black print with a blue pen, and print and pen of one hue. Seeds are fixed.

Run: python -m benchmarks.drop_out [--forms 8] [--first 0]
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.peers import DATA
from forms_app.intervals import wilson_interval
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import read_pages
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import AlignedPage, GreyImage
from forms_app.training.field_benchmark import BLANK_SHARE, UNMARKED_SHARE, layout_of
from forms_app.training.field_results import FieldResult, compare
from forms_app.training.synthesis.degradation import PROFILES, Profile, degrade
from forms_app.training.synthesis.field_classes import sample_field
from forms_app.training.synthesis.filling import Hand, fill_page
from forms_app.training.synthesis.habits import pick_habits
from forms_app.training.synthesis.layouts import FormLayout, layout_names
from forms_app.training.synthesis.people import BenchmarkSet, People
from forms_app.training.synthesis.slips import spoil
from forms_app.training.synthesis.values import SampledValue

SET = BenchmarkSet.DEVELOPMENT
SEED = 991
Colour = tuple[int, int, int]
ColourImage = NDArray[np.float32]
BLACK_PEN, BLUE_PEN, RED_PEN = (0, 0, 0), (25, 45, 150), (190, 30, 40)
ARRIVALS = {"clean": 0.3, "office": 0.4, "archive": 0.15, "photo": 0.15}
"""Those that keep colours; a fax or a photocopy has none."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Print and pen of a form; `crosses`: half of its hands write across the lines."""

    name: str
    print_colour: Colour
    pen: Colour
    crosses: bool = False


PAIRS = (
    Pair("light red, blue pen", (255, 150, 150), BLUE_PEN),
    Pair("orange, black pen", (245, 150, 60), BLACK_PEN),
    Pair("green, blue pen", (110, 190, 120), BLUE_PEN),
    Pair("blue, black pen", (120, 170, 235), BLACK_PEN),
    Pair("strong red, blue pen", (205, 35, 45), BLUE_PEN, crosses=True),
    Pair("strong red, black pen", (205, 35, 45), BLACK_PEN, crosses=True),
    Pair("black, blue pen", (0, 0, 0), BLUE_PEN),
    Pair("strong red, red pen", (205, 35, 45), RED_PEN),
)


@dataclass(frozen=True, slots=True)
class Both:
    """A form's fields read in grey and in colour; `is_dropped`: the print was left out."""

    grey: list[FieldResult]
    colour: list[FieldResult]
    is_dropped: bool


def read_both(pair: Pair, number: int, classifier: Classifier) -> Both | None:
    """Draws a form and reads it twice; None where its page is refused (the same either way)."""
    rng = np.random.default_rng([SEED, number, PAIRS.index(pair)])
    index = int(rng.integers(len(layout_names(SET))))
    layout, reference = printed_layout(index, pair.print_colour)
    hand = _hand(pair, rng)
    samples = [_sample(field, hand, rng) for field in layout.paper.fields]
    profile = str(rng.choice(list(ARRIVALS), p=list(ARRIVALS.values())))
    page = _filled(layout, pair, samples, hand, rng)
    scan = open_page(_scanned(page, PROFILES[profile], rng), "form.jpg", 1, with_colours=True)
    fields = layout.template.fields
    try:
        grey = align_onto_template(scan.grey, [reference], fields)
    except PageError:
        return None
    colour = align_onto_template(scan.grey, [reference], fields, scan.chroma)
    readings = read_pages([grey, colour], layout.template, [reference], classifier)
    where = {"submission": number, "layout": layout.name, "profile": profile, "hand": pair.name}
    results = [
        [
            compare(field, sample, reading, where, ReviewPolicy())
            for field, sample, reading in zip(fields, samples, page_reading.fields, strict=True)
        ]
        for page_reading in readings
    ]
    return Both(results[0], results[1], _differs(grey, colour))


@cache
def printed_layout(index: int, colour: Colour) -> tuple[FormLayout, PageReference]:
    """A layout, and the user's blank of it: the grey of the coloured print."""
    layout, _ = layout_of(SET, index)
    picture = np.round(_printed(layout.reference, colour)).astype(np.uint8)
    return layout, prepare_reference(1, np.array(Image.fromarray(picture).convert("L")))


@cache
def _people() -> People:
    return People(DATA, SET.hands)


def _hand(pair: Pair, rng: np.random.Generator) -> Hand:
    hand, _ = pick_habits(_people(), rng)
    if pair.crosses and rng.random() < 0.5:
        x, y = rng.uniform(-0.22, 0.22, 2)
        return replace(hand, size=float(rng.uniform(0.9, 1.15)), widest=1.2, aside=(x, y))
    return hand


def _sample(field: FormField, hand: Hand, rng: np.random.Generator) -> SampledValue:
    blank_share = UNMARKED_SHARE if field.kind is FieldKind.MARK else BLANK_SHARE
    sample = sample_field(field, rng, blank_share)
    may_slip = field.is_written or hand.mark_style != "fill"
    return spoil(field, sample, rng) if may_slip else sample


def _printed(grey: GreyImage, colour: Colour) -> ColourImage:
    """A blank `(H, W, 3)` whose darkest print has the full colour."""
    covered = (255 - grey[..., None].astype(np.float32)) / (255 - int(grey.min()))
    return np.asarray(255 - covered * (255 - np.array(colour)), np.float32)


def _filled(
    layout: FormLayout,
    pair: Pair,
    samples: list[SampledValue],
    hand: Hand,
    rng: np.random.Generator,
) -> ColourImage:
    """The print with ink over it: ink covers as on white paper, and lightens no print."""
    paper = np.full_like(layout.blank, 255)
    writing = fill_page(paper, layout.paper.fields, samples, hand, _people(), rng)
    covered = (255 - writing[..., None].astype(np.float32)) / (255 - hand.darkness)
    pale = 0.8 * hand.darkness / 255
    pen = np.array(pair.pen, np.float32) * (1 - pale) + 255 * pale
    page = _printed(layout.blank, pair.print_colour)
    return np.minimum(page, page * (1 - covered) + pen * covered)


def _scanned(page: ColourImage, arrival: Profile, rng: np.random.Generator) -> bytes:
    """A JPEG of the degraded page under light that is a little, or on photographs quite, warm."""
    seed, still = int(rng.integers(2**31)), replace(arrival, noise=0.0)
    planes = [
        degrade(np.asarray(plane, np.uint8), still, np.random.default_rng(seed))
        for plane in cv2.split(page)
    ]
    warm = float(rng.uniform(0, 0.25 if arrival is PROFILES["photo"] else 0.05))
    scan = np.stack(planes, axis=-1) * np.array([1, 1 - 0.4 * warm, 1 - warm], np.float32)
    # The sensor lines of a scanner lie a little apart: black lines have coloured rims.
    scan[1:, :, 0] = 0.65 * scan[1:, :, 0] + 0.35 * scan[:-1, :, 0]
    grain = rng.standard_normal(scan.shape, np.float32)
    scan = scan + grain * (rng.uniform(0.3, 1.0) * arrival.noise)
    data = io.BytesIO()
    picture = Image.fromarray(np.clip(scan, 0, 255).astype(np.uint8))
    quality = int(rng.integers(*arrival.jpeg_quality))
    picture.save(data, "JPEG", quality=quality, subsampling="4:2:0")
    return data.getvalue()


def _differs(grey: AlignedPage, colour: AlignedPage) -> bool:
    return not np.array_equal(grey.grey, colour.grey)


def table(read: dict[str, list[Both]]) -> Iterator[str]:
    """Lines of Markdown: a row for each pair, and one for all whose print can be left out."""
    yield (
        "| print, pen | pages | print left out | fields | exact in grey | exact | accepted in grey"
        " | accepted | wrong of those, grey / colour |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, pages in read.items():
        yield _row(name, pages)
    yield _row("all left out", [page for pages in read.values() for page in pages
                                if page.is_dropped])  # fmt: skip


def _row(name: str, pages: list[Both]) -> str:
    grey = [result for page in pages for result in page.grey]
    colour = [result for page in pages for result in page.colour]
    shares = [
        _share([test(result) for result in results])
        for test in (lambda r: r.is_right, lambda r: not r.needs_review)
        for results in (grey, colour)
    ]
    wrong = [sum(not r.needs_review and not r.is_right for r in results)
             for results in (grey, colour)]  # fmt: skip
    dropped = sum(page.is_dropped for page in pages)
    cells = [name, len(pages), dropped, len(grey), *shares, f"{wrong[0]} / {wrong[1]}"]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _share(hits: list[bool]) -> str:
    if not hits:
        return "-"
    low, high = wilson_interval(sum(hits), len(hits))
    return f"{sum(hits) / len(hits):.1%} ({100 * low:.1f}-{100 * high:.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=8, help="of each pair")
    parser.add_argument("--first", type=int, default=0, help="number of the first form")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    classifier = load_classifier("litert", num_threads=1)
    read: dict[str, list[Both]] = {pair.name: [] for pair in PAIRS}
    for number in range(options.first, options.first + options.forms):
        for pair in PAIRS:
            both = read_both(pair, number, classifier)
            told = "refused"
            if both is not None:
                read[pair.name].append(both)
                right = [sum(r.is_right for r in results) for results in (both.grey, both.colour)]
                told = f"{right[0]} -> {right[1]} of {len(both.grey)}"
            print(f"form {number}, {pair.name}: {told}", flush=True)
    print("\n".join(table(read)))


if __name__ == "__main__":
    main()
