"""A line recogniser by CTC on the features of the shipped character network.

The network of `forms_app/training/network.py` is run over a whole line as a fully convolutional
one; a head of column layers turns its 14- and 7-pixel features into a character, or none, for every
second pixel column (Graves et al. 2006, "Connectionist temporal classification").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-/"
NONE = 0
"""Class of "no character here"; character i of `ALPHABET` is class i + 1."""
STRIDE = 2
BEAM = 8
BATCH = 48
LongLine = NDArray[np.uint8]


def build_line_network(glyph_model: Path, width: int = 128) -> Any:
    """The network from (N, 28, W, 1) uint8-valued lines to (N, W / 2, K) logits; features frozen.

    Args:
        glyph_model: the shipped `glyphs.keras`.
        width: channels of the head.
    """
    import keras
    from keras import layers

    glyphs = keras.models.load_model(glyph_model, compile=False)
    activations = [layer for layer in glyphs.layers if isinstance(layer, layers.Activation)]
    by_height = {layer.output.shape[1]: layer.output for layer in activations}
    features = keras.Model(glyphs.inputs, [by_height[14], by_height[7]])
    line = keras.Input((28, None, 1))
    wide = keras.models.clone_model(features, input_tensors=[line])
    wide.set_weights(features.get_weights())
    wide.trainable = False
    fine, coarse = wide(line, training=False)
    columns = [layers.Dense(width)(_columns(part)) for part in (fine, coarse)]
    x = layers.Add()([columns[0], layers.UpSampling1D(2)(columns[1])])
    x = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))
    for dilation in (1, 2, 4):
        y = layers.Conv1D(width, 5, padding="same", dilation_rate=dilation, use_bias=False)(x)
        y = layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(y))
        x = layers.Add()([x, layers.Dropout(0.15)(y)])
    return keras.Model(line, layers.Dense(len(ALPHABET) + 1)(x))


def _columns(x: Any) -> Any:
    from keras import layers

    _, height, _, channels = x.shape
    return layers.Reshape((-1, height * channels))(layers.Permute((2, 1, 3))(x))


def train_lines(
    network: Any,
    lines: Sequence[tuple[LongLine, str]],
    shown: int,
    varied: Callable[[LongLine, np.random.Generator], LongLine],
    rate: float = 3e-3,
) -> None:
    """Trains the head on `shown` varied lines, cosine schedule."""
    import keras
    from keras import ops

    def loss(truth: Any, logits: Any) -> Any:
        lengths = ops.sum(ops.cast(truth > NONE, "int32"), axis=1)
        frames = ops.ones_like(lengths) * ops.shape(logits)[1]
        return ops.ctc_loss(truth, logits, lengths, frames, mask_index=NONE)

    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-3, clipnorm=5.0), loss=loss)
    rng, recent, steps = np.random.default_rng(5), [], shown // BATCH
    for step in range(steps):
        share, warm = step / steps, min(1.0, (step + 1) / 100)
        cosine = 0.02 + 0.49 * (1 + math.cos(math.pi * share))
        network.optimizer.learning_rate = rate * warm * cosine
        chosen = [lines[int(i)] for i in rng.integers(len(lines), size=BATCH)]
        images = padded([varied(image, rng) for image, _ in chosen])
        recent.append(float(network.train_on_batch(images, _classes([t for _, t in chosen]))))
        if len(recent) == 50:
            print(f"{100 * share:.0f} %, loss {np.mean(recent):.3f}", flush=True)
            recent = []


def padded(lines: Sequence[LongLine]) -> NDArray[np.float32]:
    """Lines (28, W) side by side in one array (N, 28, longest, 1), zeros behind the shorter."""
    longest = -(-max(line.shape[1] for line in lines) // 4) * 4
    batch = np.zeros((len(lines), 28, longest, 1), np.float32)
    for row, line in enumerate(lines):
        batch[row, :, : line.shape[1], 0] = line
    return batch


def _classes(texts: Sequence[str]) -> NDArray[np.int32]:
    rows = np.full((len(texts), max(map(len, texts))), NONE, np.int32)
    for row, text in zip(rows, texts, strict=True):
        row[: len(text)] = [ALPHABET.index(c) + 1 for c in text]
    return rows


def read_lines(network: Any, lines: Sequence[LongLine], allowed: str) -> list[tuple[str, float]]:
    """Text and probability of each line, restricted to some characters; beam search."""
    import tensorflow as tf

    keep = [NONE, *(ALPHABET.index(c) + 1 for c in allowed)]
    answers = []
    for line in lines:
        logits = network.predict_on_batch(padded([line]))[:, : -(-line.shape[1] // STRIDE)]
        log_p = logits[0][:, keep] - _log_sum(logits[0][:, keep])
        blank_last = np.concatenate([log_p[:, 1:], log_p[:, :1]], 1)[:, None, :]
        found, scores = tf.nn.ctc_beam_search_decoder(blank_last, [len(log_p)], BEAM, 1)
        text = "".join(allowed[int(i)] for i in found[0].values.numpy())
        answers.append((text, float(np.exp(min(0.0, float(scores[0, 0]))))))
    return answers


def _log_sum(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    top = logits.max(1, keepdims=True)
    return np.asarray(top + np.log(np.exp(logits - top).sum(1, keepdims=True)), np.float32)


def vary_line(line: LongLine, rng: np.random.Generator) -> LongLine:
    """A line a little wider or narrower, leaning, raised or sunk, thicker or thinner, noisy."""
    height, width = line.shape
    stretch, lean = rng.uniform(0.85, 1.18), rng.normal(0, 0.12)
    size, lift = rng.uniform(0.88, 1.1), rng.normal(0, 0.8)
    matrix = np.array(
        [[stretch * size, lean, 6 - lean * height / 2], [0, size, lift + (1 - size) * 14]]
    )
    wide = (round(width * stretch * size) + 12, height)
    moved = cv2.warpAffine(line, matrix, wide, flags=cv2.INTER_LINEAR)
    change = rng.random()
    if change < 0.2:
        moved = cv2.dilate(moved, np.ones((2, 2), np.uint8))
    elif change < 0.35:
        moved = cv2.GaussianBlur(moved, (0, 0), 0.7)
    noisy = moved + rng.normal(0, rng.uniform(0, 12), moved.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)
