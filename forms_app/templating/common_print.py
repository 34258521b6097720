"""Print apart from writing in copies that lie on one another: print is what all of them share.

A pixel is print where its median over the copies is dark and where nearly all copies are dark
within a pixel of it: laying leaves that much play. Where people's writing happened to cross, the
copies agree less at the very pixel than they do on print; such pieces are taken out, as is ink
that differs among the copies in darkness (`unsteady_ink`). The limits were chosen on drawn forms
(docs/publishing.md).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import FINE_LONG_SIDE_PX
from forms_app.reading.paper import darkness
from forms_app.reading.types import GreyImage, InkImage
from forms_app.templating.blank_doubts import Doubt, ink_doubts
from forms_app.templating.unsteady_ink import (
    DOUBTFUL_SPREAD,
    local_mean,
    spread_among,
    unsteady,
)

Stack = NDArray[np.uint8]
Shares = NDArray[np.float32]
Mask = NDArray[np.bool_]

ALL_OF = 5
AGREEMENT = 0.75
"""Share of the copies that must be dark around a pixel of print; of up to `ALL_OF` copies, all."""
INK = 60
"""Darkness (of 255) that counts as ink."""
PAPER = 252
PALEST_PRINT = 240
"""Pale pixels that are lighter than this in a copy are the ghosts of writing on others."""
PIECE_AGREEMENT, PIXEL_AGREEMENT, SURE_AGREEMENT = 0.88, 0.84, 0.9
"""Mean agreement below which a small piece, and the ink around a pixel, is writing; and below
which what is left is told as doubtful."""
PIECE_PX = 60
"""At 150 dpi: larger pieces are judged by their pixels only."""
WRITTEN_AROUND, AROUND_PX = 0.02, 60
"""Least share of a pixel's surroundings that some copy wrote on."""
RULING_PX = 18
"""Straight ink of 3 mm is a ruling."""


def common_print(stack: Stack) -> GreyImage:
    """What the copies `(n, H, W)`, their paper white, share; pale ghosts of writing taken out."""
    count = len(stack)
    needed = count if count <= ALL_OF else int(np.ceil(AGREEMENT * count))
    reached = np.stack([cv2.erode(copy, np.ones((3, 3), np.uint8)) for copy in stack])
    agreed = np.partition(reached, needed - 1, axis=0)[needed - 1]
    shared = np.maximum(agreed, np.median(stack, axis=0)).astype(np.uint8)
    exact = np.partition(stack, needed - 1, axis=0)[needed - 1]
    shared[(shared > 255 - INK) & (exact > PALEST_PRINT)] = PAPER
    return np.asarray(shared, np.uint8)


def without_writing(shared: GreyImage, stack: Stack) -> tuple[GreyImage, tuple[Doubt, ...]]:
    """The shared print without what is writing after all, and places of what may be some.

    Args:
        shared: `(H, W)`, from `common_print` of `stack`.
        stack: the copies `(n, H, W)`.
    """
    scale = FINE_LONG_SIDE_PX / max(shared.shape)
    size = (round(shared.shape[1] * scale), round(shared.shape[0] * scale))
    ink = _level(shared, size) > INK
    levels = [_level(copy, size) for copy in stack]
    agreement = np.mean([level > INK for level in levels], axis=0).astype(np.float32)
    rulings = _rulings(ink)
    around_rulings = _widened(rulings)
    spread = spread_among(levels, ink, around_rulings)
    near = _written_around(ink, agreement)
    unlike = near & (_unlike_pieces(ink, agreement) | _unlike_pixels(ink, agreement, rulings))
    writing = unlike | (ink & ~around_rulings & unsteady(spread))
    left = ink & ~writing
    disagreed = near & (local_mean(agreement, left) < SURE_AGREEMENT)
    doubtful = left & ~around_rulings & (disagreed | (spread > DOUBTFUL_SPREAD))
    return _erased(shared, writing, rulings & ~writing), ink_doubts(doubtful, 1 / scale)


def _level(grey: GreyImage, size: tuple[int, int]) -> InkImage:
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return darkness(np.asarray(small, np.uint8))


def _widened(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def _written_around(ink: Mask, agreement: Shares) -> Mask:
    """Where some copy wrote on paper that the others left empty."""
    print_around = cv2.dilate(ink.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    written = ((agreement > 0) & ~print_around).astype(np.float32)
    return np.asarray(cv2.blur(written, (AROUND_PX, AROUND_PX)) > WRITTEN_AROUND)


def _unlike_pieces(ink: Mask, agreement: Shares) -> Mask:
    """Small pieces that stand alone and that the copies do not quite agree on."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    areas = np.maximum(1, np.bincount(labels.ravel(), minlength=count))
    agreed = np.bincount(labels.ravel(), agreement.ravel(), count) / areas
    large = np.asarray(stats)[:, 2:4].max(axis=1) > PIECE_PX
    unlike = (agreed < PIECE_AGREEMENT) & ~large
    unlike[0] = False
    return np.asarray(unlike[labels], np.bool_)


def _unlike_pixels(ink: Mask, agreement: Shares, rulings: Mask) -> Mask:
    """Ink in whose surroundings the copies do not quite agree, such as writing that meets print.

    Straight rulings stay whole where writing crosses them.
    """
    return ink & (local_mean(agreement, ink) < PIXEL_AGREEMENT) & ~rulings


def _rulings(ink: Mask) -> Mask:
    flags = ink.astype(np.uint8)
    level, plumb = (
        cv2.morphologyEx(flags, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        for shape in ((1, RULING_PX), (RULING_PX, 1))
    )
    return np.asarray(cv2.bitwise_or(level, plumb) > 0)


def _erased(shared: GreyImage, writing: Mask, rulings: Mask) -> GreyImage:
    """The print with paper where writing was; rulings stay whole."""
    gone = _widened(_enlarged(writing, shared)) & ~_enlarged(rulings, shared)
    return np.where(gone, PAPER, shared).astype(np.uint8)


def _enlarged(mask: Mask, grey: GreyImage) -> Mask:
    size = (grey.shape[1], grey.shape[0])
    large = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(large > 0)
