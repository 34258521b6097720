"""Drawn fields with known truth: a printed blank, writing over it, and a scan of both.

Print and writing are moved together against the blank (what registration leaves), thickened,
blurred, shaded, made noisy, compressed or thresholded. The writing alone is kept as truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.cropping import cut_field
from forms_app.reading.form_template import FieldKind, FormField, Layout, Option
from forms_app.reading.geometry import Box, bounding_box
from forms_app.reading.types import FieldCrop
from forms_app.training.synthesis.handwriting import FontHands, Hands, InkPatch, Writer
from forms_app.training.synthesis.strokes import draw_mark, draw_signature

Image = NDArray[np.uint8]
COMB_STYLES = ("boxes", "separate", "open", "dotted", "light", "guides")


@dataclass(frozen=True, slots=True)
class Look:
    """How the form is printed, written on and scanned.

    `pen` is the darkness of the ink (0 to 1); `shift_px` how far print lies from the blank;
    `thicker_px` how much thicker (or thinner) the scan shows the print.
    """

    style: str = "boxes"
    line_px: int = 3
    line_grey: int = 0
    cell_width: int = 60
    cell_height: int = 76
    pen: float = 0.9
    size: float = 0.68
    sloppiness: float = 0.04
    shift_px: float = 0.0
    bend_px: float = 0.0
    thicker_px: int = 0
    blur: float = 0.5
    noise: float = 2.0
    shading: float = 0.0
    bleed: float = 0.0
    jpeg: int = 0
    one_bit: bool = False


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A field with its scan. `characters` holds one `(H, W)` ink mask per written character, as
    it lies in the scan; `cells` the cell of each (combs)."""

    field: FormField
    blank: Image
    scan: Image
    text: str
    characters: tuple[Image, ...]
    cells: tuple[int, ...] = ()

    def crop(self) -> FieldCrop:
        return cut_field(self.scan, self.blank, self.field)

    def truth_in_crop(self, crop: FieldCrop) -> list[Image]:
        x, y = crop.origin_px
        height, width = crop.ink.shape
        return [c[y : y + height, x : x + width] for c in self.characters]


def random_look(rng: np.random.Generator) -> Look:
    """A form, pen and scanner as they come."""
    style = str(rng.choice(COMB_STYLES))
    dark_pen, pencil = rng.uniform(0.75, 1.0), rng.uniform(0.35, 0.75)
    one_bit = bool(rng.random() < 0.2)
    return Look(
        style=style,
        line_px=int(rng.integers(1, 6)),
        line_grey=int(rng.integers(150, 205)) if style == "light" else int(rng.integers(0, 110)),
        cell_width=int(rng.integers(46, 76)),
        cell_height=int(rng.integers(60, 96)),
        pen=float(pencil if rng.random() < 0.25 and not one_bit else dark_pen),
        size=float(rng.uniform(0.55, 0.85)),
        sloppiness=float(rng.uniform(0.02, 0.12)),
        shift_px=float(rng.uniform(0, 2.0)),
        bend_px=float(rng.uniform(0, 1.5)),
        thicker_px=int(rng.integers(-1, 2)),
        blur=float(rng.uniform(0.2, 1.2)),
        noise=float(rng.uniform(0, 9)),
        shading=float(rng.choice([0.0, rng.uniform(0, 0.35)])),
        bleed=float(rng.choice([0.0, rng.uniform(0, 0.15)])),
        jpeg=int(rng.choice([0, rng.integers(40, 90)])),
        one_bit=one_bit,
    )


