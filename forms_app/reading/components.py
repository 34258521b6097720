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
    """8-connected pieces of an ink image `(h, w)`."""
    _, labels, stats, centres = cv2.connectedComponentsWithStats(
        np.greater(ink, 0).view(np.uint8), connectivity=8
    )
    left, top, width, height, area = stats.astype(np.int64).T
    centre_x, centre_y = centres.astype(np.float64).T
    return Components(
        np.asarray(labels, np.int32), left, top, width, height, area, centre_x, centre_y
    )


def tight_box(ink: InkImage) -> Box | None:
    """The box around all ink, None where there is none."""
    x, y, width, height = cv2.boundingRect(ink)
    return Box(x, y, width, height) if width else None
