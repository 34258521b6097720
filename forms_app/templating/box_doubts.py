"""Doubtful tick boxes of a blank made of copies: inked ones and those without their frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forms_app.reading.features import FINE_LONG_SIDE_PX, resized_to
from forms_app.reading.geometry import Box
from forms_app.reading.paper import darkness
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_doubts import Doubt, Why
from forms_app.templating.blank_ink import prepare_blank
from forms_app.templating.box_ink import inked_boxes, unframed_boxes
from forms_app.templating.box_sets import overlaps
from forms_app.templating.mark_completion import completed_marks
from forms_app.templating.tick_boxes import find_marks

INK = 60
"""Darkness (of 255) that counts as ink."""
MOST_LOOKED_AT = 4
"""Each takes as long as the blank; a box is seldom marked, and so unseen, in more."""
SAME = 0.4
FRAME = 0.1
"""Share of a box's sides that its frame takes at most: an inked box is erased within."""


def with_box_doubts(
    found: Sequence[Doubt], blank: GreyImage, copies: Sequence[GreyImage]
) -> tuple[Doubt, ...]:
    """The doubts about ink, and those about tick boxes, in reading order.

    Args:
        found: doubts about ink; what lies in a doubtful box joins that.
        blank: `(H, W)` grey uint8, made of the copies.
        copies: each `(H, W)`, laid onto it.
    """
    boxes = _boxes(blank, copies)
    small = resized_to(blank, FINE_LONG_SIDE_PX)
    ink = np.asarray(darkness(small) > INK)
    scale = small.shape[0] / blank.shape[0]
    scaled = {box.scaled(scale): box for box in boxes}
    inked = [_inked(scaled[box], found) for box in inked_boxes(list(scaled), ink)]
    unframed = [Doubt(scaled[box], Why.FRAME) for box in unframed_boxes(list(scaled), ink)]
    taken = [doubt.box for doubt in inked]
    others = [doubt for doubt in found if not overlaps(doubt.box, taken, 0.5)]
    frames = [doubt for doubt in unframed if not overlaps(doubt.box, taken, 0.5)]
    return tuple(sorted([*inked, *others, *frames], key=lambda d: (d.box.y // 50, d.box.x)))


def _inked(box: Box, found: Sequence[Doubt]) -> Doubt:
    inside = box.expanded(-FRAME * box.width, -FRAME * box.height)
    scraps = [s for doubt in found for s in doubt.scraps if s.overlap(box) > 0]
    return Doubt(box, Why.INKED, (inside, *scraps))


def _boxes(blank: GreyImage, copies: Sequence[GreyImage]) -> list[Box]:
    """Tick boxes that are seen on the blank, or on two copies: on one alone it may be an O."""
    page = prepare_blank(blank, None)
    boxes = [page.given(mark.box) for mark in completed_marks(page, find_marks(page), (), ())]
    waiting: list[Box] = []
    for copy in copies[:MOST_LOOKED_AT]:
        for box in _seen(copy):
            if overlaps(box, boxes, SAME):
                continue
            (boxes if overlaps(box, waiting, SAME) else waiting).append(box)
    return boxes


def _seen(copy: GreyImage) -> list[Box]:
    page = prepare_blank(copy, None)
    return [page.given(mark.box) for mark in find_marks(page)]
