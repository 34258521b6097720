"""One loaded classifier for a process: loaded on first use, used by one thread at a time.

Neither TensorFlow nor LiteRT may be touched in a parent that forks afterwards: the child would
hang on locks whose owners were not copied. Nothing here loads before the first task asks.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
from forms_app.reading.classifier import Charset, Classifier
from numpy.typing import NDArray

from forms_app.reading.types import LogProbabilities


class LockedClassifier:
    """A classifier for pools of threads: interpreters keep their tensors between calls."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._lock = Lock()
        self.charset: Charset = classifier.charset
        self.engine: str = classifier.engine
        self.model_id: str = classifier.model_id

    def classify(self, glyphs: NDArray[np.uint8]) -> LogProbabilities:
        """See `Classifier.classify`."""
        with self._lock:
            return self._classifier.classify(glyphs)


class ClassifierHost:
    """Calling it gives the process's only classifier.

    Args:
        load: Loads the model; called once, and again only after it failed.
    """

    def __init__(self, load: Callable[[], Classifier]) -> None:
        self._load = load
        self._lock = Lock()
        self._classifier: Classifier | None = None

    def __call__(self) -> Classifier:
        """The classifier, loaded by whichever thread comes first."""
        with self._lock:
            if self._classifier is None:
                self._classifier = LockedClassifier(self._load())
            return self._classifier