def draw_comb(
    text: str, look: Look, rng: np.random.Generator, hands: Hands | None = None
) -> DrawnField:
    """A comb with one cell for each character of `text`; a space leaves its cell empty."""
    cells = _comb_cells(len(text), look)
    shape = _page_shape(cells)
    blank = _print_comb(shape, cells, look, rng)
    writer = (hands or FontHands()).pick(rng)
    written = [i for i, c in enumerate(text) if c != " "]
    masks = [_write_in_cell(shape, text[i], cells[i], look, writer, rng) for i in written]
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
    patches = [None if c == " " else _draw_character(c, writer, rng) for c in text]
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
    _outline(blank, box, look)
    top = box.y + (box.height - cap) / 2 + rng.normal(0, 0.03) * box.height
    masks = []
    for patch, left, scale in places:
        mask = np.zeros(shape, np.uint8)
        _paste(mask, patch, left, top + rng.normal(0, 0.02) * cap, scale)
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
        _print_option(blank, box, look, shape_name)
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
    _outline(blank, box, look)
    mask = np.zeros(shape, np.uint8)
    if signed:
        draw_signature(mask, box, int(rng.integers(3, 6)), rng)
    field = FormField("signature", 1, FieldKind.SIGNATURE, box)
    return _scanned(field, blank, [mask], "", (), look, rng)


def with_ink(drawn: DrawnField, extra: Image) -> DrawnField:
    """The same scan with more (black) ink over it."""
    return replace(drawn, scan=np.minimum(drawn.scan, 255 - extra))


def _comb_cells(count: int, look: Look) -> list[Box]:
    gap = round(0.18 * look.cell_width) if look.style == "separate" else 0
    step = look.cell_width + gap
    return [Box(60 + i * step, 50, look.cell_width, look.cell_height) for i in range(count)]


def _page_shape(cells: Sequence[Box]) -> tuple[int, int]:
    return int(cells[-1].bottom) + 50, int(cells[-1].right) + 60


def _print_comb(
    shape: tuple[int, int], cells: Sequence[Box], look: Look, rng: np.random.Generator
) -> Image:
    blank = np.full(shape, 255, np.uint8)
    whole = bounding_box(cells)
    if look.style == "open":
        _line(blank, (whole.x, whole.bottom), (whole.right, whole.bottom), look)
        for cell in cells:
            for x in (cell.x, cell.right):
                _line(blank, (x, cell.bottom - 0.3 * cell.height), (x, cell.bottom), look)
        return blank
    for cell in cells:
        _outline(blank, cell, look)
    if look.style == "guides":
        for index, cell in enumerate(cells):
            at = (int(cell.x + 0.25 * cell.width), int(cell.bottom - 0.25 * cell.height))
            cv2.putText(
                blank, "DDMMYY"[index % 6], at, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 175, 2, cv2.LINE_AA
            )
    return blank


def _outline(blank: Image, box: Box, look: Look) -> None:
    corners = [
        (box.x, box.y),
        (box.right, box.y),
        (box.right, box.bottom),
        (box.x, box.bottom),
    ]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        _line(blank, start, end, look)


