"""Shaded cells and boxes taken for paper: light areas of the blank, wider than any stroke.

Writing in a shaded cell is dark against the shading, not against the white of the page. How dark
a scan shows the shading (a copier deepens or drops it) is measured where the blank has it, and
the scan is brightened there until both are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage

# Wider than printed lines and the strokes of printed text, narrower than any cell.
_WIDE_PX = 15
# Share of the paper's light that shading takes away: less is unseen anyway, more is a black bar.
_LIGHTEST, _DARKEST = 0.07, 0.55
# Levels are measured this far inside the shading and outside of all print: beyond what
# registration leaves.
_INSIDE_PX = 11
_MOST_SAMPLES = 1500
_FEWEST_SAMPLES = 40
# Writing darkens the lower half of what is seen; this share lies within the bare grounds' spread.
_BARE = 0.6
# Below this share of the paper's light a brighter ground would only show its noise.
_MOST_GAIN = 2.0
# From here ink and ground can no longer be told apart.
_HIDDEN = 0.2

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tint:
    """The shading of one field of the blank.

    `weight` `(h, w)` uint8: 255 in the darkest shading, 0 on paper; `inside` and `paper` are flat
    indices of pixels that are surely shaded in full and surely bare.
    """

    weight: NDArray[np.uint8]
    inside: _Ints
    paper: _Ints


def find_tint(blank: GreyImage) -> Tint | None:
    """The shading of a field's part of the blank, `(h, w)` grey; None where there is none."""
    light = np.float32(max(1.0, float(np.percentile(blank, 95))))
    smooth = cv2.medianBlur(blank, 5)
    lost = np.clip(1 - smooth / light, 0, 1)
    wide = cv2.morphologyEx(lost, cv2.MORPH_OPEN, np.ones((_WIDE_PX, _WIDE_PX), np.uint8))
    wide = np.where((wide >= _LIGHTEST) & (wide <= _DARKEST), wide, 0)
    deepest = float(wide.max())
    if deepest == 0:
        return None
    inside = _samples(wide >= 0.9 * deepest)
    paper = _samples(lost < _LIGHTEST)
    if len(inside) < _FEWEST_SAMPLES or len(paper) < _FEWEST_SAMPLES:
        return None
    return Tint(np.round(255 * wide / deepest).astype(np.uint8), inside, paper)


def _samples(where: NDArray[np.bool_]) -> _Ints:
    core = cv2.erode(where.view(np.uint8), np.ones((_INSIDE_PX, _INSIDE_PX), np.uint8))
    found = np.flatnonzero(core)
    return found[:: max(1, len(found) // _MOST_SAMPLES)]


def shade_left(grey: GreyImage, tint: Tint) -> float:
    """The light of the shading as a share of the paper's in a scan of it, 0 to 1."""
    flat = grey.reshape(-1)
    shaded = float(np.quantile(flat[tint.inside], _BARE))
    return min(1.0, shaded / max(1.0, float(np.quantile(flat[tint.paper], _BARE))))


def is_hidden(light: float) -> bool:
    """Whether shading with this share of the paper's light is as dark as ink."""
    return light < _HIDDEN


def without_tint(grey: GreyImage, weight: NDArray[np.uint8], light: float) -> GreyImage:
    """The scan `(h, w)` with its shading as bright as its paper.

    Args:
        grey: the scan.
        weight: the tint's weight, moved to where the scan has it.
        light: from `shade_left`.
    """
    spread = cv2.dilate(weight, np.ones((3, 3), np.uint8))
    brighter = max(light, 1 / _MOST_GAIN)
    dimmed = cv2.convertScaleAbs(spread, alpha=brighter - 1, beta=255)
    bright = cv2.divide(grey, dimmed, scale=255)
    if light < brighter:
        lacking = 1 - light / brighter
        bright = cv2.add(bright, cv2.convertScaleAbs(spread, alpha=lacking))
    return np.asarray(bright, np.uint8)
