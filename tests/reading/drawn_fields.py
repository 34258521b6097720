"""Drawn fields with known truth: a printed blank, writing over it, and a scan of both.

The writing alone is kept as truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from forms_app.reading.cropping import cut_field
from forms_app.reading.form_template import FieldKind, FormField, Layout, Option
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import FieldCrop, GreyImage
from forms_app.training.synthesis.handwriting import FontHands, Hands
from forms_app.training.synthesis.strokes import draw_mark, draw_signature
from tests.reading.drawn_look import Look
from tests.reading.drawn_print import outline, print_comb, print_option
from tests.reading.drawn_scan import scan_of
from tests.reading.drawn_writing import draw_character, paste, write_in_cell


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A field with its scan. `characters` holds one `(H, W)` ink mask per written character, as
    it lies in the scan; `cells` the cell of each (combs)."""

    field: FormField
    blank: GreyImage
    scan: GreyImage
    text: str
    characters: tuple[GreyImage, ...]
    cells: tuple[int, ...] = ()

    def crop(self) -> FieldCrop:
        return cut_field(self.scan, self.blank, self.field)

    def truth_in_crop(self, crop: FieldCrop) -> list[GreyImage]:
        x, y = crop.origin_px
        height, width = crop.ink.shape
        return [c[y : y + height, x : x + width] for c in self.characters]


def draw_comb(
    text: str, look: Look, rng: np.random.Generator, hands: Hands | None = None
) -> DrawnField:
    """A comb with one cell for each character of `text`; a space leaves its cell empty."""
    cells = _comb_cells(len(text), look)
    shape = _page_shape(cells)
    blank = print_comb(shape, cells, look, rng)
    writer = (hands or FontHands()).pick(rng)
    written = [i for i, c in enumerate(text) if c != " "]
    masks = [write_in_cell(shape, text[i], cells[i], look, writer, rng) for i in written]
    field = FormField(
        "comb", 1, FieldKind.TEXT, bounding_box(cells), layout=Layout.COMB, cells=tuple(cells)
    )
    return _scanned(field, blank, masks, text, tuple(written), look, rng)


def draw_line(
    text: str,
    look: Look,
    rng: np.random.Generator,
    hands: Hands | None = None,
    spacing: float = 0.12,
) -> DrawnField:
    """A box with free writing; `spacing` is the mean gap in character heights (touching: < 0)."""
    writer = (hands or FontHands()).pick(rng)
    cap = look.size * look.cell_height
    patches = [None if c == " " else draw_character(c, writer, rng) for c in text]
    scales = [cap * rng.uniform(0.92, 1.08) for _ in text]
    x = 60 + look.cell_width * 0.3
    places = []
    for patch, scale in zip(patches, scales, strict=True):
        if patch is None:
            x += cap * 0.75
            continue
        width = patch.alpha.shape[1] * scale * patch.height / patch.alpha.shape[0]
        places.append((patch, x, scale))
        x += width + cap * (spacing + rng.normal(0, 0.04))
    box = Box(60, 40, round(x) - 60 + look.cell_width, look.cell_height)
    shape = (int(box.bottom) + 40, int(box.right) + 60)
    blank = np.full(shape, 255, np.uint8)
    outline(blank, box, look)
    top = box.y + (box.height - cap) / 2 + rng.normal(0, 0.03) * box.height
    masks = []
    for patch, left, scale in places:
        mask = np.zeros(shape, np.uint8)
        paste(mask, patch, left, top + rng.normal(0, 0.02) * cap, scale)
        masks.append(mask)
    field = FormField("line", 1, FieldKind.TEXT, box, layout=Layout.LINE)
    return _scanned(field, blank, masks, text, (), look, rng)


def draw_choice(
    marks: Sequence[str], look: Look, rng: np.random.Generator, shape_name: str = "square"
) -> DrawnField:
    """Tick boxes in a row; each of `marks` is a style of `draw_mark`, `scribble` or empty.

    `shape_name`: square, circle or brackets.
    """
    side = min(look.cell_width, look.cell_height, 64)
    boxes = [Box(50 + i * side * 2.2, 50, side, side) for i in range(len(marks))]
    shape = (int(boxes[0].bottom) + 50, int(boxes[-1].right) + 60)
    blank = np.full(shape, 255, np.uint8)
    for box in boxes:
        print_option(blank, box, look, shape_name)
    masks = []
    for box, mark in zip(boxes, marks, strict=True):
        mask = np.zeros(shape, np.uint8)
        if mark == "scribble":
            for _ in range(3):
                draw_mark(mask, box.expanded(4), "fill", int(rng.integers(5, 9)), rng)
        elif mark == "dot":
            centre = (round(box.centre[0]), round(box.centre[1]))
            cv2.circle(mask, centre, round(0.16 * side), 255, -1, cv2.LINE_AA)
        elif mark:
            draw_mark(mask, box, mark, int(rng.integers(3, 7)), rng)
        masks.append(mask)
    options = tuple(Option(str(i + 1), box) for i, box in enumerate(boxes))
    field = FormField("choice", 1, FieldKind.CHOICE, bounding_box(boxes), options=options)
    return _scanned(field, blank, masks, "", (), look, rng)


def draw_signature_field(signed: bool, look: Look, rng: np.random.Generator) -> DrawnField:
    """A box 600 px wide, signed or not."""
    box = Box(60, 50, 600, 130)
    shape = (int(box.bottom) + 60, int(box.right) + 60)
    blank = np.full(shape, 255, np.uint8)
    outline(blank, box, look)
    mask = np.zeros(shape, np.uint8)
    if signed:
        draw_signature(mask, box, int(rng.integers(3, 6)), rng)
    field = FormField("signature", 1, FieldKind.SIGNATURE, box)
    return _scanned(field, blank, [mask], "", (), look, rng)


def with_ink(drawn: DrawnField, extra: GreyImage) -> DrawnField:
    """The same scan with more (black) ink over it."""
    return replace(drawn, scan=np.minimum(drawn.scan, 255 - extra))


def _comb_cells(count: int, look: Look) -> list[Box]:
    gap = round(0.18 * look.cell_width) if look.style == "separate" else 0
    step = look.cell_width + gap
    return [Box(60 + i * step, 50, look.cell_width, look.cell_height) for i in range(count)]


def _page_shape(cells: Sequence[Box]) -> tuple[int, int]:
    return int(cells[-1].bottom) + 50, int(cells[-1].right) + 60


def _scanned(
    field: FormField,
    blank: GreyImage,
    masks: Sequence[GreyImage],
    text: str,
    cells: tuple[int, ...],
    look: Look,
    rng: np.random.Generator,
) -> DrawnField:
    scan, moved = scan_of(blank, masks, look, rng)
    return DrawnField(field, blank, scan, text, tuple(m > 100 for m in moved), cells)
