"""The character network and its loss; runs on any Keras backend."""

from __future__ import annotations

from typing import Any


def build_network(classes: int, widths: tuple[int, int, int, int], dropout: float) -> Any:
    """A small residual network: 28 -> 14 -> 7 -> 4 pixels, one residual block per inner scale.

    With widths (24, 56, 112, 176) it has 0.77 M parameters and 30 M multiply-adds per glyph.

    Args:
        classes: number of outputs K, reject included.
        widths: channels at 28, 14, 7 and 4 pixels.
        dropout: share of features dropped before the last layer.

    Returns:
        keras.Model from (N, 28, 28, 1) float32 in 0..255 to (N, K) logits.
    """
    import keras
    from keras import layers

    inputs = layers.Input((28, 28, 1), name="glyphs")
    x = layers.Rescaling(1.0 / 255.0)(inputs)
    x = _conv(x, widths[0])
    x = _residual(_conv(x, widths[1], stride=2), widths[1])
    x = _residual(_conv(x, widths[2], stride=2), widths[2])
    x = _conv(x, widths[3], stride=2)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(classes, name="logits")(x), name="fieldhand_glyphs")


def _conv(x: Any, filters: int, stride: int = 1, activate: bool = True) -> Any:
    from keras import layers

    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x) if activate else x


def _residual(x: Any, filters: int) -> Any:
    from keras import layers

    y = _conv(_conv(x, filters), filters, activate=False)
    return layers.Activation("relu")(layers.Add()([x, y]))


def marginal_loss(smoothing: float) -> Any:
    """Negative log of the probability that any allowed class is right.

    `loss = (1 - s) * -log(sum of p over allowed) + s * mean(-log p)`: the smoothing part is the
    usual uniform one and does not pull apart the classes inside the allowed set.

    Args:
        smoothing: weight s of the uniform part, 0..1.

    Returns:
        A Keras loss of (allowed (N, K) multi-hot, logits (N, K)).
    """
    from keras import ops

    def loss(allowed: Any, logits: Any) -> Any:
        log_p = ops.log_softmax(logits, axis=-1)
        inside = ops.where(allowed > 0.5, log_p, -1e9)
        marginal = -ops.logsumexp(inside, axis=-1)
        return (1.0 - smoothing) * marginal - smoothing * ops.mean(log_p, axis=-1)

    return loss
