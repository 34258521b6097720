"""Which of many template pages a scan may show: a shortlist, before any of them is laid on it.

Each feature of the scan votes for the template page that has the most similar one, if the next
best page's is clearly less similar (Lowe's ratio, between pages): what all forms share, such as
corners of boxes, has no say. AKAZE describes what is around a point in the point's own direction,
so the four ways up look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.features import RATIO_TEST, Features

SHORTLIST = 5
NEIGHBOURS = 8
"""So many nearest features are looked at for one of another page."""
FIRST_LOOK = 300
"""Features of a first, cheap look; its result counts where it is clear."""
CLEAR_VOTES, CLEAR_LEAD = 20, 3.0
NEAREST_SHARE = 1e-3
"""Features that are nearest but not clearly decide among pages without other votes."""


@dataclass(frozen=True, slots=True)
class TemplateIndex:
    """All features of all pages: `descriptors` (N, 61) uint8, and the page that each is of."""

    descriptors: NDArray[np.uint8]
    owners: NDArray[np.intp]
    page_count: int

    def nearest(self, features: Features, count: int = SHORTLIST) -> list[int]:
        """Positions of the pages most like a scan with these features, the likeliest first."""
        if len(features) > FIRST_LOOK:
            chosen = np.linspace(0, len(features) - 1, FIRST_LOOK).astype(int)
            votes = self._votes(features.descriptors[chosen])
            second, best = np.sort([0.0, 0.0, *votes])[-2:]
            if best >= CLEAR_VOTES and best >= CLEAR_LEAD * second:
                return self._ranked(votes, count)
        return self._ranked(self._votes(features.descriptors), count)

    def _votes(self, descriptors: NDArray[Any]) -> NDArray[np.floating[Any]]:
        """Votes (pages,) of the scan's descriptors (n, 61)."""
        votes = np.zeros(self.page_count)
        known = min(NEIGHBOURS, len(self.descriptors))
        if not len(descriptors) or not known:
            return votes
        distances, places = cv2.batchDistance(
            descriptors, self.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=known
        )
        owners = self.owners[places]
        is_other = owners != owners[:, :1]
        other = np.where(is_other.any(axis=1), is_other.argmax(axis=1), known - 1)
        rival = distances[np.arange(len(distances)), other]
        is_clear = distances[:, 0] < RATIO_TEST * rival
        np.add.at(votes, owners[:, 0], np.where(is_clear, 1.0, NEAREST_SHARE))
        return votes

    def _ranked(self, votes: NDArray[np.floating[Any]], count: int) -> list[int]:
        return [int(place) for place in np.argsort(-votes, kind="stable")[:count]]


def build_index(pages: Sequence[Features]) -> TemplateIndex:
    """An index over the AKAZE features of template pages, in their order."""
    filled = [page.descriptors for page in pages if len(page)]
    descriptors = np.concatenate(filled) if filled else np.zeros((0, 61), np.uint8)
    owners = np.repeat(np.arange(len(pages)), [len(page) for page in pages])
    return TemplateIndex(descriptors, owners, len(pages))
