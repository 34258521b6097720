"""Filled forms of many print styles, for teaching and for fitting the confidence.

The development set of the field benchmark has six layouts; what is fitted to six may know them too
well. Here each layout is drawn at random: size and print of cells and lines, shade and weight of
the print, guide letters, paper upright or across, resolution of the blank. Entries, slips and scans
are drawn as the field benchmark draws them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.training.field_benchmark import (
    ARRIVALS,
    BLANK_SHARE,
    PALEST_ON_FAX,
    UNMARKED_SHARE,
    FilledForm,
)
from forms_app.training.synthesis.blank_forms import draw_blank_form, pack_rows
from forms_app.training.synthesis.cell_prints import A4_PX, CellPrint, LinePrint, Style
from forms_app.training.synthesis.degradation import PROFILES, degrade
from forms_app.training.synthesis.field_classes import CLASSES, sample_field, sample_unruly
from forms_app.training.synthesis.files import page_bytes
from forms_app.training.synthesis.filling import Hand, fill_page
from forms_app.training.synthesis.habits import pick_habits
from forms_app.training.synthesis.layouts import LANDSCAPE_PX, FormLayout, at_resolution
from forms_app.training.synthesis.people import HandSet, People
from forms_app.training.synthesis.slips import WRITTEN_SLIPS, Slip, spoil
from forms_app.training.synthesis.values import SampledValue

LAYOUTS = 60
"""Of each set."""
SEEDS = {HandSet.DEVELOPMENT: 5_201, HandSet.TRAINING: 9_614}
_MM_PX = 300 / 25.4
"""Pixels of a millimetre on paper."""
_PARTED = frozenset({CellPrint.SEPARATE, CellPrint.SHADED, CellPrint.UNDERLINED})


@dataclass(frozen=True, slots=True)
class _Print:
    """What varies from form to form beside its style."""

    style: Style
    dpi: int
    guides: bool
    line_px: tuple[int, int]


def fill_varied_form(
    which: HandSet,
    data: Path,
    number: int,
    rule_breaking: float = 0.0,
    slips: Mapping[Slip, float] = WRITTEN_SLIPS,
) -> tuple[FilledForm, FormLayout, PageReference]:
    """Draws, fills and degrades form `number` of a set (never the bench); the same every time.

    The sets share neither people nor layouts. `rule_breaking` is the share of written fields whose
    entry heeds no list, pattern or check digit, `slips` how many are spoilt in which way.

    Raises:
        DatasetError: the handwriting is missing or damaged.
    """
    rng = np.random.default_rng([SEEDS[which], 1, number])
    index = int(rng.integers(LAYOUTS))
    profile = str(rng.choice(list(ARRIVALS), p=list(ARRIVALS.values())))
    layout, reference = _layout(which, index)
    people = _people(which, data)
    hand, traits = pick_habits(people, rng)
    samples = {f.name: _sample(f, hand, rule_breaking, slips, rng) for f in layout.paper.fields}
    arrival = PROFILES[profile]
    if arrival.one_bit:
        hand = replace(hand, darkness=min(hand.darkness, PALEST_ON_FAX))
    filled = fill_page(layout.blank, layout.paper.fields, list(samples.values()), hand, people, rng)
    page = degrade(filled, arrival, rng)
    file = page_bytes(page, arrival.one_bit, int(rng.integers(*arrival.jpeg_quality)))
    form = FilledForm(number, index, profile, ", ".join(traits), file, samples)
    return form, layout, reference


def _sample(
    field: FormField,
    hand: Hand,
    rule_breaking: float,
    slips: Mapping[Slip, float],
    rng: np.random.Generator,
) -> SampledValue:
    if field.is_written and rng.random() < rule_breaking:
        return sample_unruly(field, rng)
    blank_share = UNMARKED_SHARE if field.kind is FieldKind.MARK else BLANK_SHARE
    sample = sample_field(field, rng, blank_share)
    if not field.is_written and hand.mark_style == "fill":
        return sample
    return spoil(field, sample, rng, slips)


@lru_cache(maxsize=2)
def _people(which: HandSet, data: Path) -> People:
    return People(data, which)


@lru_cache(maxsize=LAYOUTS)
def _layout(which: HandSet, index: int) -> tuple[FormLayout, PageReference]:
    rng = np.random.default_rng([SEEDS[which], 0, index])
    look = _draw_print(rng)
    order = rng.permutation(len(CLASSES))
    kinds = [list(CLASSES.values())[i] for i in order]
    rank = {"comb": 0, "line": 1}
    entries = [
        (kind if look.guides else replace(kind, guides="")).entry(number, *look.line_px)
        for kind in sorted(kinds, key=lambda k: rank.get(k.name[:4], 2))
        for number in range(1 + (kind.name in _TWICE))
    ]
    name = f"varied {index}, {look.style.cell_print}"
    blank, paper = draw_blank_form(
        f"Form {index}", "Please write in capitals.", pack_rows(entries, look.style), look.style
    )
    reference, template = at_resolution(blank, paper, look.dpi)
    return FormLayout(name, blank, paper, reference, template), prepare_reference(1, reference)


_TWICE = frozenset({"comb_capitals", "comb_date", "line_digits", "line_amount", "line_capitals"})


def _draw_print(rng: np.random.Generator) -> _Print:
    cell_print = CellPrint(str(rng.choice(list(CellPrint))))
    width_px = round(float(rng.uniform(5, 8)) * _MM_PX)
    height_px = round(width_px * float(rng.uniform(1.1, 1.35)))
    style = Style(
        line_px=int(rng.integers(2, 5)),
        line_grey=int(rng.integers(15, 190)),
        cell_width_px=width_px,
        cell_height_px=height_px,
        cell_print=cell_print,
        line_print=LinePrint(str(rng.choice(list(LinePrint)))),
        gap_px=int(rng.integers(5, 15)) if cell_print in _PARTED else 0,
        tint=int(rng.integers(214, 234)),
        guide_grey=int(rng.integers(170, 205)),
        page_px=A4_PX if rng.random() < 0.6 else LANDSCAPE_PX,
        row_gap_px=int(rng.integers(14, 42)),
    )
    line_px = (int(rng.integers(560, 700)), int(rng.integers(84, 104)))
    return _Print(style, int(rng.choice([200, 300])), bool(rng.random() < 0.5), line_px)
