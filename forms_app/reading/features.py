"""A page and its working copies, made once and shared by identification and registration.

Working sizes are relative to the page's long side, so nothing depends on a stated resolution:
877 px and 1754 px are 75 and 150 dpi of an A4 sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.errors import ShapeError
from forms_app.reading.types import ChromaImage, GreyImage

COARSE_LONG_SIDE_PX = 877
FINE_LONG_SIDE_PX = 1754
AKAZE_KEYPOINTS, AKAZE_LAYERS = 1000, 2
"""Two layers an octave instead of four: half the time, and no page was refused for it."""
SIFT_KEYPOINTS = 3000
"""Many: sheets of bubbles have few distinctive points among hundreds of look-alikes."""
SIFT_LONG_SIDE_PX = 1170
"""100 dpi of A4."""
RATIO_TEST = 0.85
"""Lowe's ratio (IJCV 2004): the best match must clearly beat the second; drops repeated boxes."""
MAGSAC_REACH_PX = 3.0
"""Inlier reach at coarse size: a curled sheet is 4-10 px off any homography at 150 dpi."""

AFFINE_SHARE = 0.9

Matrix = NDArray[np.floating[Any]]
Points = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Features:
    """Keypoints `(N, 2)` float64 in full page pixels and one descriptor row for each."""

    points: Points
    descriptors: NDArray[Any]

    def __len__(self) -> int:
        return len(self.points)


@dataclass(frozen=True, slots=True)
class PageView:
    """A grey page `(H, W)` with its copies at fine (150 dpi) and coarse (75 dpi) size.

    `chroma`: its colours, where it has any.
    """

    grey: GreyImage
    fine: GreyImage
    coarse: GreyImage
    features: Features
    chroma: ChromaImage | None = None


@dataclass(frozen=True, slots=True)
class HomographyEstimate:
    """`matrix` (3, 3) maps page pixels to template pixels.

    `sources` on the page and `targets` on the template, both (N, 2), are the matched features,
    right and wrong; `inliers` of them agree with the matrix. `affine` (3, 3) is a map without
    perspective that explains them nearly as well, where there is one.
    """

    matrix: Matrix
    inliers: int
    sources: Points
    targets: Points
    affine: Matrix | None = None


def view_page(grey: GreyImage, chroma: ChromaImage | None = None) -> PageView:
    """Makes the working copies and finds the AKAZE features of a page.

    Raises:
        ShapeError: not a `(H, W)` uint8 image of at least 32 x 32 pixels.
    """
    if grey.ndim != 2 or grey.dtype != np.uint8 or min(grey.shape) < 32:
        raise ShapeError(f"expected (H, W) uint8 of 32 px or more, got {grey.shape} {grey.dtype}")
    fine = resized_to(grey, FINE_LONG_SIDE_PX)
    coarse = resized_to(fine, COARSE_LONG_SIDE_PX)
    return PageView(grey, fine, coarse, _akaze_features(coarse, grey.shape), chroma)


def resized_to(grey: GreyImage, long_side_px: int) -> GreyImage:
    """The image scaled to this long side (shrunk by area average, enlarged bilinearly)."""
    height, width = grey.shape
    factor = long_side_px / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return grey
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=how), dtype=np.uint8)


def softened(image: GreyImage) -> GreyImage:
    """A little blur: a one-bit scan's jagged edges otherwise cost correlation."""
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0), dtype=np.uint8)


def scaling(source: tuple[int, ...], target: tuple[int, ...]) -> Matrix:
    """The (3, 3) map of pixel centres from an image of shape `source` to its copy of `target`."""
    sy, sx = target[0] / source[0], target[1] / source[1]
    return np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]], dtype=np.float64)


def map_points(matrix: Matrix, points: Points) -> Points:
    """Applies a (3, 3) projective map to `(N, 2)` points."""
    mapped = points @ matrix[:2, :2].T + matrix[:2, 2]
    depth = points @ matrix[2, :2] + matrix[2, 2]
    return np.asarray(mapped / depth[:, None], dtype=np.float64)


