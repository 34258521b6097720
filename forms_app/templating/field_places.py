"""Where a field lies: box, layout, cells and options from a template file's JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from forms_app.reading.form_template import OPTION_KINDS, WRITTEN_KINDS, FieldKind, Layout, Option
from forms_app.reading.geometry import Box, bounding_box
from forms_app.templating.json_reader import ObjectReader


def equal_cells(box: Box, count: int) -> tuple[Box, ...]:
    """`box` cut into `count` cells of the same width."""
    width = box.width / count
    return tuple(Box(box.x + i * width, box.y, width, box.height) for i in range(count))


class FieldPlaces:
    """The places of a field on its page: box, layout, cells and options."""

    def __init__(self, reader: ObjectReader, kind: FieldKind) -> None:
        self.box = reader.box("box")
        self.layout: Layout | None = None
        self.cells: tuple[Box, ...] = ()
        self.options: tuple[Option, ...] = ()
        if kind in WRITTEN_KINDS:
            self._read_layout(reader)
        if kind in OPTION_KINDS:
            self.options = _options(reader)
        if self.box is None and "box" not in reader.keys:
            places = [*self.cells, *(option.box for option in self.options)]
            if places:
                self.box = bounding_box(places)
            elif kind not in OPTION_KINDS and "cells" not in reader.keys:
                reader.problem("has no 'box'; give it as [x, y, width, height] in pixels.")

    def _read_layout(self, reader: ObjectReader) -> None:
        default = Layout.COMB if "cells" in reader.keys else Layout.LINE
        self.layout = reader.choice("layout", Layout) or default
        if self.layout is Layout.LINE:
            if "cells" in reader.keys:
                reader.problem("has 'cells' but the layout 'line'; use 'comb' or remove them.")
            return
        if "cells" not in reader.keys:
            reader.problem("is a comb without 'cells'; say how many, or give each one's box.")
            return
        self.cells = _cells(reader, self.box)


def _cells(reader: ObjectReader, box: Box | None) -> tuple[Box, ...]:
    raw = reader.get("cells")
    if isinstance(raw, int) and not isinstance(raw, bool):
        if not 1 <= raw <= 500:
            reader.problem(f"has {raw} cells; a comb has 1 to 500.")
            return ()
        if box is None:
            return ()
        return equal_cells(box, raw)
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        reader.problem("'cells' must be a number of cells or a list of boxes.")
        return ()
    boxes = [reader.as_box(item, f"cell {i}") for i, item in enumerate(raw, start=1)]
    cells = tuple(cell for cell in boxes if cell is not None)
    for number, (left, right) in enumerate(pairwise(cells), start=2):
        if right.x <= left.x:
            reader.problem(f"cell {number} does not lie right of the cell before it.")
    return cells


def _options(reader: ObjectReader) -> tuple[Option, ...]:
    raw = reader.get("options")
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not raw:
        reader.problem('has no options; list at least one as {"value": ..., "box": [...]}.')
        return ()
    options: list[Option] = []
    for number, item in enumerate(raw, start=1):
        inner = ObjectReader(item, f"{reader.subject}, option {number}", reader.problems)
        inner.reject_unknown(frozenset({"value", "box", "label"}))
        value, box = inner.text("value", required=True), inner.box("box", required=True)
        if value is not None and value in {option.value for option in options}:
            inner.problem(f"the value '{value}' is given twice.")
        elif value is not None and box is not None:
            options.append(Option(value, box, inner.text("label") or ""))
    return tuple(options)
