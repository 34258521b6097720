"""Tick boxes and bubbles seen beside those like them: which hold ink, which lack their frame.

A mark that everybody made looks printed. Boxes of one size that are empty tell otherwise; where all
of them hold ink it is their printed letter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box

Mask = NDArray[np.bool_]

INSET = 0.2
"""From the box to its inside, in parts of its sides: frames lie further out."""
MARKED = 0.04
"""Share of the inside from which ink may be a mark's: a single thin stroke has 0.06."""
LETTERS = 3.0
"""The widest of letters printed in boxes has no more times the ink of a narrow one."""
OF_ONE_SIZE = 0.12
"""Difference of the sides of boxes of one size, in parts of them."""
FEWEST = 2
"""Boxes of one size that a box is compared with."""
RING = (0.33, 0.6)
"""Where a frame is looked for, by the larger distance from the middle in parts of the sides: a
circle comes to 0.35 between its quarters."""
SECTORS = 24
WHOLE_FRAME = 0.75
"""Share of a usual frame's length from which a frame is there."""


def inside_share(box: Box, ink: Mask) -> float:
    """Share of the box's inside that is ink `(h, w)`; the box is in the ink's pixels."""
    height, width = ink.shape
    inside = inside_of(box).clipped(width, height)
    part = ink[inside.as_slices()]
    return float(part.mean()) if part.size else 0.0


def inside_of(box: Box) -> Box:
    """The box without its frame."""
    return box.expanded(-INSET * box.width, -INSET * box.height)


def is_marked(share: float, others: Sequence[float]) -> bool:
    """Whether a share of ink is more than boxes like this one have printed in them."""
    usual = float(np.percentile(others, 25)) if others else 0.0
    return share > LETTERS * usual + MARKED


def alike(box: Box, boxes: Sequence[Box]) -> list[Box]:
    """Other boxes of its size."""
    return [
        other
        for other in boxes
        if other is not box
        and abs(other.width - box.width) <= OF_ONE_SIZE * box.width
        and abs(other.height - box.height) <= OF_ONE_SIZE * box.height
    ]


def inked_boxes(boxes: Sequence[Box], ink: Mask) -> list[Box]:
    """Boxes that hold ink where enough boxes of their size do not."""
    shares = {box: inside_share(box, ink) for box in boxes}
    return [
        box
        for box in boxes
        if len(near := alike(box, boxes)) >= FEWEST
        and is_marked(shares[box], [shares[other] for other in near])
    ]


def unframed_boxes(boxes: Sequence[Box], ink: Mask) -> list[Box]:
    """Boxes whose frame is broken or missing where those of their size have it."""
    found = {box: _frame_share(box, ink) for box in boxes}
    return [
        box
        for box in boxes
        if len(near := alike(box, boxes)) >= FEWEST
        and found[box] < WHOLE_FRAME * float(np.median([found[other] for other in near]))
    ]


def _frame_share(box: Box, ink: Mask) -> float:
    """Share of the directions from its middle in which a line of its frame is met."""
    height, width = ink.shape
    margin = RING[1] - 0.5
    rows, columns = (
        box.expanded(margin * box.width, margin * box.height).clipped(width, height).as_slices()
    )
    around = ink[rows, columns]
    y, x = np.indices(around.shape)
    across = (x + columns.start + 0.5 - box.centre[0]) / box.width
    down = (y + rows.start + 0.5 - box.centre[1]) / box.height
    on_ring = np.maximum(np.abs(across), np.abs(down)) > RING[0]
    turns = (np.arctan2(down, across) / (2 * np.pi) + 0.5) * SECTORS
    met = np.bincount(turns[on_ring & around].astype(int) % SECTORS, minlength=SECTORS) > 0
    return float(met.mean())
