"""The trained Keras model itself: the reference, and the fast way on a GPU.

A GPU may go away, or lack memory, in the middle of the work. That is told apart from a fault of
ours here, where TensorFlow's own errors are known; nobody else has to know them.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import EngineLostError, ModelError
from forms_app.reading.model_card import INPUT_SHAPE

logger = logging.getLogger(__name__)

# Batches are filled up to one of few sizes, because TensorFlow prepares itself anew for each.
CPU_SIZES = (16, 32, 64, 128, 256)
GPU_SIZES = (64, 256, 1024, 4096)
SMALLEST_BATCH = 16


class KerasEngine:
    """Runs the model on the GPU where TensorFlow sees one; not thread-safe by itself.

    Attributes:
        outputs: number of classes K.
        is_on_gpu: whether TensorFlow sees a GPU.
    """

    def __init__(self, weights: bytes, name: str) -> None:
        """Loads the model; on a GPU every batch size is run once, which may take a minute.

        Args:
            weights: content of the `.keras` file.
            name: what to call the file in messages.

        Raises:
            ModelError: Keras is missing, or the file is no model of the right shape.
            EngineLostError: the GPU is there and cannot be worked with.
        """
        try:
            import keras
        except ImportError as error:
            raise ModelError(
                "TensorFlow and Keras are not installed: pip install 'fieldhand[train]' "
                "or use the engine 'litert'."
            ) from error
        self.is_on_gpu = _find_gpu()
        self._sizes: tuple[int, ...] = GPU_SIZES if self.is_on_gpu else CPU_SIZES
        try:
            self._model = _load_model(keras, weights, name)
        except Exception as error:
            raise (_as_lost(error) or error) from error
        self.outputs = int(self._model.output_shape[-1])
        if self.is_on_gpu:
            for size in self._sizes:
                self.logits(np.zeros((size, *INPUT_SHAPE), np.uint8))

    @property
    def largest_batch(self) -> int:
        """So many glyphs at most go to the device at once."""
        return self._sizes[-1]

    def memory_bytes(self) -> dict[str, int]:
        """GPU memory that this process has `used` now and at its `peak`; empty without a GPU."""
        if not self.is_on_gpu:
            return {}
        import tensorflow as tf

        found = tf.config.experimental.get_memory_info("GPU:0")
        return {"used": int(found["current"]), "peak": int(found["peak"])}

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 28, 28) uint8 -> (N, K) float32.

        Where the device lacks memory, batches are halved, for good.

        Raises:
            EngineLostError: the device is gone, or has no memory for the smallest batch.
        """
        result = np.empty((len(glyphs), self.outputs), np.float32)
        start = 0
        while start < len(glyphs):
            part = glyphs[start : start + self.largest_batch]
            try:
                result[start : start + len(part)] = self._run(part)
            except Exception as error:
                lost = _as_lost(error)
                if lost is None:
                    raise
                if not (_is_out_of_memory(error) and self._halve(len(part))):
                    raise lost from error
            else:
                start += len(part)
        return result

    def _run(self, part: NDArray[np.uint8]) -> NDArray[np.float32]:
        size = next(size for size in self._sizes if size >= len(part))
        batch = np.zeros((size, *INPUT_SHAPE, 1), np.float32)
        batch[: len(part), :, :, 0] = part
        answers: NDArray[np.float32] = np.asarray(self._model.predict_on_batch(batch))
        return answers[: len(part)]

    def _halve(self, tried: int) -> bool:
        """Whether smaller batches than that of `tried` glyphs are left to try."""
        size = next(size for size in self._sizes if size >= tried)
        half = size // 2
        if half < SMALLEST_BATCH:
            return False
        self._sizes = (*(other for other in self._sizes if other < half), half)
        logger.warning(
            "the GPU has too little memory for %d characters at once: %d from now on; "
            "give it to one worker alone, or lower read_batch_pages",
            size,
            half,
        )
        return True


def _load_model(keras: Any, weights: bytes, name: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(weights)
        try:
            model = keras.models.load_model(path, compile=False)
        except (ValueError, OSError, TypeError, KeyError) as error:
            raise ModelError(f"{name}: no usable Keras model ({error}).") from error
    if tuple(model.input_shape) != (None, *INPUT_SHAPE, 1):
        raise ModelError(
            f"{name}: got input {model.input_shape}, expected {(None, *INPUT_SHAPE, 1)}."
        )
    return model


def _find_gpu() -> bool:
    """Whether TensorFlow sees a GPU, which is then kept from being taken as a whole."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # already in use by this process, whose choice stands
            break
    return bool(gpus)


def _as_lost(error: Exception) -> EngineLostError | None:
    """What TensorFlow raises when a device fails; None for faults of ours."""
    tf = sys.modules.get("tensorflow")
    if tf is None or not isinstance(error, tf.errors.OpError):
        return None
    # All glyphs have one shape and type, so that only our own code can make these.
    if isinstance(error, tf.errors.InvalidArgumentError):
        return None
    reason = "memory" if _is_out_of_memory(error) else "device"
    first_line = str(error.message).strip().partition("\n")[0]
    return EngineLostError(
        f"TensorFlow cannot go on with its device ({type(error).__name__}: {first_line}); "
        "look at nvidia-smi and the kernel's log.",
        reason,
    )


def _is_out_of_memory(error: Exception) -> bool:
    tf = sys.modules.get("tensorflow")
    return tf is not None and isinstance(error, tf.errors.ResourceExhaustedError)
