"""Copies of a blank as office life leaves them, for the registration's test of itself.

Milder than what the reading is measured on (`training.synthesis`, which this room does not
import): a form whose blank cannot be found again in these has too little of its own to be known by.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.types import GreyImage

SEED = 4
FULL_LONG_SIDE_PX = 3508
"""A4 at 300 dpi: blur is given in pixels of this."""
FAX_LONG_SIDE_PX = 2339
"""A4 at 200 dpi."""


@dataclass(frozen=True, slots=True)
class WornCopy:
    """A copy `(h, w)` uint8; `matrix` (3, 3) maps pixels of the blank to its pixels.

    `is_plain` says that any office scanner delivers such a page.
    """

    name: str
    grey: GreyImage
    matrix: NDArray[np.float64]
    is_plain: bool


def worn_copies(blank: GreyImage) -> Iterator[WornCopy]:
    """A skewed scan, a black-and-white one, a pale photocopy and a photograph; always the same."""
    rng = np.random.default_rng(SEED)
    skewed, matrix = _moved(blank, angle_deg=1.5, scale=0.98, corners=0.0, rng=rng)
    yield WornCopy("a skewed scan", _noisy(_blurred(skewed, 0.8), 6, rng), matrix, True)
    turned, matrix = _moved(blank, angle_deg=-1.0, scale=1.0, corners=0.0, rng=rng)
    scale = FAX_LONG_SIDE_PX / max(blank.shape)
    coarse, matrix = _at_scale(_blurred(turned, 1.0), matrix, scale)
    bilevel = np.where(_noisy(coarse, 10, rng) < 150, 0, 255).astype(np.uint8)
    yield WornCopy("a black-and-white scan", bilevel, matrix, True)
    copied, matrix = _moved(blank, angle_deg=0.8, scale=1.02, corners=0.0, rng=rng)
    pale = 255 - (255 - _blurred(copied, 1.2).astype(np.float32)) * 0.55
    yield WornCopy("a pale photocopy", _noisy(pale.astype(np.uint8), 6, rng), matrix, False)
    shot, matrix = _moved(blank, angle_deg=3.0, scale=0.92, corners=0.015, rng=rng)
    light = np.linspace(1.0, 0.7, shot.shape[1], dtype=np.float32)
    shaded = (_blurred(shot, 1.3) * light).astype(np.uint8)
    yield WornCopy("a photograph", _noisy(shaded, 6, rng), matrix, False)


def _moved(
    page: GreyImage, angle_deg: float, scale: float, corners: float, rng: np.random.Generator
) -> tuple[GreyImage, NDArray[np.float64]]:
    """Turned and scaled about its middle, its corners shifted by a share of its width."""
    height, width = page.shape
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    middle, angle = np.array([width, height]) / 2, np.deg2rad(angle_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (outline - middle) @ turn.T * scale + middle
    moved += rng.uniform(-1, 1, (4, 2)) * corners * width
    matrix = cv2.getPerspectiveTransform(outline.astype(np.float32), moved.astype(np.float32))
    warped = cv2.warpPerspective(page, matrix, (width, height), borderValue=(255,))
    return np.asarray(warped, np.uint8), np.asarray(matrix, np.float64)


def _at_scale(
    page: GreyImage, matrix: NDArray[np.float64], scale: float
) -> tuple[GreyImage, NDArray[np.float64]]:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(page, None, fx=scale, fy=scale, interpolation=how)
    return np.asarray(resized, np.uint8), np.diag([scale, scale, 1.0]) @ matrix


def _blurred(page: GreyImage, sigma_px: float) -> GreyImage:
    sigma_px *= max(page.shape) / FULL_LONG_SIDE_PX
    return np.asarray(cv2.GaussianBlur(page, (0, 0), max(0.1, sigma_px)), np.uint8)


def _noisy(page: GreyImage, level: float, rng: np.random.Generator) -> GreyImage:
    grain = rng.normal(0, level, (page.shape[0] // 2, page.shape[1] // 2)).astype(np.float32)
    size = (page.shape[1], page.shape[0])
    noise = cv2.resize(grain, size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.clip(page.astype(np.float32) + noise, 0, 255), np.uint8)
