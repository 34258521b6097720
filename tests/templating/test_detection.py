"""Automatic detection on drawn pages."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.detection_cases import scanned
from benchmarks.detection_score import compare
from benchmarks.drawn_forms.form import draw_form
from benchmarks.drawn_forms.sheet import font_of
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage, blank_at, prepare_blank
from forms_app.templating.bracket_marks import bracket_marks, bracket_pairs
from forms_app.templating.choice_grouping import group_marks
from forms_app.templating.detection import detect_fields
from forms_app.templating.layout_detection import find_layout
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


def _page(width: int = 700, height: int = 500) -> GreyImage:
    return np.full((height, width), 255, np.uint8)


def _rings(page: GreyImage, filled: Sequence[tuple[int, int]] = ()) -> GreyImage:
    """Ten questions with rings A to D, pale, and some of them filled in."""
    for row in range(10):
        y = 60 + 36 * row
        cv2.putText(page, str(row + 1), (30, y + 6), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 60, 1)
        for column in range(4):
            x = 100 + 42 * column
            cv2.circle(page, (x, y), 13, 175, 1, cv2.LINE_AA)
            cv2.putText(page, "ABCD"[column], (x - 5, y + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 175)
            if (row, column) in filled:
                cv2.circle(page, (x, y), 12, 40, -1)
    return page


@pytest.mark.parametrize("filled", [(), ((0, 0), (3, 2), (9, 3))])
def test_pale_lettered_bubbles_are_one_choice_a_row(filled: Sequence[tuple[int, int]]) -> None:
    layout = find_layout(blank_at(_rings(_page(), filled), 200))
    groups = group_marks(layout.marks, layout.texts)
    assert [len(g.marks) for g in groups] == [4] * 10


def test_brackets_are_tick_boxes_where_nothing_stands_between_them() -> None:
    page = _page()
    for y in (100, 160):
        for x, tip in ((80, 8), (106, -8)):
            points = np.array([(x + tip, y), (x, y), (x, y + 28), (x + tip, y + 28)], np.int32)
            cv2.polylines(page, [points], False, 0, 2)
    cv2.putText(page, "1", (86, 184), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 2)
    blank = blank_at(page, 200)
    marks = bracket_marks(blank, bracket_pairs(blank))
    assert len(bracket_pairs(blank)) == 2 and len(marks) == 1
    assert marks[0].box.overlap(Box(80, 100, 26, 28)) > 0.9 * 26 * 28


def test_a_box_whose_foot_a_scan_has_lost_is_a_place_but_a_printed_corner_is_none() -> None:
    page = _page()
    cv2.polylines(page, [np.array([(80, 170), (80, 110), (500, 110), (500, 170)])], False, 0, 2)
    cv2.polylines(page, [np.array([(60, 400), (60, 300), (160, 300)])], False, 0, 4)
    places = find_layout(blank_at(page, 200)).places
    assert len(places) == 1
    assert places[0].box.overlap(Box(80, 110, 420, 60)) > 0.9 * 420 * 60


def test_a_qr_code_holds_no_tick_boxes() -> None:
    code = cv2.resize(cv2.QRCodeEncoder.create().encode("LOG 7"), None, fx=6, fy=6,
                      interpolation=cv2.INTER_NEAREST)  # fmt: skip
    page = _page()
    page[100 : 100 + code.shape[0], 100 : 100 + code.shape[1]] = code
    blank = blank_at(page, 200)
    assert len(blank.codes) == 1 and find_layout(blank).marks == ()


def test_a_square_between_two_letters_is_no_tick_box_but_one_on_a_line_is() -> None:
    page = Image.fromarray(_page())
    font = font_of("STIXGeneral.ttf", 36)
    ImageDraw.Draw(page).text((100, 80), "SHEET FEE", font=font, fill=0)
    square = np.array(page)
    cv2.rectangle(square, (300, 200), (330, 230), 0, 2)
    cv2.line(square, (330, 215), (500, 215), 0, 2)
    [mark] = find_layout(blank_at(square, 200)).marks
    assert mark.box.overlap(Box(300, 200, 30, 30)) > 0.9 * 30 * 30