def estimate_homography(
    page: Features, template: Features, reach_px: float
) -> HomographyEstimate | None:
    """Matches descriptors and fits a homography by MAGSAC; None where nothing sensible fits.

    Args:
        page, template: features of the same kind.
        reach_px: inlier reach in template pixels.
    """
    source, target = _matched_points(page, template)
    if len(source) < 6:
        return None
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, reach_px, maxIters=2000, confidence=0.999
    )
    if matrix is None:
        return None
    widened = _widened(np.asarray(matrix, np.float64), source, target, 2 * reach_px)
    affine = _affine_if_as_good(widened, source, target, 2 * reach_px)
    return HomographyEstimate(widened, int(mask.sum()), source, target, affine)


def _widened(matrix: Matrix, source: Points, target: Points, reach_px: float) -> Matrix:
    """Refits by least squares to all matches in a wider reach.

    On a curled sheet MAGSAC settles on the flattest part; the whole sheet is wanted.
    """
    for _ in range(2):
        close = np.linalg.norm(map_points(matrix, source) - target, axis=1) < reach_px
        if close.sum() < 6:
            break
        refitted, _ = cv2.findHomography(source[close], target[close], 0)
        if refitted is None:
            break
        matrix = np.asarray(refitted, np.float64)
    return matrix


def _affine_if_as_good(
    matrix: Matrix, source: Points, target: Points, reach_px: float
) -> Matrix | None:
    """An affine map where it explains nearly as many matches: beyond them it strays far less."""
    close = np.linalg.norm(map_points(matrix, source) - target, axis=1) < reach_px
    found, mask = cv2.estimateAffine2D(source, target, ransacReprojThreshold=reach_px)
    if found is None or mask.sum() < AFFINE_SHARE * close.sum():
        return None
    return np.vstack([found, [0.0, 0.0, 1.0]])


def sift_features(grey: GreyImage) -> Features:
    """SIFT features at 100 dpi: slower than AKAZE, better on soft and shaded photographs."""
    small = resized_to(grey, SIFT_LONG_SIDE_PX)
    keypoints, descriptors = cv2.SIFT.create(nfeatures=SIFT_KEYPOINTS).detectAndCompute(small, None)
    return _in_page_pixels(keypoints, descriptors, small.shape, grey.shape)


def _akaze_features(coarse: GreyImage, page_shape: tuple[int, ...]) -> Features:
    detector = cv2.AKAZE.create(nOctaves=3, nOctaveLayers=AKAZE_LAYERS, max_points=AKAZE_KEYPOINTS)
    keypoints, descriptors = detector.detectAndCompute(coarse, None)
    return _in_page_pixels(keypoints, descriptors, coarse.shape, page_shape)


def _in_page_pixels(
    keypoints: Sequence[cv2.KeyPoint],
    descriptors: NDArray[Any] | None,
    small: tuple[int, ...],
    page: tuple[int, ...],
) -> Features:
    if descriptors is None or not keypoints:
        return Features(np.empty((0, 2)), np.empty((0, 61), np.uint8))
    points = np.asarray(cv2.KeyPoint.convert(keypoints), dtype=np.float64)
    return Features(map_points(scaling(small, page), points), descriptors)


def _matched_points(page: Features, template: Features) -> tuple[Points, Points]:
    if len(page) < 2 or len(template) < 2:
        return np.empty((0, 2)), np.empty((0, 2))
    norm = cv2.NORM_HAMMING if page.descriptors.dtype == np.uint8 else cv2.NORM_L2
    pairs = cv2.BFMatcher(norm).knnMatch(page.descriptors, template.descriptors, k=2)
    good = [best for best, second in pairs if best.distance < RATIO_TEST * second.distance]
    return (
        page.points[[match.queryIdx for match in good]],
        template.points[[match.trainIdx for match in good]],
    )
