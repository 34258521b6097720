"""The truth of real blanks, for the detection benchmark: queXF, formHTR, OMRChecker.

OMRChecker has no blanks: its pictures are filled sheets. Taken are those whose templates give the
bubbles in the picture itself (no cropping to a page or to markers first). A bubble that is filled
in counts as one that should be found, although detection is made for blanks.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.drawn_forms.truth import Truth
from benchmarks.forms.make_tara_blank import make_blank
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.reading.geometry import Box
from forms_app.reading.intake import open_page
from forms_app.reading.types import GreyImage
from forms_app.templating.template_file import load_template
from tests.shared_data import shared_data_dir

FORMS = Path(__file__).parent / "forms"
OMR_PICTURES = (
    "community/EricSoOSU/RTLSampleBubbleSheet.jpg",
    "community/Sandeep-1507/omr-1.png",
    "community/Sandeep-1507/omr-2.png",
    "community/Sandeep-1507/omr-3.png",
    "community/Shamanth/omr_sheet_01.png",
    "community/dxuian/omrcollegesheet.jpg",
    "community/ibrahimkilic/yes_no_questionnarie.jpg",
    "community/samuelIkoli/waec_sample.jpeg",
)
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


def real_cases() -> Iterator[Case]:
    """The real blanks under shared/data/forms; test only."""
    forms = shared_data_dir() / "forms"
    quexf = load_template(FORMS / "quexf.json")
    for page in (1, 2):
        grey = _page(forms / "quexf" / "blank.pdf", page)
        yield Case("queXF blank.pdf", f"queXF {page}", grey, 300.0, truth_of(quexf.fields_on(page)))
    with tempfile.TemporaryDirectory() as folder:
        path = make_blank(forms / "formhtr" / "logsheet_tara.pdf", Path(folder))
        tara = load_template(path)
        grey = _page(path.with_name("tara_blank.png"), 1)
        yield Case("formHTR Tara log sheet", "Tara", grey, 300.0, truth_of(tara.fields_on(1)))
    for side in ("front", "back"):
        grey = _page(forms / "formhtr" / f"{side}.pdf", 1)
        config = json.loads((forms / "formhtr" / f"config_{side}.json").read_text())
        yield Case("formHTR front, back", side, grey, 300.0, _formhtr_truth(config, grey))
    for name in OMR_PICTURES:
        path = forms / "omrchecker" / "samples" / name
        grey = _page(path, 1)
        template = json.loads((path.parent / "template.json").read_text())
        yield Case(
            "OMRChecker pictures, filled", name, grey, None, _omr_truth(template, grey), True
        )


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


def _formhtr_truth(config: dict[str, Any], grey: GreyImage) -> Truth:
    """formHTR's boxes: [left, top, right, bottom] at the stated page size."""
    scale = grey.shape[1] / config["width"]
    truth = Truth()
    for item in config["content"]:
        left, top, right, bottom = item["coords"]
        box = Box(left, top, right - left, bottom - top).scaled(scale)
        (truth.marks if item["type"] == "Checkbox" else truth.lines).append(box)
    return truth


def _omr_truth(template: dict[str, Any], grey: GreyImage) -> Truth:
    """OMRChecker's bubbles: each block repeats labels one way and values the other."""
    width, height = template["bubbleDimensions"]
    scale = grey.shape[1] / template["pageDimensions"][0]
    truth = Truth()
    for block in template["fieldBlocks"].values():
        count, direction = _TYPES.get(block.get("fieldType", ""), (0, ""))
        count = len(block.get("bubbleValues", ())) or count
        direction = block.get("direction", direction or "horizontal")
        x0, y0 = block["origin"]
        for label in range(_label_count(block["fieldLabels"])):
            for value in range(count):
                along, across = value * block["bubblesGap"], label * block["labelsGap"]
                dx, dy = (along, across) if direction == "horizontal" else (across, along)
                truth.marks.append(Box(x0 + dx, y0 + dy, width, height).scaled(scale))
    return truth


def _label_count(labels: list[str]) -> int:
    """How many fields `["q1..4", "roll"]` names."""
    ranges = (re.fullmatch(r"\D*(\d+)\.{2,3}(\d+)", label) for label in labels)
    return sum(int(r[2]) - int(r[1]) + 1 if r else 1 for r in ranges)
