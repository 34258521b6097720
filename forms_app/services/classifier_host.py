"""Which classifier reads now: the one that was asked for, or the CPU's while the GPU is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from forms_app import metrics
from forms_app.counted_classifier import CountedClassifier
from forms_app.errors import EngineLostError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from forms_app.reading.classifier import Classifier, NetworkClassifier

log = structlog.get_logger(__name__)

STAND_IN = "litert"
TRIED_AGAIN_AFTER_S = 300.0
"""A driver that was reset is back within a minute; a broken GPU costs one try in five minutes."""


class ClassifierHost:
    """Loads the classifier on the first call, once, whatever the number of threads that ask.

    When it loses its GPU, it raises `EngineLostError`, and whoever asks for a classifier then is
    given the CPU's. Nobody has to tell: ask before each call.
    """

    def __init__(
        self,
        load: Callable[[str], NetworkClassifier],
        engine: str,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Loads nothing yet.

        Args:
            load: gives the classifier of an engine.
            engine: the engine that is asked for.
            clock_s: a stop-watch, in seconds.
        """
        self._load = load
        self._engine = engine
        self._clock_s = clock_s
        self._lock = Lock()
        self._main: Classifier | None = None
        self._stand_in: Classifier | None = None
        self._lost_at_s: float | None = None

    def __call__(self) -> Classifier:
        """The classifier to use for the next call.

        Raises:
            ModelError: It cannot be loaded.
        """
        with self._lock:
            if self._main is None and self._is_time_to_try():
                self._main = self._try_main()
            if self._main is not None:
                return self._main
            if self._stand_in is None:
                self._stand_in = CountedClassifier(self._load(STAND_IN))
            return self._stand_in

    def _is_time_to_try(self) -> bool:
        lost_at_s = self._lost_at_s
        return lost_at_s is None or self._clock_s() - lost_at_s >= TRIED_AGAIN_AFTER_S

    def _try_main(self) -> Classifier | None:
        was_lost = self._lost_at_s is not None
        try:
            network = self._load(self._engine)
            if was_lost:
                # No page is risked to find out whether it works again.
                network.try_out()
        except EngineLostError as error:
            self._note_loss(error)
            return None
        if network.engine == "keras":
            self._note_gpu(network.is_on_gpu)
        if was_lost and network.engine == "keras":
            log.info("the GPU reads again", engine=network.engine)
        self._lost_at_s = None
        return _Watched(network, self._lose)

    def _lose(self, classifier: Classifier, error: EngineLostError) -> None:
        with self._lock:
            if self._main is classifier:
                self._main = None
                self._note_loss(error)

    def _note_loss(self, error: EngineLostError) -> None:
        is_news = self._lost_at_s is None
        self._lost_at_s = self._clock_s()
        metrics.GPU_AVAILABLE.set(0)
        if not is_news:
            log.info("the GPU is still away", why=error.message)
            return
        metrics.ENGINE_FALLBACKS.inc(engine="keras", reason=error.reason)
        log.warning(
            "the GPU is lost: reading goes on with the CPU, slower; the GPU is tried again every "
            f"{TRIED_AGAIN_AFTER_S:.0f} s, restart this worker when it is back before",
            why=error.message,
        )

    def _note_gpu(self, is_on_gpu: bool) -> None:
        metrics.GPU_AVAILABLE.set(int(is_on_gpu))
        if not is_on_gpu:
            log.warning(
                "the engine is keras and TensorFlow sees no GPU: it reads with the CPU, several "
                "times slower than the engine litert; check nvidia-smi and the container's devices"
            )


class _Watched:
    """A classifier that is counted, and whose loss is noted at once."""

    def __init__(
        self, network: NetworkClassifier, lose: Callable[[Classifier, EngineLostError], None]
    ) -> None:
        self._network = network
        self._counted = CountedClassifier(network)
        self._lose = lose
        self.charset = network.charset
        self.engine = network.engine
        self.model_id = network.model_id

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Classifier.classify`."""
        try:
            answers = self._counted.classify(glyphs)
        except EngineLostError as error:
            self._lose(self, error)
            raise
        for kind, amount in self._network.gpu_memory_bytes().items():
            metrics.GPU_MEMORY.set(amount, kind=kind)
        return answers
