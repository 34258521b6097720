"""Forms of random layout in every print style, for measuring registration on forms never seen.

Their seeds and measures are their own: no layout of the field benchmark is among them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forms_app.reading.form_template import Case, Constraints, FieldKind
from forms_app.training.synthesis.blank_forms import Entry, draw_blank_form
from forms_app.training.synthesis.cell_prints import A4_PX, CellPrint, LinePrint, Style
from forms_app.training.synthesis.layouts import LANDSCAPE_PX, FormLayout, at_resolution

LABELS = ("Surname", "First names", "Date of birth", "Code", "Amount paid", "Village", "Officer")


def random_form(seed: int) -> FormLayout:
    """Three to nineteen rows of combs, options, lines and tick boxes.

    Print styles take turns; box lines black to pale, upright or landscape, 300 or 200 dpi.
    """
    return drawn_form(form_plan(seed))


@dataclass(frozen=True, slots=True)
class FormPlan:
    """What a form is drawn of: title, text under it, rows, print style and dots per inch."""

    title: str
    subtitle: str
    rows: tuple[tuple[Entry, ...], ...]
    style: Style
    dpi: int


def form_plan(seed: int) -> FormPlan:
    """The plan of `random_form`."""
    rng = np.random.default_rng(seed + 500)
    cells = list(CellPrint)[seed % len(CellPrint)]
    style, dpi = _random_style(cells, rng), int(rng.choice([300, 300, 200]))
    has_guides = bool(rng.random() < 0.5)
    rows = [_random_row(i, style, has_guides, rng) for i in range(int(rng.integers(3, 20)))]
    plan = FormPlan(f"Form {seed}", "Please use capitals", tuple(map(tuple, rows)), style, dpi)
    return fitting(plan)


def fitting(plan: FormPlan) -> FormPlan:
    """Without the last rows that do not fit on the page."""
    while True:
        try:
            draw_blank_form(plan.title, plan.subtitle, plan.rows, plan.style)
        except ValueError:
            plan = replace(plan, rows=plan.rows[:-1])
        else:
            return plan


def drawn_form(plan: FormPlan) -> FormLayout:
    """The form of a plan that fits."""
    blank, paper = draw_blank_form(plan.title, plan.subtitle, plan.rows, plan.style)
    name = plan.style.cell_print.value
    return FormLayout(name, blank, paper, *at_resolution(blank, paper, plan.dpi))


def _random_style(cells: CellPrint, rng: np.random.Generator) -> Style:
    """Pale styles print their lines as pale as their panels, others black to grey 150."""
    line = rng.integers(175, 210) if cells is CellPrint.DROP_OUT else rng.integers(0, 151)
    touching = cells in (CellPrint.SHARED_WALLS, CellPrint.TICKS, CellPrint.DROP_OUT)
    return Style(
        line_px=int(rng.integers(2, 5)),
        line_grey=int(line),
        cell_width_px=int(rng.integers(55, 84)),
        cell_height_px=int(rng.integers(70, 97)),
        cell_print=cells,
        line_print=list(LinePrint)[int(rng.integers(len(LinePrint)))],
        gap_px=0 if touching else int(rng.integers(5, 15)),
        tint=int(rng.integers(208, 234)),
        guide_grey=int(rng.integers(165, 205)),
        page_px=LANDSCAPE_PX if rng.random() < 0.35 else A4_PX,
        tick_box_px=int(rng.integers(40, 56)),
        row_gap_px=int(rng.integers(14, 60)),
    )


def _random_row(
    number: int, style: Style, has_guides: bool, rng: np.random.Generator
) -> list[Entry]:
    entries, x = [], 170
    for place in range(int(rng.integers(1, 5))):
        entry, width = _random_entry(f"field_{number}_{place}", style.cell_step_px, rng)
        if has_guides and entry.label == "Date of birth":
            entry = _with_guides(entry)
        x += max(width, 18 * len(entry.label)) + 110
        if x < style.page_px[0] - 80:
            entries.append(entry)
    return entries or [Entry(f"only_{number}", "Village", FieldKind.LETTERS, 10)]


def _with_guides(entry: Entry) -> Entry:
    return Entry(entry.name, entry.label, entry.kind, entry.cells, entry.options, entry.width_px,
                 constraints=entry.constraints, guides="DDMMYYYY"[: entry.cells])  # fmt: skip


def _random_entry(name: str, step_px: int, rng: np.random.Generator) -> tuple[Entry, int]:
    """An entry and the width it takes on the page."""
    label, kind = str(rng.choice(LABELS)), rng.random()
    if kind < 0.55:
        cells = int(rng.integers(3, 20))
        written = FieldKind.DIGITS if rng.random() < 0.5 else FieldKind.LETTERS
        upper = Constraints(case=Case.UPPER)
        return Entry(name, label, written, cells, constraints=upper), cells * step_px
    if kind < 0.7:
        return Entry(name, label, FieldKind.CHOICE, options=(("a", "yes"), ("b", "no"))), 400
    if kind < 0.8:
        return Entry(name, label, FieldKind.MARK), 60
    width = int(rng.integers(300, 1200))
    return Entry(name, label, FieldKind.DIGITS, width_px=width), width
