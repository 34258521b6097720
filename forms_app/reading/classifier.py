"""Glyphs to calibrated log-probabilities: the only door to the character network."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import ModelError
from forms_app.reading.engines import Engine, LiteRTEngine
from forms_app.reading.errors import ShapeError
from forms_app.reading.glyphs import GLYPH_SIZE_PX
from forms_app.reading.keras_engine import KerasEngine
from forms_app.reading.model_card import ModelCard, read_card, verified_bytes

ENGINES = ("auto", "litert", "keras")
_NVIDIA_DEVICES = (Path("/dev/nvidia0"), Path("/dev/dxg"))


@dataclass(frozen=True)
class Charset:
    """The classes of a classifier: its characters, then reject.

    Attributes:
        characters: K-1 different single characters; class K-1 is reject (no character).
    """

    characters: str

    @property
    def size(self) -> int:
        """Number of classes K, reject included."""
        return len(self.characters) + 1

    @property
    def reject_index(self) -> int:
        """Class of everything that is no single character."""
        return len(self.characters)

    def index_of(self, character: str) -> int:
        """Class of a character.

        Raises:
            KeyError: the charset does not have it.
        """
        index = self.characters.find(character)
        if index < 0 or len(character) != 1:
            raise KeyError(character)
        return index


class Classifier(Protocol):
    """What the reading pipeline asks of a classifier; safe to call from several threads."""

    charset: Charset
    engine: str
    model_id: str

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 glyphs, N may be 0 -> (N, K) float32 log-probabilities."""


class NetworkClassifier:
    """A classifier over one engine: checks shapes, calibrates, locks.

    Attributes:
        charset: its classes.
        engine: "litert" or "keras".
        model_id: the model's name and the first 12 digits of its weights' SHA-256.
        is_on_gpu: whether a GPU does the work.
    """

    def __init__(
        self, charset: Charset, engine: str, model_id: str, network: Engine, temperature: float
    ) -> None:
        self.charset = charset
        self.engine = engine
        self.model_id = model_id
        self.is_on_gpu = isinstance(network, KerasEngine) and network.is_on_gpu
        self._network = network
        self._temperature = temperature
        self._lock = threading.Lock()

    def classify(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Reads glyphs.

        Args:
            glyphs: (N, 28, 28) uint8 in the framing of `frame_glyph`; N may be 0.

        Returns:
            (N, K) float32 log-probabilities, temperature-scaled (Guo et al. 2017).

        Raises:
            ShapeError: the array has another shape or dtype.
        """
        side = GLYPH_SIZE_PX
        if glyphs.ndim != 3 or glyphs.shape[1:] != (side, side) or glyphs.dtype != np.uint8:
            raise ShapeError(
                f"glyphs: got {glyphs.dtype} {glyphs.shape}, expected uint8 (N, {side}, {side})"
            )
        if not len(glyphs):
            return np.zeros((0, self.charset.size), np.float32)
        with self._lock:
            logits = self._network.logits(glyphs)
        return log_softmax(logits / np.float32(self._temperature))

    def gpu_memory_bytes(self) -> dict[str, int]:
        """GPU memory `used` now and at its `peak`; empty where no GPU does the work."""
        return self._network.memory_bytes() if isinstance(self._network, KerasEngine) else {}

    def try_out(self) -> None:
        """Reads an empty glyph, to find out whether the engine works.

        Raises:
            EngineLostError: its device is gone.
        """
        self.classify(np.zeros((1, GLYPH_SIZE_PX, GLYPH_SIZE_PX), np.uint8))


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, K) logits to (N, K) log-probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    result: NDArray[np.float32] = shifted - total
    return result.astype(np.float32, copy=False)


def default_model_directory() -> Path:
    """Where the shipped model lies."""
    return Path(__file__).resolve().parent.parent / "models"


def gpu_present() -> bool:
    """Whether there is an NVIDIA device that is not hidden from this process."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return not hidden and any(device.exists() for device in _NVIDIA_DEVICES)


def gpu_expected() -> bool:
    """Whether an NVIDIA device and TensorFlow are both here; imports neither."""
    return gpu_present() and find_spec("tensorflow") is not None


def load_classifier(
    engine: str = "auto", directory: Path | None = None, *, num_threads: int = 1
) -> NetworkClassifier:
    """Loads a classifier, verified against its model card.

    Args:
        engine: "litert", "keras", or "auto": Keras where TensorFlow sees a GPU, else LiteRT.
        directory: folder of a model card and its weights; the shipped model by default.
        num_threads: CPU threads of one call (LiteRT).

    Raises:
        ModelError: unknown engine, missing library, damaged or mismatched model.
        EngineLostError: the GPU is there and cannot be worked with.
    """
    if engine not in ENGINES:
        raise ModelError(f"got engine {engine!r}, expected one of {', '.join(ENGINES)}.")
    card = read_card(directory or default_model_directory())
    if engine == "auto":
        engine = "keras" if "keras" in card.files and gpu_expected() and _gpu_seen() else "litert"
    if engine not in card.files:
        raise ModelError(f"model {card.name}: the card lists no weights for engine {engine!r}.")
    return _load(card, engine, num_threads)


def _gpu_seen() -> bool:
    """Asks TensorFlow itself; slow, so only where a device file promises a GPU."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def _load(card: ModelCard, engine: str, num_threads: int) -> NetworkClassifier:
    file = card.files[engine]
    weights = verified_bytes(file)
    network: Engine
    if engine == "litert":
        network = LiteRTEngine(weights, num_threads, str(file.path))
    else:
        network = KerasEngine(weights, str(file.path))
    charset = Charset(card.characters)
    if network.outputs != charset.size:
        raise ModelError(
            f"{file.path}: the network has {network.outputs} outputs, "
            f"the card's charset with reject has {charset.size}."
        )
    model_id = f"{card.name}-{file.sha256[:12]}"
    return NetworkClassifier(charset, engine, model_id, network, file.temperature)
