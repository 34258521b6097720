"""The character network and its loss; runs on any Keras backend."""

from __future__ import annotations

from typing import Any

from forms_app.errors import FieldhandError


def build_network(
    classes: int,
    widths: tuple[int, int, int, int],
    dropout: float,
    blocks: tuple[int, int] = (1, 1),
) -> Any:
    """A small residual network: 28 -> 14 -> 7 -> 4 pixels, residual blocks at 14 and 7.

    With widths (24, 48, 96, 160) and blocks (1, 2) it has 0.78 M parameters and 31 M
    multiply-adds per glyph. A block begins as the identity (Goyal et al. 2017), so a network can
    begin from the weights of a shallower one (`begin_from`).

    Args:
        classes: number of outputs K, reject included.
        widths: channels at 28, 14, 7 and 4 pixels.
        dropout: share of features dropped before the last layer.
        blocks: residual blocks at 14 and at 7 pixels.

    Returns:
        keras.Model from (N, 28, 28, 1) float32 in 0..255 to (N, K) logits.
    """
    import keras
    from keras import layers

    inputs = layers.Input((28, 28, 1), name="glyphs")
    x = layers.Rescaling(1.0 / 255.0)(inputs)
    x = _conv(x, widths[0])
    for width, count in zip(widths[1:3], blocks, strict=True):
        x = _conv(x, width, stride=2)
        for _ in range(count):
            x = _residual(x, width)
    x = _conv(x, widths[3], stride=2)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(classes, name="logits")(x), name="fieldhand_glyphs")


def begin_from(network: Any, earlier: Any) -> None:
    """Gives a new network the weights of an earlier one of the same or a smaller depth.

    Layers are taken in order; each gives its weights to the next layer whose weights have the same
    shapes. Layers that get none keep their beginning.

    Args:
        network: fresh from `build_network`, changed in place.
        earlier: a trained network of the same widths and classes.

    Raises:
        FieldhandError: a layer of the earlier network fits nowhere.
    """
    waiting = iter([layer for layer in network.layers if layer.weights])
    for layer in earlier.layers:
        if not layer.weights:
            continue
        shapes = [weight.shape for weight in layer.weights]
        taker = next((o for o in waiting if [w.shape for w in o.weights] == shapes), None)
        if taker is None:
            raise FieldhandError(
                f"Layer {layer.name} of the network to begin from has no place in the new one: "
                "widths and characters must be the same and blocks no fewer."
            )
        taker.set_weights(layer.get_weights())


def _conv(x: Any, filters: int, stride: int = 1) -> Any:
    from keras import layers

    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))


def _residual(x: Any, filters: int) -> Any:
    from keras import layers

    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(_conv(x, filters))
    y = layers.BatchNormalization(momentum=0.9, gamma_initializer="zeros")(y)
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
