"""Writes values into the boxes of a blank page, as one person with one pen would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box, bounding_box
from forms_app.training.synthesis.handwriting import Hands, InkPatch, Writer
from forms_app.training.synthesis.slips import Slip
from forms_app.training.synthesis.strokes import (
    draw_mark,
    draw_scribble,
    draw_signature,
    draw_strike,
)
from forms_app.training.synthesis.values import SampledValue

WRITER_ATTEMPTS = 200
REFERENCE_CELL_PX = 70  # pen widths below are for cells of about 6 mm at 300 dpi


@dataclass(frozen=True, slots=True)
class Hand:
    """How this person fills this form: writer, pen and habits.

    `darkness` is the pen's grey (0 black to 255 paper), `size` the character height in cell
    heights, `pen_px` the stroke width of ticks, `sloppiness` the spread of positions in cells.
    `widest` is the most of its cell's width that a character takes, `aside` where its centre lies
    off the cell's, in cell widths and heights.
    """

    writer: Writer
    darkness: int
    size: float
    pen_px: int
    sloppiness: float
    mark_style: str
    widest: float = 1.02
    aside: tuple[float, float] = (0.0, 0.0)


def pick_hand(hands: Hands, rng: np.random.Generator) -> Hand:
    return Hand(
        writer=hands.pick(rng),
        darkness=int(rng.integers(15, 120)),
        size=float(rng.uniform(0.55, 0.82)),
        pen_px=int(rng.integers(4, 8)),
        sloppiness=float(rng.uniform(0.03, 0.12)),
        mark_style=str(rng.choice(["cross", "tick", "fill", "cross", "dash"])),
    )


def fill_page(
    blank: NDArray[np.uint8],
    fields: Sequence[FormField],
    values: Sequence[SampledValue],
    hand: Hand,
    hands: Hands,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """The blank (H, W) grey with the values of its fields written in.

    `hands` lends another writer where this one cannot write a character.

    Raises:
        DatasetError: no writer can write a value's characters.
    """
    ink = np.zeros_like(blank)
    for field, sample in zip(fields, values, strict=True):
        _fill_field(ink, field, sample, hand, hands, rng)
    pressure = _pressure(blank.shape, rng)
    alpha = ink.astype(np.float32) / 255.0 * pressure
    return np.minimum(blank, (blank * (1 - alpha) + hand.darkness * alpha)).astype(np.uint8)


def _fill_field(
    ink: NDArray[np.uint8],
    field: FormField,
    sample: SampledValue,
    hand: Hand,
    hands: Hands,
    rng: np.random.Generator,
) -> None:
    if field.kind is FieldKind.MARK:
        if sample.slip == Slip.SCRIBBLED or sample.value:
            _mark(ink, field.box, hand, sample.slip, rng)
    elif field.options:
        chosen = sample.value if isinstance(sample.value, tuple) else (sample.value,)
        for option in field.options:
            if option.value in chosen:
                slip = "" if sample.slip == Slip.SCRIBBLED else sample.slip
                _mark(ink, option.box, hand, slip, rng)
            elif sample.slip == Slip.SCRIBBLED and option.value == sample.spoilt:
                _mark(ink, option.box, hand, sample.slip, rng)
    elif field.kind is FieldKind.SIGNATURE:
        if sample.value:
            draw_signature(ink, field.box, hand.pen_px, rng)
    elif sample.text:
        writer = _capable_writer(sample.text, hand.writer, hands, rng)
        write = _write_comb if field.layout is Layout.COMB else _write_line
        written = write(ink, field, sample, writer, hand, rng)
        if sample.slip == Slip.STRUCK_FIELD:
            draw_strike(ink, bounding_box(written), hand.pen_px, rng)


def _mark(
    ink: NDArray[np.uint8], box: Box, hand: Hand, slip: str, rng: np.random.Generator
) -> None:
    if slip == Slip.BESIDE:
        shift = rng.choice([-1, 1], 2) * rng.uniform(0.15, 0.4, 2)
        box = box.shifted(shift[0] * box.width, shift[1] * box.height)
    draw_mark(ink, box, hand.mark_style, hand.pen_px, rng)
    if slip == Slip.SCRIBBLED:
        draw_scribble(ink, box, hand.pen_px, rng)


def _capable_writer(text: str, writer: Writer, hands: Hands, rng: np.random.Generator) -> Writer:
    needed = set(text) - {" "}
    for _ in range(WRITER_ATTEMPTS):
        if all(writer.can_write(c) for c in needed):
            return writer
        writer = hands.pick(rng)
    raise DatasetError(f"No writer of the glyph set can write all of {''.join(sorted(needed))!r}.")


def _write_comb(
    ink: NDArray[np.uint8],
    field: FormField,
    sample: SampledValue,
    writer: Writer,
    hand: Hand,
    rng: np.random.Generator,
) -> list[Box]:
    """Writes one character to a cell; the boxes of their ink."""
    written = []
    for at, (cell, character) in enumerate(zip(field.cells, sample.text, strict=False)):
        if character == " ":
            continue
        if at == sample.slip_at and sample.slip == Slip.OVERWRITTEN:
            _write_cell(ink, cell, sample.spoilt, writer, hand, rng)
        box = _write_cell(ink, cell, character, writer, hand, rng)
        if at == sample.slip_at and sample.slip == Slip.STRUCK_CELL:
            draw_strike(ink, box, hand.pen_px, rng)
        written.append(box)
    return written


def _write_cell(
    ink: NDArray[np.uint8],
    cell: Box,
    character: str,
    writer: Writer,
    hand: Hand,
    rng: np.random.Generator,
) -> Box:
    patch = writer.draw(character, rng)
    cap_px = cell.height * hand.size * rng.uniform(0.92, 1.08)
    widest = cell.width * rng.uniform(hand.widest - 0.17, hand.widest)
    width = patch.alpha.shape[1] * patch.height * cap_px / patch.alpha.shape[0]
    cap_px *= min(1.0, widest / max(width, 1.0))
    centre_x, centre_y = cell.centre
    x = centre_x + (hand.aside[0] + rng.normal(0, hand.sloppiness)) * cell.width
    y = centre_y - cap_px / 2 + (hand.aside[1] + rng.normal(0, hand.sloppiness)) * cell.height
    return _stamp(ink, patch, x, y, cap_px)


def _write_line(
    ink: NDArray[np.uint8],
    field: FormField,
    sample: SampledValue,
    writer: Writer,
    hand: Hand,
    rng: np.random.Generator,
) -> list[Box]:
    """Writes along a line; the boxes of the characters' ink."""
    patches = [None if c == " " else writer.draw(c, rng) for c in sample.text]
    box = field.box
    cap_px = min(box.height * hand.size * 0.9, 130.0)
    gap_px = cap_px * rng.uniform(0.08, 0.25)
    needed = sum(_advance(p, cap_px, gap_px) for p in patches)
    room = box.width * 0.94
    if needed > room:
        cap_px, gap_px = cap_px * room / needed, gap_px * room / needed
        needed = room
    x = box.x + rng.uniform(0.02, max(0.03, min(0.2, 0.97 - needed / box.width))) * box.width
    y = box.centre[1] - cap_px / 2
    drift = rng.normal(0, 0.01)
    written = []
    for at, patch in enumerate(patches):
        step = _advance(patch, cap_px, gap_px)
        if patch is not None:
            jitter = rng.normal(0, 0.03) * cap_px
            place = (x + (step - gap_px) / 2, y + drift * (x - box.x) + jitter, cap_px)
            if at == sample.slip_at and sample.slip == Slip.OVERWRITTEN:
                _stamp(ink, writer.draw(sample.spoilt, rng), *place)
            written.append(_stamp(ink, patch, *place))
        x += step
    return written


