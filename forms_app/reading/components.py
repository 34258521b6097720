"""Connected pieces of ink, as arrays: what segmentation works on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.reading.types import InkImage

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Components:
    """`labels` `(h, w)` int32, 0 background; the arrays `(n + 1,)` are indexed by label (entry 0
    is the background and means nothing)."""

    labels: NDArray[np.int32]
    left: _Ints
    top: _Ints
    width: _Ints
    height: _Ints
    area: _Ints
    centre_x: NDArray[np.float64]
    centre_y: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many components there are, without the background."""
        return len(self.left) - 1

    @property
    def right(self) -> _Ints:
        return self.left + self.width

    @property
    def bottom(self) -> _Ints:
        return self.top + self.height


def find_components(ink: InkImage) -> Components:
    """8-connected pieces of an ink image `(h, w)`.

    Their measures are taken from the ink pixels alone: four times as fast as OpenCV's statistics,
    which visit the paper too.
    """
    written = np.greater(ink, 0)
    count, labels = cv2.connectedComponents(written.view(np.uint8), connectivity=8)
    at = np.flatnonzero(written)
    owners = labels.reshape(-1)[at]
    order = np.argsort(owners, kind="stable")
    y, x = np.divmod(at[order], ink.shape[1])
    area = np.bincount(owners, minlength=count)
    left, right, sum_x = _spans(x, area)
    top, bottom, sum_y = _spans(y, area)
    share = np.maximum(area, 1)
    return Components(
        np.asarray(labels, np.int32),
        left,
        top,
        right - left,
        bottom - top,
        area,
        sum_x / share,
        sum_y / share,
    )


def _spans(values: _Ints, area: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """First, one past last, and sum of the values of each label; `values` sorted by label."""
    spans = np.zeros((3, len(area)), np.int64)
    if len(values):
        starts = np.concatenate([[0], np.cumsum(area[1:-1])])
        spans[0, 1:] = np.minimum.reduceat(values, starts)
        spans[1, 1:] = np.maximum.reduceat(values, starts) + 1
        spans[2, 1:] = np.add.reduceat(values, starts)
    return spans[0], spans[1], spans[2]


def tight_box(ink: InkImage) -> Box | None:
    """The box around all ink, None where there is none."""
    x, y, width, height = cv2.boundingRect(ink)
    return Box(x, y, width, height) if width else None
