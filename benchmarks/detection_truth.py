"""The truth of real blanks, for the detection benchmark: queXF, formHTR, OMRChecker.

The truth is what is printed, for nothing else can be detected:
- queXF's blank is a 1-bit scan in which no divider of a comb is left: its combs count as boxes.
- Tara's station number is one box without dividers; its depths and comments have neither box nor
  line, and its three numbers of one table cell are written into that one cell.
- formHTR's own boxes for front and back belong to another scan and lie up to 1 cm beside the
  printed ones; here they are measured in the pictures.
- OMRChecker's template for three sheets has two gaps the wrong way round.
- OMRChecker's templates list bubbles alone: places for other fields on those sheets are not scored.

formHTR's and OMRChecker's pictures are filled sheets, as there are no blanks of them. The places of
formHTR's sheets are painted empty; OMRChecker's bubbles stay as they are, and one that is filled in
counts as one to be found. Taken are OMRChecker's pictures whose templates give the bubbles in the
picture itself (no cropping to a page or to markers first).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawn_forms.truth import Truth
from benchmarks.forms.make_tara_blank import make_blank
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.intake import open_page
from forms_app.reading.types import GreyImage
from forms_app.templating.template_file import load_template
from tests.shared_data import shared_data_dir

FORMS = Path(__file__).parent / "forms"
_NEET = ((0.04, 0.03, 0.29, 0.26), (0.09, 0.28, 0.18, 0.035), (0.04, 0.475, 0.29, 0.145),
         (0.02, 0.86, 0.94, 0.14))  # fmt: skip
"""The roll number, the number and the code of the booklet, names and signatures: shares of width
and height."""
OMR_PICTURES: dict[str, tuple[tuple[float, float, float, float], ...]] = {
    "community/EricSoOSU/RTLSampleBubbleSheet.jpg": (),
    "community/Sandeep-1507/omr-1.png": _NEET,
    "community/Sandeep-1507/omr-2.png": _NEET,
    "community/Sandeep-1507/omr-3.png": _NEET,
    "community/Shamanth/omr_sheet_01.png": (),
    "community/dxuian/omrcollegesheet.jpg": (),
    "community/ibrahimkilic/yes_no_questionnarie.jpg": (),
    "community/samuelIkoli/waec_sample.jpeg": (),
}
"""Pictures with the areas that hold fields which the template leaves out."""
TARA_NOT_PRINTED = {"depth_1", "depth_2", "depth_3", "fnu_1", "fnu_2", "fnu_3", "comments"}
TARA_FNU_CELL = Box(1642, 1110, 282, 227)
_WALL_PX = 14
_MENDED = {"Booklet_No": {"bubblesGap": 26.5, "labelsGap": 28}}
"""The template of the three answer sheets has the two gaps of this block the wrong way round."""
_TYPES = {
    "QTYPE_INT": (10, "vertical"),
    "QTYPE_MCQ4": (4, "horizontal"),
    "QTYPE_MCQ4_RTL": (4, "horizontal"),
    "QTYPE_MCQ5": (5, "horizontal"),
}


@dataclass(frozen=True)
class Case:
    """A blank with its truth; `loose` where marks are known by their middles alone."""

    group: str
    name: str
    grey: GreyImage
    dpi: float | None
    truth: Truth
    loose: bool = False
    unlisted: tuple[Box, ...] = ()
    """Areas with fields that the truth leaves out."""


def real_cases() -> Iterator[Case]:
    """The real blanks under shared/data/forms; test only."""
    forms = shared_data_dir() / "forms"
    quexf = load_template(FORMS / "quexf.json")
    for page in (1, 2):
        grey = _page(forms / "quexf" / "blank.pdf", page)
        truth = _as_printed(quexf.fields_on(page), {f.name for f in quexf.fields}, set())
        yield Case("queXF blank.pdf", f"queXF {page}", grey, 300.0, truth)
    with tempfile.TemporaryDirectory() as folder:
        path = make_blank(forms / "formhtr" / "logsheet_tara.pdf", Path(folder))
        tara = load_template(path)
        grey = _page(path.with_name("tara_blank.png"), 1)
        truth = _as_printed(tara.fields_on(1), {"station"}, TARA_NOT_PRINTED)
        truth.lines.append(TARA_FNU_CELL)
        yield Case("formHTR Tara log sheet", "Tara", grey, 300.0, truth)
    measured = json.loads((FORMS / "formhtr_boxes.json").read_text())
    for side in ("front", "back"):
        marks, lines = ([Box(*box) for box in measured[side][name]] for name in ("marks", "lines"))
        truth = Truth(marks=marks, lines=lines)
        grey = _emptied(_page(forms / "formhtr" / f"{side}.pdf", 1), truth)
        yield Case("formHTR front, back", side, grey, 300.0, truth)
    for name, unlisted in OMR_PICTURES.items():
        path = forms / "omrchecker" / "samples" / name
        grey = _page(path, 1)
        template = json.loads((path.parent / "template.json").read_text())
        height, width = grey.shape
        areas = tuple(Box(x * width, y * height, w * width, h * height) for x, y, w, h in unlisted)
        truth = _omr_truth(template, grey)
        yield Case("OMRChecker pictures, filled", name, grey, None, truth, True, areas)


def _page(path: Path, number: int) -> GreyImage:
    return open_page(path.read_bytes(), path.name, number).grey


def truth_of(fields: Sequence[FormField]) -> Truth:
    """What detection should find where a template has these fields."""
    truth = Truth()
    for f in fields:
        if f.cells:
            truth.combs.append(f.cells)
        elif f.options:
            first = len(truth.marks)
            truth.marks += [option.box for option in f.options]
            truth.groups.append(tuple(range(first, len(truth.marks))))
        elif f.kind is FieldKind.MARK:
            truth.marks.append(f.box)
        else:
            truth.lines.append(f.box)
    return truth


def _as_printed(fields: Sequence[FormField], undivided: set[str], absent: set[str]) -> Truth:
    """The truth of fields, where some combs show no dividers and some fields nothing at all."""
    return truth_of(
        [replace(f, cells=(), layout=Layout.LINE) if f.cells and f.name in undivided else f
         for f in fields if f.name not in absent]
    )  # fmt: skip


def _emptied(grey: GreyImage, truth: Truth) -> GreyImage:
    """The page with its places painted over by their own paper, but for what is near the walls."""
    page = grey.copy()
    for box in [*truth.marks, *truth.lines]:
        rows, columns = box.expanded(-_WALL_PX).as_slices()
        part = page[rows, columns]
        part[:] = np.uint8(np.median(part[part > 200]))
    return page


def _omr_truth(template: dict[str, Any], grey: GreyImage) -> Truth:
    """OMRChecker's bubbles: each block repeats labels one way and values the other.

    OMRChecker stretches every picture to the page of its template, whatever its shape.
    """
    width, height = template["bubbleDimensions"]
    page_width, page_height = template["pageDimensions"]
    wider, higher = grey.shape[1] / page_width, grey.shape[0] / page_height
    truth = Truth()
    for name, given in template["fieldBlocks"].items():
        block = given | _MENDED.get(name, {})
        count, direction = _TYPES.get(block.get("fieldType", ""), (0, ""))
        count = len(block.get("bubbleValues", ())) or count
        direction = block.get("direction", direction or "horizontal")
        x0, y0 = block["origin"]
        for label in range(_label_count(block["fieldLabels"])):
            first = len(truth.marks)
            for value in range(count):
                along, across = value * block["bubblesGap"], label * block["labelsGap"]
                dx, dy = (along, across) if direction == "horizontal" else (across, along)
                x, y = (x0 + dx) * wider, (y0 + dy) * higher
                truth.marks.append(Box(x, y, width * wider, height * higher))
            truth.groups.append(tuple(range(first, len(truth.marks))))
    return truth


def _label_count(labels: list[str]) -> int:
    """How many fields `["q1..4", "roll"]` names."""
    ranges = (re.fullmatch(r"\D*(\d+)\.{2,3}(\d+)", label) for label in labels)
    return sum(int(r[2]) - int(r[1]) + 1 if r else 1 for r in ranges)
