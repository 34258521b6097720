"""Proposes the fields of a blank page: what to fill in, its kind, name and label.

The stages are those of `layout_detection` (what is printed), `labelled_layout` (which print names
what) and here: putting it all into template fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from forms_app.reading.form_template import (
    WRITTEN_KINDS,
    Constraints,
    FieldKind,
    FormField,
    Layout,
    Option,
)
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.choice_grouping import MarkGroup
from forms_app.templating.field_naming import Names
from forms_app.templating.field_places import equal_cells
from forms_app.templating.label_kinds import (
    choice_kind,
    is_signature,
    without_guides,
    written_kind,
)
from forms_app.templating.label_reading import LabelReader, NoReader
from forms_app.templating.labelled_layout import Words, with_labels
from forms_app.templating.layout_detection import find_layout
from forms_app.templating.page_parts import Comb, TextLine, WritingPlace, mm
from forms_app.templating.print_scale import prepare_by_print

_IMAGE_HEIGHT_MM = 22.0
"""Higher boxes take several lines: a person keys them from their picture."""
_DRIFT = (1.5, 0.03)
"""Cells that are off even ones by no more pixels, or parts of a cell, are even."""


def detect_fields(
    grey: GreyImage,
    dpi: float | None,
    page_number: int = 1,
    reader: LabelReader | None = None,
    taken_names: Iterable[str] = (),
) -> list[FormField]:
    """Proposed fields of one blank page in reading order, boxes in pixels of that page.

    Args:
        grey: (H, W) uint8, the blank as the template has it.
        dpi: its resolution; None is judged by the size of the page and of its letters.
        page_number: the template page that the fields are for.
        reader: reads the printed labels; None gives the names field_1, ...
        taken_names: names of fields that are there already.
    """
    page = prepare_by_print(grey, dpi)
    found = with_labels(find_layout(page))
    words = Words(page, found, reader or NoReader())
    fields = [
        *(_comb_field(page, comb, words.of(label), words.guides(comb))
          for comb, label in found.combs),
        *(_place_field(page, place, words.of(label)) for place, label in found.places),
        *(f for group in found.groups for f in _mark_fields(page, group, words)),
    ]  # fmt: skip
    height, width = grey.shape
    names = Names(taken_names)
    inside = [f for f in fields if Box(0, 0, width, height).contains(f.extent)]
    return [
        replace(f, name=names.give(f.label), page=page_number) for f in _in_reading_order(inside)
    ]


def _comb_field(page: BlankPage, comb: Comb, label: str, guides: str) -> FormField:
    cells = tuple(_rounded(page.given(cell)) for cell in comb.cells)
    box = bounding_box(cells)
    equal = equal_cells(box, len(cells))
    off = max(max(abs(a.x - b.x), abs(a.y - b.y), abs(a.right - b.right))
              for a, b in zip(cells, equal, strict=True))  # fmt: skip
    cells = equal if off <= max(_DRIFT[0], _DRIFT[1] * cells[0].width) else cells
    label, named = without_guides(label, len(cells))
    kind = written_kind(label, guides or named, len(cells))
    rules = Constraints(format=kind.format)
    return FormField("", 1, kind.kind, box, label, Layout.COMB, cells, constraints=rules)


def _place_field(page: BlankPage, place: WritingPlace, label: str) -> FormField:
    box = _rounded(page.given(place.box))
    if is_signature(label):
        return FormField("", 1, FieldKind.SIGNATURE, box, label)
    if place.box.height > mm(_IMAGE_HEIGHT_MM):
        return FormField("", 1, FieldKind.IMAGE, box, label)
    kind = written_kind(label)
    label = f"{label} {place.row}" if place.table and label else label
    layout = Layout.LINE if kind.kind in WRITTEN_KINDS else None
    rules = Constraints(format=kind.format)
    return FormField("", 1, kind.kind, box, label, layout, constraints=rules)


def _mark_fields(
    page: BlankPage,
    group: tuple[MarkGroup, TextLine | None, tuple[TextLine | None, ...]],
    words: Words,
) -> list[FormField]:
    marks, question, options = group
    boxes = [_rounded(page.given(mark.box)) for mark in marks.marks]
    if len(boxes) == 1:
        return [FormField("", 1, FieldKind.MARK, boxes[0], words.of(options[0]))]
    texts = [words.inside(m) or words.of(t) for m, t in zip(marks.marks, options, strict=True)]
    values = _values(texts)
    made = tuple(Option(value, box, text if text != value else "")
                 for value, box, text in zip(values, boxes, texts, strict=True))  # fmt: skip
    asked = words.of(question)
    return [FormField("", 1, choice_kind(asked), bounding_box(boxes), asked, options=made)]


def _values(texts: Sequence[str]) -> list[str]:
    """The options' values: their labels, or numbers where a label is missing or repeated."""
    named = all(texts) and len(set(texts)) == len(texts)
    return list(texts) if named else [str(i) for i in range(1, len(texts) + 1)]


def _rounded(box: Box) -> Box:
    left, top = round(box.x), round(box.y)
    return Box(left, top, max(1, round(box.right) - left), max(1, round(box.bottom) - top))


def _in_reading_order(fields: Sequence[FormField]) -> list[FormField]:
    """Top to bottom, left to right; boxes whose middles overlap share a row, as in the editor."""
    rows: list[list[FormField]] = []
    for field in sorted(fields, key=lambda f: f.extent.centre[1]):
        if rows and field.extent.centre[1] < rows[-1][0].extent.bottom:
            rows[-1].append(field)
        else:
            rows.append([field])
    return [f for row in rows for f in sorted(row, key=lambda f: f.extent.x)]
