"""Automatic detection on drawn pages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.detection import compare, scanned
from benchmarks.drawn_forms.form import draw_form
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage, prepare_blank
from forms_app.templating.detection import detect_fields
from forms_app.training.synthesis.blank_forms import Entry, draw_blank_form
from forms_app.training.synthesis.cell_prints import CellPrint, Style

SEX = (("f", "female"), ("m", "male"))


class _Known:
    """A reader that is told what stands where, in pixels of the given page."""

    def __init__(self, *words: tuple[str, Box]) -> None:
        self.words = words

    def read(self, page: BlankPage, boxes: Sequence[Box]) -> list[str]:
        return [self._at(page.given(box)) for box in boxes]

    def _at(self, box: Box) -> str:
        return next((text for text, place in self.words if place.overlap(box) > 0), "")


def drawn(style: Style, guides: str = "") -> GreyImage:
    rows = [
        (
            Entry("born", "Date of birth", FieldKind.DATE, 8, guides=guides),
            Entry("code", "Code", FieldKind.TEXT, 5),
        ),
        (
            Entry("sex", "Sex", FieldKind.CHOICE, options=SEX),
            Entry("line", "Remarks", FieldKind.TEXT, width_px=600),
        ),
    ]
    return draw_blank_form("Form 7", "Please write in capitals", rows, style)[0]


@pytest.mark.parametrize("printed", list(CellPrint))
def test_combs_of_every_print_have_their_cells(printed: CellPrint) -> None:
    gap = 12 if printed in {CellPrint.SEPARATE, CellPrint.SHADED, CellPrint.UNDERLINED} else 0
    fields = detect_fields(drawn(Style(cell_print=printed, gap_px=gap), "DDMMYYYY"), 300)
    assert [len(f.cells) for f in fields] == [8, 5, 0, 0]
    assert [f.kind for f in fields[2:]] == [FieldKind.CHOICE, FieldKind.TEXT]
    assert len(fields[2].options) == 2 and fields[3].layout is Layout.LINE
    assert [f.name for f in fields] == ["field_1", "field_2", "field_3", "field_4"]


@pytest.mark.parametrize(("seed", "is_scanned"), [(104, False), (105, True)])
def test_whole_forms_are_found_and_nothing_else(seed: int, is_scanned: bool) -> None:
    grey, truth = draw_form(seed, 200)
    if is_scanned:
        grey, truth = scanned(grey, truth, 200, seed)
    score = compare(detect_fields(grey, 200), truth, False, 0.0)
    assert score.combs_found == score.combs > 0
    assert score.marks_found >= 0.95 * score.marks > 0
    assert score.lines_found == score.lines > 0
    assert score.false == 0, score.missed


def test_names_labels_and_kinds_come_from_what_is_printed() -> None:
    reader = _Known(
        ("Date of birth:", Box(170, 416, 300, 34)),
        ("Sex", Box(170, 580, 70, 30)),
        ("female", Box(236, 634, 140, 30)),
        ("male", Box(480, 634, 90, 30)),
    )
    fields = detect_fields(drawn(Style()), 300, 2, reader, taken_names=["date_of_birth"])
    born, code, sex = fields[:3]
    assert (born.name, born.label, born.kind) == ("date_of_birth_2", "Date of birth", "date")
    assert born.constraints.format == "DDMMYYYY" and born.page == 2
    assert code.name == "field_1" and code.kind is FieldKind.TEXT
    assert sex.label == "Sex" and [o.value for o in sex.options] == ["female", "male"]


def test_cells_of_a_skewed_page_follow_the_print() -> None:
    grey, truth = draw_form(105, 200)
    turned, moved = scanned(grey, truth, 200, 105)
    found = [f for f in detect_fields(turned, 200) if len(f.cells) > 8]
    assert found and all(_follows(f, moved.combs) for f in found)


def _follows(found: FormField, combs: Sequence[tuple[Box, ...]]) -> bool:
    cells = max(combs, key=lambda c: c[0].overlap(found.cells[0]))
    pairs = zip(found.cells, cells, strict=True)
    return all(abs(a.centre[1] - b.centre[1]) <= 5 for a, b in pairs)


def test_an_empty_page_has_no_fields() -> None:
    assert detect_fields(np.full((1754, 1240), 255, np.uint8), 150) == []


def test_a_resolution_that_makes_no_page_is_not_believed() -> None:
    grey = np.full((3508, 2480), 255, np.uint8)
    sizes = [prepare_blank(grey, dpi).size for dpi in (72, None, 300)]
    assert np.ptp(sizes, axis=0).max() <= 1 and sizes[2] == (1653, 2339)
