"""The benchmark's layouts: every print style on paper, boxes where the print is."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.training.synthesis.cell_prints import CellPrint, Style
from forms_app.training.synthesis.degradation import PAGE_DPI
from forms_app.training.synthesis.field_classes import CLASSES, class_of, sample_field
from forms_app.training.synthesis.layouts import draw_layout, layout_names
from forms_app.training.synthesis.people import BenchmarkSet

EVERY = [(which, i) for which in BenchmarkSet for i in range(len(layout_names(which)))]


@pytest.mark.parametrize(("which", "index"), EVERY)
def test_every_layout_holds_every_class_and_prints_its_cells(
    which: BenchmarkSet, index: int
) -> None:
    layout = draw_layout(which, index)
    assert {class_of(f.name) for f in layout.paper.fields} == set(CLASSES)
    for field in layout.paper.fields:
        rows, columns = field.extent.expanded(8).as_slices()
        printed = layout.blank[rows, columns]
        assert printed.min() < 235, field.name
        for cell in field.cells:
            rows, columns = cell.expanded(-8).as_slices()
            assert np.ptp(layout.blank[rows, columns].astype(int)) < 90, field.name


@pytest.mark.parametrize(("which", "index"), EVERY)
def test_the_template_is_the_paper_at_its_resolution(which: BenchmarkSet, index: int) -> None:
    layout = draw_layout(which, index)
    page = layout.template.page(1)
    assert layout.reference.shape == (page.height_px, page.width_px)
    scale = page.width_px / layout.paper.page(1).width_px
    assert round(scale * PAGE_DPI) in (200, 300)
    for drawn, stated in zip(layout.paper.fields, layout.template.fields, strict=True):
        assert stated.extent.x == pytest.approx(drawn.extent.x * scale, abs=0.5)
        assert stated.name == drawn.name


def test_both_sets_have_six_styles_and_no_layout_in_common() -> None:
    names = [set(layout_names(which)) for which in BenchmarkSet]
    assert [len(n) for n in names] == [len(CellPrint)] * 2
    assert not names[0] & names[1]


def test_values_fit_their_fields_and_obey_the_rules() -> None:
    rng = np.random.default_rng(5)
    layout = draw_layout(BenchmarkSet.BENCH, 0)
    for field in layout.paper.fields:
        for _ in range(20):
            sample = sample_field(field, rng, 0.0)
            assert sample.value not in ("", None)
            assert not field.cells or len(sample.text) <= len(field.cells)
    assert len(CLASSES["comb_list"].constraints.values) == 5_000


def test_a_blank_share_of_one_leaves_every_field_empty() -> None:
    rng = np.random.default_rng(5)
    for field in draw_layout(BenchmarkSet.BENCH, 0).paper.fields:
        assert sample_field(field, rng, 1.0).value in ("", False, ()), field.name


def test_a_step_is_a_cell_and_its_gap() -> None:
    assert Style(cell_width_px=60, gap_px=9).cell_step_px == 69
