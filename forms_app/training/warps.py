"""Random affine and elastic deformation of glyphs, at bitmap or at stroke level."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CANVAS_PX = 64
LONG_SIDE_PX = 44.0
"""Long side of a character on the canvas before deformation: twice that of the framed glyph."""
_BANK = 96
_MAX_ANGLE_DEG = 20.0


@dataclass(frozen=True)
class ElasticBank:
    """Smooth displacement fields, drawn once and reused with random sign and strength.

    Attributes:
        fields: (B, 64, 64, 2) float32, unit standard deviation.
        grid: (64, 64, 2) float32, canvas coordinates relative to its centre.
    """

    fields: NDArray[np.float32]
    grid: NDArray[np.float32]


def make_bank(rng: np.random.Generator) -> ElasticBank:
    """Draws the displacement fields (Simard et al. 2003: Gaussian-smoothed noise)."""
    fields = np.empty((_BANK, CANVAS_PX, CANVAS_PX, 2), np.float32)
    for field in fields:
        noise = rng.standard_normal((CANVAS_PX, CANVAS_PX, 2)).astype(np.float32)
        sigma = float(rng.uniform(7.0, 13.0))
        field[:] = cv2.GaussianBlur(noise, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
        field /= field.std() + 1e-6
    axis = np.arange(CANVAS_PX, dtype=np.float32) - (CANVAS_PX - 1) / 2
    grid = np.stack(np.meshgrid(axis, axis), axis=-1)
    return ElasticBank(fields, grid.astype(np.float32))


def random_linear(rng: np.random.Generator, strength: float = 1.0) -> NDArray[np.float32]:
    """A random 2x2 map: rotation within 20 degrees, slant, aspect, a little scale."""
    normal = rng.standard_normal(4) * strength
    angle = np.deg2rad(np.clip(normal[0] * 7.0, -_MAX_ANGLE_DEG, _MAX_ANGLE_DEG))
    slant = float(np.clip(normal[1] * 0.13, -0.45, 0.45))
    aspect = float(np.exp(np.clip(normal[2] * 0.11, -0.35, 0.35)))
    scale = float(np.exp(np.clip(normal[3] * 0.06, -0.2, 0.12)))
    cos, sin = np.cos(angle), np.sin(angle)
    rotate = np.array([[cos, -sin], [sin, cos]])
    shape = np.array([[aspect, slant], [0.0, 1.0 / aspect]])
    return (scale * rotate @ shape).astype(np.float32)


def warp_bitmap(
    glyph: NDArray[np.uint8],
    linear: NDArray[np.float32],
    bank: ElasticBank,
    rng: np.random.Generator,
    shift_px: float = 1.2,
) -> NDArray[np.uint8]:
    """Deforms a glyph bitmap onto the canvas.

    Args:
        glyph: (H, W) uint8 square bitmap.
        linear: (2, 2) from `random_linear`.
        shift_px: standard deviation of the elastic displacement in canvas pixels.

    Returns:
        (64, 64) uint8.
    """
    size = glyph.shape[0]
    zoom = LONG_SIDE_PX / (size * 22.0 / 28.0)
    inverse = np.linalg.inv(linear * zoom).astype(np.float32)
    field = bank.fields[rng.integers(_BANK)]
    offset = bank.grid + field * np.float32(rng.normal() * shift_px)
    source = offset @ inverse.T + np.float32((size - 1) / 2)
    across, down = cv2.split(source.astype(np.float32, copy=False))
    return cv2.remap(glyph, across, down, cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def warp_strokes(
    strokes: list[NDArray[np.float32]],
    linear: NDArray[np.float32],
    bank: ElasticBank,
    rng: np.random.Generator,
    shift_px: float = 1.2,
) -> list[NDArray[np.float32]]:
    """Deforms unit strokes into canvas pixels; same effect as `warp_bitmap`."""
    field = bank.fields[rng.integers(_BANK)] * np.float32(rng.normal() * shift_px)
    centre = np.float32((CANVAS_PX - 1) / 2)
    warped = []
    for stroke in strokes:
        points = stroke @ (linear.T * np.float32(LONG_SIDE_PX)) + centre
        at = np.clip(points, 0, CANVAS_PX - 1).astype(np.intp)
        warped.append(points + field[at[:, 1], at[:, 0]])
    return warped
