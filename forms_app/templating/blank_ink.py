"""Makes a blank page ready for detection: one resolution, upright, ink and lines told apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.machine_codes import code_boxes
from forms_app.templating.page_parts import WORKING_DPI, mm

Mask = NDArray[np.uint8]
"""`(h, w)` uint8, 255 where it holds, else 0."""

USUAL_LONG_SIDE_MM = 297.0
"""A4: the size taken for pages whose resolution is not known."""
_PAGE_MM = (120.0, 440.0)
"""Long sides of A6 to A3 and a little."""
_PAPER_CELL = 8
_STEEPEST_DEG, _SKEW_STEP_DEG = 3.0, 0.1
_LEAST_SKEW_DEG = 0.05
THICKEST_STROKE_MM = 1.3
"""Wider than that is an area."""
_LEAST_STROKE = 20.0
_LEAST_TINT = 9.0
_LEAST_CONTRAST = 12.0
_NOISE_SIGMAS = 2.5


@dataclass(frozen=True)
class BlankPage:
    """A blank at `WORKING_DPI`, turned upright.

    `grey` (h, w) uint8; `contrast` (h, w) uint8: how much darker than the paper, 0 on paper;
    `noise` the grain's standard deviation in grey levels; `back` (2, 3) float64 maps working
    pixels to pixels of the page that was given; `codes` the boxes of QR codes, which count as
    bare paper.
    """

    grey: GreyImage
    contrast: Mask
    noise: float
    back: NDArray[np.float64]
    codes: tuple[Box, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.grey.shape[1], self.grey.shape[0]

    @property
    def scale(self) -> float:
        """Pixels of the given page in one working pixel."""
        return float(np.hypot(self.back[0, 0], self.back[1, 0]))

    @cached_property
    def faint(self) -> float:
        """The contrast that a printed line must have to stand out of the grain."""
        return max(_LEAST_CONTRAST, _NOISE_SIGMAS * self.noise)

    @cached_property
    def ink(self) -> Mask:
        """Dark print: text, frames, rulings; pale tints left out."""
        strongest = float(np.percentile(self.contrast, 99.5))
        least = max(40.0, 0.25 * strongest, 4 * self.noise)
        return np.where(self.contrast > least, 255, 0).astype(np.uint8)

    @cached_property
    def strokes(self) -> Mask:
        """Thin print of any strength, on paper and on tints: pale frames and bubbles, too."""
        side = round(mm(THICKEST_STROKE_MM)) | 1
        solid = cv2.morphologyEx(self.contrast, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        least = max(_LEAST_STROKE, 1.2 * self.faint)
        return np.where(cv2.subtract(self.contrast, solid) > least, 255, 0).astype(np.uint8)

    @cached_property
    def areas(self) -> Mask:
        """Tinted and black areas, what is printed on them included."""
        smooth = cv2.blur(self.contrast, (3, 3))
        shown = np.where(smooth > max(_LEAST_TINT, 1.5 * self.noise), 255, 0).astype(np.uint8)
        closed = cv2.morphologyEx(shown, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        side = round(mm(THICKEST_STROKE_MM)) | 1
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
        return np.asarray(opened, np.uint8)

    def given(self, box: Box) -> Box:
        """A box of the working page on the given page: same size, its middle moved along."""
        x, y = self.back @ np.array([*box.centre, 1.0])
        width, height = box.width * self.scale, box.height * self.scale
        return Box(float(x) - width / 2, float(y) - height / 2, width, height)


def prepare_blank(grey: GreyImage, dpi: float | None) -> BlankPage:
    """The working page of a blank.

    Args:
        grey: (H, W) uint8, dark print on light paper.
        dpi: its resolution; None, or one that makes no page of it (cameras state 72), is taken
            from the size of an A4 page.
    """
    if dpi is None or not is_page_size(grey, dpi):
        dpi = max(grey.shape) / USUAL_LONG_SIDE_MM * 25.4
    return blank_at(grey, dpi)


def is_page_size(grey: GreyImage, dpi: float) -> bool:
    """Whether a picture at this resolution is as large as a page."""
    return dpi > 0 and _PAGE_MM[0] <= max(grey.shape) / dpi * 25.4 <= _PAGE_MM[1]


def blank_at(grey: GreyImage, dpi: float) -> BlankPage:
    """The working page of a blank (H, W) uint8 whose resolution is certain."""
    scale = WORKING_DPI / dpi
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)
    angle_deg = skew_deg(sized)
    forward = np.diag([size[0] / grey.shape[1], size[1] / grey.shape[0], 1.0])
    if abs(angle_deg) >= _LEAST_SKEW_DEG:
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), angle_deg, 1.0)
        paper = float(np.percentile(sized, 80))
        sized = np.asarray(
            cv2.warpAffine(sized, turn, size, flags=cv2.INTER_CUBIC, borderValue=(paper,)), np.uint8
        )
        forward = np.vstack([turn, [0, 0, 1]]) @ forward
    contrast = _contrast(sized)
    codes = code_boxes(grey, forward)
    for code in codes:
        contrast[code.clipped(size[0], size[1]).as_slices()] = 0
    back = np.linalg.inv(forward)[:2]
    return BlankPage(sized, contrast, _noise(sized), back, tuple(codes))


def skew_deg(grey: GreyImage) -> float:
    """By how much lines and rows of text rise to the right, in degrees.

    The angle at which the page's ink falls into the sharpest rows (Postl 1986, projection
    profiles), searched within 3 degrees on a quarter of the resolution.
    """
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    y, x = np.nonzero(cv2.subtract(cv2.blur(small, (31, 31)), small) > 30)
    if len(x) < 200:
        return 0.0
    if len(x) > 60_000:
        chosen = np.random.default_rng(0).choice(len(x), 60_000, replace=False)
        y, x = y[chosen], x[chosen]

    def sharpness(angle: float) -> float:
        rows = y + (x - small.shape[1] / 2) * np.tan(np.deg2rad(angle))
        counts = np.bincount(np.maximum(0, rows + small.shape[1] * 0.06).astype(int))
        return float(np.sum(counts.astype(np.float64) ** 2))

    coarse = np.arange(-_STEEPEST_DEG, _STEEPEST_DEG + 0.01, 4 * _SKEW_STEP_DEG / 2)
    best = max(coarse, key=sharpness)
    fine = best + np.arange(-_SKEW_STEP_DEG, _SKEW_STEP_DEG * 1.01, _SKEW_STEP_DEG / 5)
    found = float(max(fine, key=sharpness))
    return -found if sharpness(found) > 1.02 * sharpness(0.0) else 0.0


def _contrast(grey: GreyImage) -> Mask:
    """How much darker than the paper around it; the paper is a high, slowly changing level."""
    height, width = grey.shape
    grid = (max(1, width // _PAPER_CELL), max(1, height // _PAPER_CELL))
    small = cv2.resize(grey, grid, interpolation=cv2.INTER_AREA)
    reach = round(mm(30) / _PAPER_CELL) | 1
    light = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE,
                             np.ones((reach, reach), np.uint8))  # fmt: skip
    paper = cv2.resize(cv2.blur(light, (reach, reach)), (width, height))
    return np.asarray(cv2.subtract(paper, grey), np.uint8)


def _noise(grey: GreyImage) -> float:
    """The grain: spread of what a small median takes away, by its median absolute deviation."""
    part = grey[:: max(1, grey.shape[0] // 800)]
    rest = part.astype(np.int16) - cv2.medianBlur(np.ascontiguousarray(part), 3)
    return 1.4826 * float(np.mean(np.abs(rest[np.abs(rest) < 30])))
