"""The two ways to run the character network: LiteRT on a CPU, Keras where a GPU pays.

An engine maps (N, 28, 28) uint8 to (N, K) float32 logits. Both import their library only when
they are built, and neither may be built in a process that forks afterwards.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import ModelError
from forms_app.reading.model_card import INPUT_SHAPE

LITERT_BATCH = 16
"""Measured: 60 us a glyph in batches of 1 as of 128, so small batches waste least on padding."""
KERAS_BATCH = 256
_BANNER = b"Created TensorFlow Lite XNNPACK delegate"


class Engine(Protocol):
    """Runs the network on whole batches."""

    outputs: int

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 -> (N, K) float32, N at least 1."""


class LiteRTEngine:
    """The exported network in LiteRT's interpreter; not thread-safe by itself."""

    def __init__(self, weights: bytes, num_threads: int, name: str) -> None:
        """Loads the network.

        Args:
            weights: content of the `.tflite` file.
            num_threads: threads of one call.
            name: what to call the file in messages.

        Raises:
            ModelError: LiteRT is missing, or the weights are no network of the right shape.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelError("LiteRT is not installed: pip install ai-edge-litert.") from error
        try:
            with _no_banner():
                self._interpreter: Any = Interpreter(model_content=weights, num_threads=num_threads)
                entry = self._interpreter.get_input_details()[0]
                shape = (LITERT_BATCH, *INPUT_SHAPE, 1)
                self._interpreter.resize_tensor_input(entry["index"], shape)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{name}: no usable LiteRT network ({error}).") from error
        self._input, self._dtype = entry["index"], entry["dtype"]
        out = self._interpreter.get_output_details()[0]
        self._output, self.outputs = out["index"], int(out["shape"][-1])

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 -> (N, K) float32."""
        result = np.empty((len(glyphs), self.outputs), np.float32)
        batch = np.zeros((LITERT_BATCH, *INPUT_SHAPE, 1), self._dtype)
        for start in range(0, len(glyphs), LITERT_BATCH):
            part = glyphs[start : start + LITERT_BATCH]
            batch[: len(part), :, :, 0] = part
            self._interpreter.set_tensor(self._input, batch)
            self._interpreter.invoke()
            result[start : start + len(part)] = self._interpreter.get_tensor(self._output)[
                : len(part)
            ]
        return result


@contextmanager
def _no_banner() -> Iterator[None]:
    """Drops the line that LiteRT's C++ writes to stderr for every interpreter; keeps the rest."""
    try:
        kept = os.dup(2)
    except OSError:  # no stderr to keep clean
        yield
        return
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            caught.seek(0)
            for line in caught:
                if _BANNER not in line:
                    os.write(2, line)


class KerasEngine:
    """The trained Keras model itself: the reference, and the fast way on a GPU."""

    def __init__(self, weights: bytes, name: str) -> None:
        """Loads the model.

        Args:
            weights: content of the `.keras` file.
            name: what to call the file in messages.

        Raises:
            ModelError: Keras is missing, or the file is no model of the right shape.
        """
        try:
            import keras
        except ImportError as error:
            raise ModelError(
                "TensorFlow and Keras are not installed: pip install 'fieldhand[train]' "
                "or use the engine 'litert'."
            ) from error
        _let_gpu_memory_grow()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.keras"
            path.write_bytes(weights)
            try:
                self._model: Any = keras.models.load_model(path, compile=False)
            except (ValueError, OSError, TypeError, KeyError) as error:
                raise ModelError(f"{name}: no usable Keras model ({error}).") from error
        if tuple(self._model.input_shape) != (None, *INPUT_SHAPE, 1):
            raise ModelError(
                f"{name}: got input {self._model.input_shape}, expected {(None, *INPUT_SHAPE, 1)}."
            )
        self.outputs = int(self._model.output_shape[-1])

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 -> (N, K) float32."""
        parts = []
        for start in range(0, len(glyphs), KERAS_BATCH):
            part = glyphs[start : start + KERAS_BATCH]
            size = len(part) if len(part) == KERAS_BATCH else 1 << (len(part) - 1).bit_length()
            batch = np.zeros((size, *INPUT_SHAPE, 1), np.float32)
            batch[: len(part), :, :, 0] = part
            parts.append(np.asarray(self._model.predict_on_batch(batch))[: len(part)])
        return np.concatenate(parts).astype(np.float32, copy=False)


def _let_gpu_memory_grow() -> None:
    """Keeps TensorFlow from taking a whole GPU; other Keras backends need nothing."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # already in use by this process, whose choice stands
            return
