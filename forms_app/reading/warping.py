"""Sampling a page at its template's pixels: homography and displacement in one resampling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import Matrix, PageView, map_points, scaling, softened
from forms_app.reading.refinement import DisplacementField
from forms_app.reading.types import GreyImage

MAP_STEP_PX = 16
"""The map is computed on this grid and enlarged bilinearly: error under 0.01 px for real sheets."""
STRIP_ROWS = 64
"""Few enough for the map of a strip to stay in the cache."""
PAPER = 255
"""What lies beyond the scan is taken for paper."""


def warp_page(
    page: GreyImage,
    matrix: Matrix,
    field: DisplacementField,
    fine_shape: tuple[int, ...],
    shape: tuple[int, ...],
    beyond: int = PAPER,
) -> GreyImage:
    """The page as seen at the pixels of a template image of `shape`, resampled once.

    Template point p shows what the homography lays at p + displacement(p).

    Args:
        page: `(H, W)`, or `(H, W, C)` for several planes at once.
        matrix: (3, 3), page pixels to fine template pixels.
        field: displacements in fine template pixels.
        fine_shape: size of the fine template image.
        shape: `(height, width)` of the result; a copy of the template at any resolution.
        beyond: what lies beyond the scan.
    """
    inverse = np.linalg.inv(matrix)
    to_fine = scaling(shape, fine_shape)
    xs, ys = (_grid(side) for side in (shape[1], shape[0]))
    fine_xs, fine_ys = xs * to_fine[0, 0] + to_fine[0, 2], ys * to_fine[1, 1] + to_fine[1, 2]
    places = np.stack(np.meshgrid(fine_xs, fine_ys), axis=-1)
    places += field.on_grid(fine_xs, fine_ys)
    sources = map_points(inverse, places.reshape(-1, 2)).reshape(places.shape)
    result = np.empty((*shape[:2], *page.shape[2:]), np.uint8)
    for rows, strip in _strips(sources.astype(np.float32), shape):
        result[rows] = cv2.remap(
            page,
            strip,
            np.empty(0, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(beyond,) * 4,
        )
    return result


def warp_working_copy(
    view: PageView,
    matrix: Matrix,
    field: DisplacementField,
    fine_shape: tuple[int, ...],
    shape: tuple[int, ...],
) -> GreyImage:
    """The page at a working size of the template, from the smallest copy that is sharp enough."""
    for source in (view.coarse, view.fine, view.grey):
        from_source = matrix @ scaling(source.shape, view.grey.shape)
        if magnification(scaling(fine_shape, shape) @ from_source, source.shape) <= 1.25:
            break
    return softened(warp_page(source, from_source, field, fine_shape, shape))


def magnification(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """Linear scale of a projective map in the middle of an image."""
    y, x = shape[0] / 2, shape[1] / 2
    corners = map_points(matrix, np.array([[x, y], [x + 1, y], [x, y + 1]]))
    (ax, ay), (bx, by) = corners[1] - corners[0], corners[2] - corners[0]
    return float(np.sqrt(abs(ax * by - ay * bx)))


def _grid(side: int) -> NDArray[np.floating[Any]]:
    """Centres of the map's cells along one side, with one cell beyond either end."""
    return (np.arange(-1, -(-side // MAP_STEP_PX) + 1) + 0.5) * MAP_STEP_PX - 0.5


def _strips(sources: NDArray[Any], shape: tuple[int, ...]) -> Iterator[tuple[slice, NDArray[Any]]]:
    """The enlarged map in strips of rows, so that it never stands in memory as a whole."""
    height, width = shape[:2]
    cells = STRIP_ROWS // MAP_STEP_PX
    for first in range(0, sources.shape[0] - 2, cells):
        part = sources[first : first + cells + 2]
        size = (part.shape[1] * MAP_STEP_PX, part.shape[0] * MAP_STEP_PX)
        enlarged = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
        top = first * MAP_STEP_PX
        rows = slice(top, min(height, top + STRIP_ROWS))
        count = rows.stop - rows.start
        inner = enlarged[MAP_STEP_PX : MAP_STEP_PX + count, MAP_STEP_PX : MAP_STEP_PX + width]
        yield rows, inner
