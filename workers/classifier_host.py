"""One loaded classifier for a process, loaded when a task first asks for it.

Neither TensorFlow nor LiteRT may be touched in a parent that forks afterwards: the child would
hang on locks whose owners were not copied. Pools of threads fire no signal per process, so this
is lazy instead of an initialiser.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from forms_app.reading.classifier import Classifier


class ClassifierHost:
    """Calling it gives the process's only classifier.

    Args:
        load: Loads the model; called once, and again only when it failed.
    """

    def __init__(self, load: Callable[[], Classifier]) -> None:
        self._load = load
        self._lock = Lock()
        self._classifier: Classifier | None = None

    def __call__(self) -> Classifier:
        """The classifier, loaded by whichever thread comes first while the others wait."""
        with self._lock:
            if self._classifier is None:
                self._classifier = self._load()
            return self._classifier
