"""Which of many template pages a scan may show: a shortlist, before any of them is laid on it.

A bag of binary words (Galvez-Lopez & Tardos, T-RO 2012, without the tree): each AKAZE descriptor
counts for the nearest of some thousand words, rare words weigh more (tf-idf), and pages are
ranked by the cosine. AKAZE describes what is around a point in the point's own direction, so the
four ways up look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import Features

WORDS = 2048
SHORTLIST = 5
SEED = 20261127


@dataclass(frozen=True, slots=True)
class TemplateIndex:
    """`words` (W, 61) uint8, `weights` (W,) and one unit vector (W,) a page in `pages`."""

    words: NDArray[np.uint8]
    weights: NDArray[np.float32]
    pages: NDArray[np.float32]

    def nearest(self, features: Features, count: int = SHORTLIST) -> list[int]:
        """Positions of the pages most like a scan with these features, the likeliest first."""
        if not len(features) or not len(self.words):
            return list(range(min(count, len(self.pages))))
        likeness = self.pages @ _vector(_counts(features, self.words), self.weights)
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:count]]


def build_index(pages: Sequence[Features]) -> TemplateIndex:
    """An index over template pages, in their order; some 5 ms a page."""
    words = _words(pages)
    counts = np.array([_counts(page, words) for page in pages], np.float32)
    counts = counts.reshape(len(pages), len(words))
    present = np.count_nonzero(counts, axis=0)
    weights = np.log((1 + len(pages)) / (1 + present)).astype(np.float32) + np.float32(0.1)
    vectors = [_vector(row, weights) for row in counts]
    return TemplateIndex(words, weights, np.array(vectors, np.float32).reshape(counts.shape))


def _words(pages: Sequence[Features]) -> NDArray[np.uint8]:
    """Descriptors of the pages themselves, drawn evenly: the words that these forms are made of."""
    filled = [page.descriptors for page in pages if len(page)]
    if not filled:
        return np.zeros((0, 61), np.uint8)
    every = np.concatenate(filled)
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(every), min(WORDS, len(every)), replace=False)
    return np.unique(every[np.sort(chosen)], axis=0)


def _counts(features: Features, words: NDArray[np.uint8]) -> NDArray[np.float32]:
    if not len(features) or not len(words):
        return np.zeros(len(words), np.float32)
    matches = cv2.BFMatcher(cv2.NORM_HAMMING).match(features.descriptors, words)
    nearest = [match.trainIdx for match in matches]
    return np.bincount(nearest, minlength=len(words)).astype(np.float32)


def _vector(counts: NDArray[Any], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tf-idf of unit length; the root keeps one word that fills the page from being all of it."""
    vector = np.sqrt(counts) * weights
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
