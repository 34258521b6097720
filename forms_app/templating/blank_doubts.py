"""Places of a blank made of copies that a person must look at, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box, bounding_box

LEAST_INK_PX = 6
"""At 150 dpi; less is no part of a stroke that could be taken for one."""
CLOSE, PLACE = (5, 5), (9, 25)
"""Ink so near (rows, columns, at 150 dpi) is one scrap, scraps so near are one place."""
_MARGIN_PX = 1


class Why(StrEnum):
    """shared: ink differs among the copies, as writing does · inked: boxes like this one are empty
    · frame: boxes like this one have their frame."""

    SHARED = "shared"
    INKED = "inked"
    FRAME = "frame"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place `box` on the blank. `scraps` are the parts of it to erase where it is writing; a
    lost frame has none."""

    box: Box
    why: Why
    scraps: tuple[Box, ...] = ()


def ink_doubts(doubtful: NDArray[np.bool_], scale: float) -> tuple[Doubt, ...]:
    """Places of doubtful ink `(h, w)`, in pixels of the blank, `scale` of them in one."""
    scraps = _scraps(doubtful)
    if not scraps:
        return ()
    drawn = np.zeros(doubtful.shape, np.uint8)
    for scrap in scraps:
        drawn[scrap.as_slices()] = 1
    joined = cv2.dilate(drawn, np.ones(PLACE, np.uint8))
    _, parts = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_32S)
    labels = np.asarray(parts)
    places: dict[int, list[Box]] = {}
    for scrap in scraps:
        x, y = (int(v) for v in scrap.centre)
        places.setdefault(int(labels[y, x]), []).append(scrap.scaled(scale))
    return tuple(Doubt(bounding_box(found), Why.SHARED, tuple(found)) for found in places.values())


def _scraps(doubtful: NDArray[np.bool_]) -> list[Box]:
    """Boxes that lie close around doubtful ink, those of single pixels left out."""
    flags = doubtful.astype(np.uint8)
    joined = cv2.morphologyEx(flags, cv2.MORPH_CLOSE, np.ones(CLOSE, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    amounts = np.bincount(labels.ravel(), flags.ravel(), count)
    height, width = doubtful.shape
    return [
        Box(*(float(v) for v in stats[n, :4])).expanded(_MARGIN_PX).clipped(width, height)
        for n in range(1, count)
        if amounts[n] >= LEAST_INK_PX
    ]
