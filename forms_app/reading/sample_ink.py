"""Ink apart from paper in a photograph: any pen, any paper colour, shadows, ruling.

Light ink on dark paper is inverted first. The paper under dark ink is then a grey closing of each
colour: shadows and the edge of the sheet stay paper, strokes do not (the background of Sauvola and
Pietikäinen 2000, "Adaptive document image binarization", by morphology). The colours are weighed
by how much the ink stands out in each, so that red ink on pink paper is as clear as black on white.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import ShapeError
from forms_app.reading.ruling import without_ruling

Grey = NDArray[np.uint8]
Plane = NDArray[np.float32]

# Longest side of the picture in which the paper is looked for: averages grain, costs little.
_PAPER_PX = 500
# Shares of that side: wider than any stroke, at first; at least and at most, once strokes are
# known; wider than a character and its surroundings, and larger ones to be tried next.
_WIDEST_STROKE = 0.25
_SURROUNDINGS = (0.2, 0.35, 0.5)
_CLEAR_SKEW = 0.5
# Surroundings darker than this share of what lies beside them are over an edge; where there is
# little else, they are no measure.
_EVEN, _LEAST_EVEN = 0.7, 0.15
# The closing's reach in widths of the strokes found, and at least.
_REACH, _LEAST_REACH = 2.0, 0.02
# Paper never is darker than this share of the brightest of its colour; darker areas are no paper.
_DARKEST_PAPER = 0.25
# Where paper falls this deep within a few pixels, the sheet ends; shadows fall less.
_EDGE_FALL = 0.5
# Standing off the paper by less than this (of 255), nothing is ink; in grain, by so many sigmas.
_LEAST_CONTRAST = 22.0
_GRAIN_SIGMAS = 4.5
# The edge of a stroke, as a share of its core's contrast.
_STROKE_EDGE = 0.28


def ink_of(image: NDArray[np.uint8]) -> Grey:
    """Separates ink from paper, whatever the pen, the paper and the light.

    Args:
        image: `(h, w)` grey or `(h, w, 3)` RGB, uint8.

    Returns:
        `(h, w)` uint8, ink bright on 0; all zeros where nothing stands out.

    Raises:
        ShapeError: not such an image.
    """
    _require_image(image)
    planes = _planes(image)
    if _is_light_on_dark(_mean(planes)):
        planes = [np.subtract(255, plane, dtype=np.uint8) for plane in planes]
    small = [_small(plane) for plane in planes]
    first = _weighed([_contrast(plane, plane, _WIDEST_STROKE) for plane in small])
    reach = _stroke_share(first)
    contrast = _weighed(
        [_contrast(plane, low, reach) for plane, low in zip(planes, small, strict=True)]
    )
    return _stretched(without_ruling(contrast))


def _require_image(image: NDArray[np.uint8]) -> None:
    is_image = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    if not is_image or image.dtype != np.uint8 or not image.size:
        raise ShapeError(
            f"sample: got {image.dtype} {image.shape}, expected uint8 (h, w) or (h, w, 3)"
        )


def _planes(image: NDArray[np.uint8]) -> list[Grey]:
    if image.ndim == 2:
        return [image]
    return [np.ascontiguousarray(image[:, :, i]) for i in range(3)]


def _mean(planes: list[Grey]) -> Grey:
    return planes[0] if len(planes) == 1 else np.asarray(cv2.merge(planes).mean(2), np.uint8)


def _is_light_on_dark(grey: Grey) -> bool:
    """Ink is what little there is on one side of what surrounds it: the skew of the difference.

    Surroundings of a usual character first, larger ones where a character fills the picture.
    """
    small = _small(grey)
    skew = 0.0
    for share in _SURROUNDINGS:
        skew = _skew(small, max(3, min(255, round(share * max(small.shape)))) | 1)
        if abs(skew) >= _CLEAR_SKEW:
            break
    return skew > 0


def _skew(small: Grey, reach: int) -> float:
    """Skew of the difference from the median around, -1 to 1; the edges of a sheet left out."""
    around = np.asarray(cv2.medianBlur(small, reach), np.uint8)
    kernel = np.ones((reach, reach), np.uint8)
    darkest = np.asarray(cv2.erode(around, kernel), np.float32)
    even = darkest > _EVEN * np.asarray(cv2.dilate(around, kernel), np.float32)
    if even.mean() < _LEAST_EVEN:
        return 0.0
    cubes = (small[even].astype(np.float64) - around[even]) ** 3
    return float(cubes.sum() / max(1.0, np.abs(cubes).sum()))


def _small(plane: Grey) -> Grey:
    scale = min(1.0, _PAPER_PX / max(plane.shape))
    size = (max(1, round(plane.shape[1] * scale)), max(1, round(plane.shape[0] * scale)))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)


def _stroke_share(contrast: Plane) -> float:
    """Reach of a closing that fills the strokes of a small picture, as a share of its side."""
    inked = np.greater(_stretched(contrast), 127).astype(np.uint8)
    if not inked.any():
        return _LEAST_REACH
    depth = np.asarray(cv2.distanceTransform(inked, cv2.DIST_L2, 3))
    ridge = depth[(depth > 0) & (depth >= np.asarray(cv2.dilate(depth, np.ones((3, 3))), float))]
    widest = 2 * float(np.percentile(ridge, 90)) / max(contrast.shape)
    return float(min(_WIDEST_STROKE, max(_LEAST_REACH, _REACH * widest)))


def _contrast(plane: Grey, small: Grey, share: float) -> Plane:
    """How much darker than its paper each pixel is, as a share of the paper's level, times 255.

    Bare paper is at 0 in the middle; its grain goes below.
    """
    reach = max(5, round(share * max(small.shape))) | 1
    paper = _closed(np.asarray(cv2.medianBlur(small, 3), np.uint8), reach)
    least = _DARKEST_PAPER * float(np.percentile(paper, 95))
    paper = np.maximum(paper, round(least)).astype(np.uint8)
    soft = cv2.blur(paper, (3, 3), borderType=cv2.BORDER_REPLICATE)
    full = cv2.resize(soft, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
    level = np.maximum(np.asarray(full, np.float32), 1)
    contrast = np.asarray((level - plane) * 255 / level, np.float32)
    contrast -= np.float32(np.median(contrast[::3, ::3]))
    edges = cv2.resize(_sheet_edges(paper), plane.shape[::-1], interpolation=cv2.INTER_NEAREST)
    contrast[np.asarray(edges) > 0] = 0
    return contrast


def _closed(small: Grey, reach: int) -> Grey:
    """A grey closing; a strip of table along the picture's border goes on beyond it."""
    padded = cv2.copyMakeBorder(small, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return np.asarray(closed[reach:-reach, reach:-reach], np.uint8)


def _sheet_edges(paper: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """1 where the sheet ends on a darker table: a steeper fall than any shadow's."""
    kernel = np.ones((5, 5), np.uint8)
    brightest = np.asarray(cv2.dilate(paper, kernel), np.float32)
    darkest = np.asarray(cv2.erode(paper, kernel), np.float32)
    return np.asarray(darkest < _EDGE_FALL * brightest, np.uint8)


def _weighed(contrasts: list[Plane]) -> Plane:
    """One contrast from those of the colours: the ink's own direction, a matched filter."""
    if len(contrasts) == 1:
        return contrasts[0]
    strongest: Plane = np.maximum.reduce(contrasts)
    clear = strongest >= max(_LEAST_CONTRAST, float(np.percentile(strongest, 99)))
    if not clear.any():
        return strongest
    weights = np.array([float(plane[clear].mean()) for plane in contrasts])
    weights /= max(float(weights.sum()), 1e-6)
    mixed: Plane = np.zeros(strongest.shape, np.float32)
    for plane, weight in zip(contrasts, weights.tolist(), strict=True):
        mixed += np.float32(weight) * plane
    return mixed


def _stretched(contrast: Plane) -> Grey:
    """From the edge of a stroke at 0 to its core at 255; zeros where there is only grain."""
    soft = cv2.GaussianBlur(contrast, (0, 0), 0.8)
    grain = _grain(np.asarray(soft, np.float32))
    floor = max(_LEAST_CONTRAST, _GRAIN_SIGMAS * grain)
    inked = soft[soft > floor]
    if inked.size < 3:
        return np.zeros(contrast.shape, np.uint8)
    core = float(np.percentile(inked, 90))
    edge = max(0.6 * floor, _STROKE_EDGE * core)
    stretched = np.clip((soft - edge) * (255 / max(core - edge, 1.0)), 0, 255)
    return np.asarray(stretched, np.uint8)


def _grain(contrast: Plane) -> float:
    """Standard deviation of the bare paper's contrast, from its middle half."""
    low, high = np.percentile(contrast[::3, ::3], [25, 75])
    return float(high - low) / 1.35