def _advance(patch: InkPatch | None, cap_px: float, gap_px: float) -> float:
    if patch is None:
        return cap_px * 0.6
    height, width = patch.alpha.shape
    return width * patch.height * cap_px / height + gap_px


def _stamp(
    ink: NDArray[np.uint8], patch: InkPatch, centre_x: float, cap_top: float, cap_px: float
) -> Box:
    """Lays a patch on the page, its ink centred at `centre_x`, capitals' top at `cap_top`.

    Returns the box of its ink on the page.
    """
    height = max(3, round(patch.height * cap_px))
    width = max(2, round(patch.alpha.shape[1] * height / patch.alpha.shape[0]))
    small = cv2.resize(patch.alpha, (width, height), interpolation=cv2.INTER_AREA)
    left, top = round(centre_x - width / 2), round(cap_top + patch.top * cap_px)
    page = Box(left, top, width, height).clipped(ink.shape[1], ink.shape[0])
    rows, columns = page.as_slices()
    part = small[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    if part.size:
        ink[rows, columns] = np.maximum(ink[rows, columns], part)
    return page


def _pressure(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """How fully the pen inks each place: a slow random field between about 0.7 and 1."""
    coarse = rng.uniform(0.65, 1.05, (24, 16)).astype(np.float32)
    field = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.clip(field, 0.0, 1.0)
