"""A classifier whose calls are counted, so that reading itself stays pure."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forms_app import metrics

if TYPE_CHECKING:
    from forms_app.reading.classifier import Classifier


class CountedClassifier:
    """Does as `inner` does, and counts calls, characters and seconds for each engine."""

    def __init__(self, inner: Classifier) -> None:
        self._inner = inner
        self.charset = inner.charset
        self._look()

    def _look(self) -> None:
        """It may have gone over to another engine."""
        self.engine, self.model_id = self._inner.engine, self._inner.model_id

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Classifier.classify`."""
        started = time.monotonic()
        found = self._inner.classify(glyphs)
        self._look()
        if len(glyphs):
            metrics.CLASSIFIER_SECONDS.observe(time.monotonic() - started, engine=self.engine)
            metrics.CLASSIFIER_GLYPHS.observe(len(glyphs), engine=self.engine)
            metrics.GLYPHS_READ.inc(len(glyphs), engine=self.engine)
        return found
