"""The scan of a drawn field: moved, thickened, blurred, shaded, noisy, compressed, one-bit."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from forms_app.reading.types import GreyImage
from tests.reading.drawn_look import Look


def scan_of(
    blank: GreyImage, masks: Sequence[GreyImage], look: Look, rng: np.random.Generator
) -> tuple[GreyImage, list[GreyImage]]:
    """The scan of a blank with ink over it, and the ink masks as they lie in it.

    Print and writing are moved together against the blank: what registration leaves.
    """
    printed = 255 - blank
    if look.thicker_px > 0:
        printed = cv2.dilate(printed, np.ones((2, 2), np.uint8))
    elif look.thicker_px < 0 and look.line_px > 2:
        printed = cv2.erode(printed, np.ones((2, 2), np.uint8))
    warp = _misregistration(blank.shape, look, rng)
    printed = warp(printed)
    moved = [warp(m) for m in masks]
    ink = np.max(moved, axis=0) if moved else np.zeros_like(blank)
    dark = np.maximum(printed, (ink * look.pen).astype(np.uint8))
    return _degrade(255 - dark, look, rng), moved


def _misregistration(shape: tuple[int, ...], look: Look, rng: np.random.Generator):
    height, width = shape
    angle = rng.uniform(0, 2 * np.pi)
    shift = look.shift_px * np.array([np.cos(angle), np.sin(angle)])
    coarse = rng.uniform(-look.bend_px, look.bend_px, (2, 2, max(2, width // 250)))
    bend = [cv2.resize(c.astype(np.float32), (width, height)) for c in coarse]
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    x = columns + bend[0] + np.float32(shift[0])
    y = rows + bend[1] + np.float32(shift[1])
    return lambda image: cv2.remap(image, x, y, cv2.INTER_LINEAR, borderValue=0)


def _degrade(page: GreyImage, look: Look, rng: np.random.Generator) -> GreyImage:
    if look.bleed:
        back = cv2.GaussianBlur(page[:, ::-1], (0, 0), 3.0)
        page = cv2.subtract(page, ((255 - back) * look.bleed).astype(np.uint8))
    if look.shading:
        light = rng.uniform(1 - look.shading, 1, (2, 3)).astype(np.float32)
        light = cv2.resize(light, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
        page = (page * light).astype(np.uint8)
    page = cv2.GaussianBlur(page, (0, 0), max(look.blur, 0.05))
    grain = rng.standard_normal(page.shape) * look.noise
    page = np.clip(page + grain, 0, 255).astype(np.uint8)
    if look.one_bit:
        return np.where(page < rng.integers(130, 185), 0, 255).astype(np.uint8)
    if look.jpeg:
        _, data = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, look.jpeg])
        page = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return page