def _line(blank: Image, start: tuple[float, float], end: tuple[float, float], look: Look) -> None:
    a, b = np.array(start), np.array(end)
    if look.style != "dotted":
        cv2.line(blank, tuple(a.astype(int)), tuple(b.astype(int)), look.line_grey, look.line_px)
        return
    count = max(2, int(np.linalg.norm(b - a) / 9))
    for t in np.linspace(0, 1, count):
        centre = np.round(a + (b - a) * t).astype(int)
        cv2.circle(blank, tuple(centre), max(1, look.line_px // 2), look.line_grey, -1)


def _print_option(blank: Image, box: Box, look: Look, shape_name: str) -> None:
    if shape_name == "circle":
        centre = (round(box.centre[0]), round(box.centre[1]))
        cv2.circle(blank, centre, round(box.width / 2), look.line_grey, look.line_px, cv2.LINE_AA)
    elif shape_name == "brackets":
        for x, inward in ((box.x, 1), (box.right, -1)):
            _line(blank, (x, box.y), (x, box.bottom), look)
            for y in (box.y, box.bottom):
                _line(blank, (x, y), (x + inward * 0.18 * box.width, y), look)
    else:
        _outline(blank, box, look)


def _write_in_cell(
    shape: tuple[int, int],
    character: str,
    cell: Box,
    look: Look,
    writer: Writer,
    rng: np.random.Generator,
) -> Image:
    patch = _draw_character(character, writer, rng)
    cap = look.size * cell.height * rng.uniform(0.92, 1.08)
    width = patch.alpha.shape[1] * cap * patch.height / patch.alpha.shape[0]
    left = cell.centre[0] - width / 2 + rng.normal(0, look.sloppiness) * cell.width
    top = cell.y + (cell.height - cap) / 2 + rng.normal(0, look.sloppiness) * cell.height
    mask = np.zeros(shape, np.uint8)
    _paste(mask, patch, left, top, cap)
    return mask


def _draw_character(character: str, writer: Writer, rng: np.random.Generator) -> InkPatch:
    hand = writer
    while not hand.can_write(character):
        hand = FontHands().pick(rng)
    return hand.draw(character, rng)


def _paste(mask: Image, patch: InkPatch, left: float, top: float, cap: float) -> None:
    height = max(2, round(patch.height * cap))
    width = max(2, round(patch.alpha.shape[1] * patch.height * cap / patch.alpha.shape[0]))
    small = cv2.resize(patch.alpha, (width, height), interpolation=cv2.INTER_AREA)
    x, y = round(left), round(top + patch.top * cap)
    area = Box(x, y, width, height).clipped(mask.shape[1], mask.shape[0])
    rows, columns = area.as_slices()
    part = small[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    np.maximum(mask[rows, columns], part, out=mask[rows, columns])


def _scanned(
    field: FormField,
    blank: Image,
    masks: Sequence[Image],
    text: str,
    cells: tuple[int, ...],
    look: Look,
    rng: np.random.Generator,
) -> DrawnField:
    printed = 255 - blank
    if look.thicker_px > 0:
        printed = cv2.dilate(printed, np.ones((2, 2), np.uint8))
    elif look.thicker_px < 0 and look.line_px > 2:
        printed = cv2.erode(printed, np.ones((2, 2), np.uint8))
    warp = _misregistration(blank.shape, look, rng)
    printed = warp(printed)
    moved = [warp(m) for m in masks]
    ink = np.max(moved, axis=0) if moved else np.zeros_like(blank)
    dark = np.maximum(printed, (ink * look.pen).astype(np.uint8))
    scan = _degrade(255 - dark, look, rng)
    return DrawnField(field, blank, scan, text, tuple(m > 100 for m in moved), cells)


def _misregistration(shape: tuple[int, ...], look: Look, rng: np.random.Generator):
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    shift = look.shift_px * np.array([np.cos(angle), np.sin(angle)])
    coarse = rng.uniform(-look.bend_px, look.bend_px, (2, 2, max(2, width // 250)))
    bend = [cv2.resize(c.astype(np.float32), (width, height)) for c in coarse]
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    x = columns + bend[0] + np.float32(shift[0])
    y = rows + bend[1] + np.float32(shift[1])
    return lambda image: cv2.remap(image, x, y, cv2.INTER_LINEAR, borderValue=0)


def _degrade(page: Image, look: Look, rng: np.random.Generator) -> Image:
    if look.bleed:
        back = cv2.GaussianBlur(page[:, ::-1], (0, 0), 3.0)
        page = cv2.subtract(page, ((255 - back) * look.bleed).astype(np.uint8))
    if look.shading:
        light = rng.uniform(1 - look.shading, 1, (2, 3)).astype(np.float32)
        light = cv2.resize(light, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
        page = (page * light).astype(np.uint8)
    page = cv2.GaussianBlur(page, (0, 0), max(look.blur, 0.05))
    grain = rng.standard_normal(page.shape) * look.noise
    page = np.clip(page + grain, 0, 255).astype(np.uint8)
    if look.one_bit:
        return np.where(page < rng.integers(130, 185), 0, 255).astype(np.uint8)
    if look.jpeg:
        _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, look.jpeg])
        page = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return page
