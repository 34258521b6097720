"""Health check: is print where people write, or so near that writing runs into it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import FINE_LONG_SIDE_PX, resized_to
from forms_app.reading.form_template import FieldKind, FormField, Layout
from forms_app.reading.geometry import Box
from forms_app.reading.paper import darkness
from forms_app.reading.types import GreyImage
from forms_app.templating.findings import Finding, Severity
from forms_app.templating.health_overlaps import parts_of

INK = 60
"""Darkness (of 255) that counts as print here; pale tints that scanners drop do not."""
LINE_PX = 24
"""Straight print of 4 mm and more at 150 dpi is a ruling, not text."""
OVER_CELLS, GUIDES = 0.12, 0.03
"""Text ink's share of a cell: running text, and a pale or small letter such as D M Y."""
MOST_CROWDED = 0.15
"""Share of a comb's cells with running text from which the comb lies on print."""
OVER_LINE = 0.15
"""Share of a line's width above or below which there is text."""
NEAR_PX = (2, 4)
"""The ring around a box in which print is too near: 0.3 to 0.7 mm at 150 dpi."""
THROUGH = (0.3, 0.7)
"""A printed wall between these shares of a cell's width runs through what is written."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PagePrint:
    """A blank's print at 150 dpi: all of it, its text, and its upright rulings, each `(h, w)`.

    `scale` turns pixels of the template page into pixels here; `labels` numbers each piece of
    text, `extents` has left, top, width and height of each number.
    """

    scale: float
    ink: Mask
    text: Mask
    uprights: Mask
    labels: NDArray[np.int32]
    extents: NDArray[np.int32]


def page_print(blank: GreyImage) -> PagePrint:
    """Separates a blank `(H, W)` uint8 into rulings and text (about 0.1 s); cache the result."""
    small = resized_to(blank, FINE_LONG_SIDE_PX)
    ink = (darkness(small) > INK).astype(np.uint8)
    flat = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, LINE_PX), np.uint8))
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((LINE_PX, 1), np.uint8))
    rulings = cv2.dilate(cv2.bitwise_or(flat, upright), np.ones((3, 3), np.uint8))
    text = cv2.subtract(ink, cv2.min(ink, rulings))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(text, connectivity=8)
    scale = small.shape[0] / blank.shape[0]
    return PagePrint(
        scale,
        ink > 0,
        text > 0,
        upright > 0,
        np.asarray(labels, np.int32),
        np.asarray(stats, np.int32)[:, :4],
    )


def print_findings(field: FormField, printed: PagePrint) -> Iterator[Finding]:
    """Print within the field, close to it, and cells that do not lie on the printed ones."""
    yield from _within(field, printed)
    yield from _near(field, printed)
    if field.layout is Layout.COMB:
        yield from _cell_walls(field, printed)


def _within(field: FormField, printed: PagePrint) -> Iterator[Finding]:
    if field.kind is FieldKind.IMAGE:
        return
    if field.layout is Layout.COMB:
        shares = [_share(printed.text, _inset(cell, printed, 0.12)) for cell in field.cells]
        crowded = sum(share > OVER_CELLS for share in shares)
        if crowded >= max(2, MOST_CROWDED * len(shares)):
            yield over_print(field, "Its cells lie on printed text.")
        elif max(shares) > GUIDES:
            yield Finding(
                Severity.NOTE,
                "print_in_cells",
                "There is print inside its cells, such as letters that say what goes where.",
                "Print them pale, or below the cells: dark ones hide parts of what is written.",
                field.name,
                field.page,
            )
    elif field.layout is Layout.LINE:
        text = _part(printed.text, _inset(field.box, printed, 0.1))
        share = float(text.any(axis=0).mean()) if text.size else 0.0
        if share > OVER_LINE:
            yield over_print(field, f"Printed text runs through {share:.0%} of its line.")


def over_print(field: FormField, message: str) -> Finding:
    """A field that lies on print."""
    return Finding(
        Severity.SHOULD,
        "over_print",
        f"{message} Print under writing cannot be removed without harm to it.",
        "Move or shrink the box so that it holds the place to write alone.",
        field.name,
        field.page,
    )


def _near(field: FormField, printed: PagePrint) -> Iterator[Finding]:
    """Text that begins close to a box; the box's own outline does not count."""
    if field.kind in (FieldKind.IMAGE, FieldKind.SIGNATURE):
        return
    if any(_has_text_around(box, printed) for box in _outer_boxes(field)):
        yield Finding(
            Severity.NOTE,
            "near_print",
            "Print stands about half a millimetre beside it; writing that leaves the box will "
            "touch it.",
            "Leave 2 mm between print and box on the form, or draw the box no larger than the "
            "place to write.",
            field.name,
            field.page,
        )


def _outer_boxes(field: FormField) -> tuple[Box, ...]:
    return parts_of(field) if field.options else (field.extent,)


def _has_text_around(box: Box, printed: PagePrint) -> bool:
    inner, outer = (_scaled(box, printed).expanded(margin) for margin in NEAR_PX)
    height, width = printed.text.shape
    rows, columns = outer.clipped(width, height).as_slices()
    ring = printed.labels[rows, columns].copy()
    hole_rows, hole_columns = (
        inner.clipped(width, height).shifted(-columns.start, -rows.start).as_slices()
    )
    ring[hole_rows, hole_columns] = 0
    numbers, counts = np.unique(ring[ring > 0], return_counts=True)
    x, y = box.scaled(printed.scale).centre
    for number, count in zip(numbers, counts, strict=True):
        left, top, wide, high = printed.extents[number]
        encloses = left <= x <= left + wide and top <= y <= top + high
        if count >= 3 and not encloses:
            return True
    return False


def _cell_walls(field: FormField, printed: PagePrint) -> Iterator[Finding]:
    """Do printed upright lines run through the middle of the cells?"""
    box = _inset(field.box, printed, 0.0, 0.2)
    walls = _part(printed.uprights, box)
    if not walls.size or len(field.cells) < 2:
        return
    places = _runs(walls.mean(axis=0) > 0.7)
    cells = [cell.scaled(printed.scale).shifted(-box.x, 0) for cell in field.cells]
    inside = [
        (place - cell.x) / cell.width
        for place in places
        for cell in cells
        if cell.x <= place < cell.right
    ]
    through = [share for share in inside if THROUGH[0] < share < THROUGH[1]]
    if len(through) < max(1, round(0.2 * len(cells))):
        return
    yield Finding(
        Severity.MUST if len(through) > 0.5 * len(cells) else Severity.SHOULD,
        "cells_off_print",
        f"{len(through)} printed lines run through the middle of its {len(cells)} cells.",
        "Correct the number of cells, or move the box, until the lines meet the print.",
        field.name,
        field.page,
    )


def _runs(flags: Mask) -> list[float]:
    """The middle of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(start + end) / 2 for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _scaled(box: Box, printed: PagePrint) -> Box:
    return box.scaled(printed.scale)


def _inset(box: Box, printed: PagePrint, share: float, share_y: float | None = None) -> Box:
    """The box in pixels of the print, shrunk by a share of its sides on each side."""
    small = _scaled(box, printed)
    across = share if share_y is None else share_y
    return small.expanded(-share * small.width, -across * small.height)


def _part(mask: Mask, box: Box) -> Mask:
    height, width = mask.shape
    return mask[box.clipped(width, height).as_slices()]


def _share(mask: Mask, box: Box) -> float:
    part = _part(mask, box)
    return float(part.mean()) if part.size else 0.0
