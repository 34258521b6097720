"""Says which printed line names which part of a page's layout, and reads those lines."""

from __future__ import annotations

from dataclasses import dataclass

from forms_app.templating.blank_ink import BlankPage
from forms_app.templating.choice_grouping import MarkGroup, group_marks
from forms_app.templating.field_naming import clean_label
from forms_app.templating.label_reading import LabelReader
from forms_app.templating.labels import header_of, label_places, option_labels, question_of
from forms_app.templating.layout_detection import PageLayout
from forms_app.templating.page_parts import Comb, TextLine, WritingPlace, mm

_LEAST_GUIDE_INK, _LEAST_GUIDED = 0.02, 0.6
"""Share of a cell that a guide letter inks, and share of the cells that have one."""


@dataclass(frozen=True)
class LabelledLayout:
    """Everything found, with the printed line that names each part."""

    combs: tuple[tuple[Comb, TextLine | None], ...]
    places: tuple[tuple[WritingPlace, TextLine | None], ...]
    groups: tuple[tuple[MarkGroup, TextLine | None, tuple[TextLine | None, ...]], ...]


def with_labels(layout: PageLayout) -> LabelledLayout:
    """The parts of a layout, each with the line beside, above or under it that is its label."""
    groups = group_marks(layout.marks, layout.texts)
    options = [tuple(option_labels(group, layout.texts)) for group in groups]
    used = {id(t) for each in options for t in each}
    free = [t for t in layout.texts if id(t) not in used]
    written = [WritingPlace(c.box, c.print) for c in layout.combs] + list(layout.places)
    obstacles = [p.box for p in written] + [g.box for g in groups]
    labels = label_places(written, obstacles, free)
    count = len(layout.combs)
    headed = [
        header_of(place, layout.texts, layout.places) if place.table else label
        for place, label in zip(layout.places, labels[count:], strict=True)
    ]
    asked = [question_of(g, o, free) for g, o in zip(groups, options, strict=True)]
    return LabelledLayout(
        tuple(zip(layout.combs, labels[:count], strict=True)),
        tuple(zip(layout.places, headed, strict=True)),
        tuple(zip(groups, asked, options, strict=True)),
    )


class Words:
    """The labels' text, all read in one go; guide letters and letters in bubbles, too."""

    def __init__(self, page: BlankPage, found: LabelledLayout, reader: LabelReader) -> None:
        lines = [t for _, t in found.combs] + [t for _, t in found.places]
        lines += [t for _, asked, options in found.groups for t in (asked, *options)]
        boxes = {id(t): t.box for t in lines if t is not None}
        for comb, _ in found.combs:
            if _guided(page, comb):
                boxes |= {id(cell): cell.expanded(-mm(0.5)) for cell in comb.cells}
        for group, _, options in found.groups:
            if not any(options) or group.marks[0].is_round:
                boxes |= {id(m): m.box.expanded(-0.15 * m.box.width) for m in group.marks}
        self._text = dict(zip(boxes, reader.read(page, list(boxes.values())), strict=True))

    def of(self, line: TextLine | None) -> str:
        """What a printed line says."""
        return clean_label(self._text.get(id(line), "")) if line is not None else ""

    def inside(self, mark: object) -> str:
        """The letter printed in a bubble."""
        return self._text.get(id(mark), "").strip()[:3]

    def guides(self, comb: Comb) -> str:
        """The letters printed in a comb's cells, one each."""
        return "".join(self._text.get(id(cell), "").strip()[:1] for cell in comb.cells)


def _guided(page: BlankPage, comb: Comb) -> bool:
    """Whether letters are printed in most cells."""
    cells = [cell.expanded(-mm(0.8)).as_slices() for cell in comb.cells]
    inked = [float((page.strokes[rows, columns] > 0).mean()) for rows, columns in cells]
    return sum(ink > _LEAST_GUIDE_INK for ink in inked) > _LEAST_GUIDED * len(inked)
