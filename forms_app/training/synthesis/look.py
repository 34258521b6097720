"""Hands put together from anonymous glyph images that look alike: one slant, one pen width."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.training.synthesis.handwriting import InkPatch, draw_image

INK = 100
MOST_IMAGES = 1500
"""Of each character; more do not make the hands more alike."""
NEAREST = 5
LOOK_JITTER = 0.3
"""How much the same hand varies, in standard deviations of all hands."""
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class LookalikeWriter:
    """Writes with the images nearest to one look."""

    images: NDArray[np.uint8]
    rows: dict[str, NDArray[np.intp]]

    def can_write(self, character: str) -> bool:
        return character in self.rows

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        """Raises: KeyError: the set lacks the character (ask `can_write` first)."""
        return draw_image(self.images[int(rng.choice(self.rows[character]))], character, rng)


class LookalikeHands:
    """Writers from images (N, 28, 28) uint8, ink bright, and their labels (N,): 0-9, A-Z."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.str_]) -> None:
        rows = [np.flatnonzero(labels == c)[:MOST_IMAGES] for c in ALPHABET]
        kept = np.concatenate(rows)
        self._images, self._labels = images[kept], labels[kept]
        looks = np.array([look_of(image) for image in self._images])
        self._spread = np.maximum(looks.std(0), 1e-6)
        self._looks = looks / self._spread

    def pick(self, rng: np.random.Generator) -> LookalikeWriter:
        """A writer whose look is that of one image drawn at random."""
        target = self._looks[int(rng.integers(len(self._looks)))]
        target = target + rng.normal(0, LOOK_JITTER, 2)
        distance = np.abs(self._looks - target).sum(1)
        rows = {}
        for character in np.unique(self._labels):
            mine = np.flatnonzero(self._labels == character)
            rows[str(character)] = mine[np.argsort(distance[mine], kind="stable")[:NEAREST]]
        return LookalikeWriter(self._images, rows)


def look_of(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Slant (shift of x per y) and mean stroke width in pixels of one glyph (28, 28)."""
    ink = (image > INK).astype(np.uint8)
    moments = cv2.moments(ink, binaryImage=True)
    slant = -moments["mu11"] / moments["mu02"] if moments["mu02"] else 0.0
    depth = cv2.distanceTransform(ink, cv2.DIST_L2, 3)
    width = 4 * float(depth[ink > 0].mean()) if ink.any() else 0.0
    return float(np.clip(slant, -1, 1)), width
