"""What runs the character network; LiteRT on a CPU here, Keras (`keras_engine`) where a GPU pays.

An engine maps (N, 28, 28) uint8 to (N, K) float32 logits. Both import their library only when
they are built, and neither may be built in a process that forks afterwards.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import ModelError
from forms_app.reading.model_card import INPUT_SHAPE

LITERT_BATCH = 16
"""Measured: 60 us a glyph in batches of 1 as of 128, so small batches waste least on padding."""
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
