"""How dark a scan shows the blank's print, level by level: its tone curve.

A copier turns a grey guide letter as black as ink, a fax drops it, a pale scan greys what is black.
No single factor says so, and in one field writing may cover all the print there is. So the curve is
measured over the whole page.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.paper import Mask, as_mask, darkness, darkness_at
from forms_app.reading.per_blank import PerBlank
from forms_app.reading.types import GreyImage

ToneCurve = NDArray[np.uint8]
"""`(256,)`: how dark the scan shows print of each darkness of the blank."""

# Edges of the levels at which print is sampled; paler print is the blank's own noise.
_LEVELS = (12, 20, 30, 40, 52, 66, 82, 100, 125, 160, 200, 256)
_MOST_SAMPLES = 400
_FEWEST_SAMPLES = 40
# The core of a stroke is as dark as anything within this many pixels, but for this share.
_AROUND_PX = 3
_CORE = 0.92
# Print may lie this many pixels beside its place.
_ASIDE_PX = 2
# Quantile of what is seen of a level where no writing is near.
_BARE = 0.35
# Black print that is shown paler than this share of its darkness is hidden or lost.
_SEEN = 0.4
# Writing is looked for at this share of the size: darker than this grey, this many pixels and more
# from print, and it spoils what is within so many shrunk pixels.
_SHRINK = 2
_WRITTEN = 140
_APART_PX = 5
_NEAR = 9

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PrintSamples:
    """Places of the blank's print, by darkness.

    `drawn` `(k,)`: mean darkness of each level that has enough places; `rows`, `columns`, `level`
    `(n,)`: the places, and which of the k levels each is of.
    """

    drawn: NDArray[np.float64]
    rows: _Ints
    columns: _Ints
    level: _Ints


def sample_print(blank: GreyImage) -> PrintSamples:
    """Places in the middle of the blank's strokes, `(h, w)` grey, at each level of darkness."""
    dark = darkness(blank)
    side = 2 * _AROUND_PX + 1
    core = dark >= _CORE * cv2.dilate(dark, np.ones((side, side), np.uint8))
    at = np.flatnonzero(core & (dark >= _LEVELS[0]))
    drawn = dark.reshape(-1)[at]
    kept = []
    for low, high in pairwise(_LEVELS):
        own = at[(drawn >= low) & (drawn < high)]
        if len(own) >= _FEWEST_SAMPLES:
            kept.append(own[:: -(-len(own) // _MOST_SAMPLES)])
    if not kept:
        none = np.zeros(0, np.int64)
        return PrintSamples(np.zeros(0), none, none, none)
    rows, columns = np.divmod(np.concatenate(kept), dark.shape[1])
    level = np.repeat(np.arange(len(kept)), [len(own) for own in kept])
    means = np.array([dark.reshape(-1)[own].mean() for own in kept])
    return PrintSamples(means, rows, columns, level)


def bare_paper(blank: GreyImage) -> Mask:
    """Where the blank, `(h, w)` grey, is paper and far from print, at half the size; 255 there."""
    size = (max(1, blank.shape[1] // _SHRINK), max(1, blank.shape[0] // _SHRINK))
    printed = as_mask(darkness(blank) >= _LEVELS[0])
    near = cv2.dilate(printed, np.ones((2 * _APART_PX + 1, 2 * _APART_PX + 1), np.uint8))
    small = cv2.resize(near, size, interpolation=cv2.INTER_AREA)
    return as_mask(np.equal(small, 0))


_samples_of = PerBlank(sample_print)
_bare_paper_of = PerBlank(bare_paper)


def tone_curve(grey: GreyImage, blank: GreyImage) -> ToneCurve:
    """The tone curve of a page laid onto its blank; the darkest print keeps its darkness.

    Args:
        grey: the aligned page, `(h, w)`.
        blank: its blank, `(h, w)`.

    Returns:
        Never falling, never paler than drawn (pale print that is missing is no matter of tone:
        `missing_print`); the identity where the blank has no two levels of print, or too little of
        the darkest can be seen.
    """
    samples = _samples_of(blank)
    drawn = samples.drawn
    if len(drawn) < 2:
        return np.arange(256, dtype=np.uint8)
    shown = darkness_at(grey, samples.rows, samples.columns, _ASIDE_PX)
    bare = ~_is_near_writing(grey, blank, samples)
    seen = np.array([_usual(shown[bare & (samples.level == k)]) for k in range(len(drawn))])
    if seen[-1] < _SEEN * drawn[-1]:
        return np.arange(256, dtype=np.uint8)
    seen *= drawn[-1] / seen[-1]
    shown_as = np.minimum(np.maximum.accumulate(np.maximum(seen, drawn)), drawn[-1])
    curve = np.interp(np.arange(256), [0.0, *drawn, 255.0], [0.0, *shown_as, 255.0])
    return np.asarray(np.round(curve), np.uint8)


def _usual(shown: NDArray[np.float64]) -> float:
    """The usual darkness of a level; 0 where too little of it can be seen."""
    return float(np.quantile(shown, _BARE)) if len(shown) >= _FEWEST_SAMPLES else 0.0


def _is_near_writing(grey: GreyImage, blank: GreyImage, samples: PrintSamples) -> NDArray[np.bool_]:
    """Which places have something dark close by where the blank has bare paper, `(n,)`."""
    bare = _bare_paper_of(blank)
    small = cv2.resize(grey, bare.shape[::-1], interpolation=cv2.INTER_AREA)
    written = cv2.bitwise_and(as_mask(np.less(small, _WRITTEN)), bare)
    near = cv2.dilate(written, np.ones((_NEAR, _NEAR), np.uint8))
    rows = np.minimum(samples.rows // _SHRINK, near.shape[0] - 1)
    columns = np.minimum(samples.columns // _SHRINK, near.shape[1] - 1)
    return np.asarray(near[rows, columns] > 0, np.bool_)
