"""Finds training images that are test images in another dress.

MNIST and EMNIST were cut from the same NIST forms by different pipelines, so exact comparison of
pixels misses that a MNIST training image and an EMNIST test image are one character. Framed alike,
twins correlate highly: above 0.96 lie 9 % of MNIST's training 3s and 5s, but only 0.4 % of images
known to have no twin in the ByClass test split. The limit is set lower, at 0.94, to miss few; it
drops 5 to 10 % of innocent 3s and 5s with them, and more of plainer digits (40 % of MNIST in all).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.glyphs import frame_glyph

TWIN_CORRELATION = 0.94


def twins_of(
    images: NDArray[np.uint8],
    labels: NDArray[np.str_],
    test_images: NDArray[np.uint8],
    test_labels: NDArray[np.str_],
) -> NDArray[np.bool_]:
    """Marks images that also occur, framed otherwise, in a test set.

    Args:
        images: (N, 28, 28) uint8, with (N,) labels.
        test_images: (M, 28, 28) uint8, with (M,) labels.

    Returns:
        (N,) bool, True where a test image of the same label correlates above the limit.
    """
    found = np.zeros(len(images), bool)
    for label in np.unique(labels):
        mine, theirs = np.flatnonzero(labels == label), np.flatnonzero(test_labels == label)
        if not len(theirs):
            continue
        reference = _unit_rows(test_images[theirs]).T
        for part in np.array_split(mine, max(1, len(mine) // 2048)):
            best = (_unit_rows(images[part]) @ reference).max(axis=1)
            found[part] = best > TWIN_CORRELATION
    return found


def _unit_rows(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    framed = np.stack([frame_glyph(image) for image in images])
    rows = framed.reshape(len(framed), -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
