"""The training run behind `fieldhand train`: checkpoints, resume, progress."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import FieldhandError
from forms_app.training import form_glyphs
from forms_app.training.config import TrainingConfig
from forms_app.training.datasets import load_training_data
from forms_app.training.mixture import Batch, batches, steps_of_epoch
from forms_app.training.network import begin_from, build_network, marginal_loss
from forms_app.training.sample_sets import Holdout, TrainingData

CHECKPOINT = "checkpoint.weights.h5"
STATE = "state.json"
HISTORY = "history.jsonl"
TRAINED = "model.keras"
REPORT_SECONDS = 30.0
Progress = Callable[[str], None]


@dataclass
class RunState:
    """Where a run stands; saved beside the weights."""

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0


def train(config: TrainingConfig, progress: Progress = print) -> Path:
    """Trains a model, saving a checkpoint after each epoch.

    Args:
        config: the run; with `resume` it continues from the checkpoint in `config.out`.
        progress: called with one line at a time.

    Returns:
        Path of the trained `model.keras` in `config.out`, to be exported by `export_model`.

    Raises:
        DatasetError: the data sets are missing or damaged.
        FieldhandError: the configuration does not fit the checkpoint.
    """
    import keras

    keras.utils.set_random_seed(config.seed)
    config.out.mkdir(parents=True, exist_ok=True)
    (config.out / "config.json").write_text(json.dumps(config.as_json(), indent=1))
    data = _with_form_glyphs(
        load_training_data(config.data, config.characters, config.seed), config, progress
    )
    run = _Run(config, data, _compiled(config), steps_of_epoch(data, config), progress)
    if config.resume:
        run.restore()
    while run.state.epoch < config.epochs and run.fraction() < 1.0:
        run.one_epoch()
    return run.finish()


def _with_form_glyphs(
    data: TrainingData, config: TrainingConfig, progress: Progress
) -> TrainingData:
    """With the glyphs of drawn forms as a source, where the run asks for any and can draw them."""
    if not config.forms:
        return data
    kept = config.out / form_glyphs.FILE
    if not kept.exists():
        if missing := form_glyphs.missing_handwriting(config.data):
            progress(f"no forms are drawn: {config.data} lacks {', '.join(missing)}")
            return data
        workers = os.cpu_count() or 1
        form_glyphs.draw_form_glyphs(config.data, config.forms, workers, kept, progress)
    source = form_glyphs.as_source(kept, config.characters)
    return replace(data, sources={**data.sources, "forms": source})


def _compiled(config: TrainingConfig) -> Any:
    import keras

    classes = len(config.characters) + 1
    network = build_network(classes, config.widths, config.dropout, config.blocks)
    if config.begin_from is not None:
        begin_from(network, _earlier(config.begin_from))
    optimiser = keras.optimizers.AdamW(
        learning_rate=config.learning_rate,
        weight_decay=config.weight_decay,
        use_ema=True,
        ema_momentum=config.ema_momentum,
    )
    optimiser.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    network.compile(optimizer=optimiser, loss=marginal_loss(config.smoothing), jit_compile=False)
    return network


def _earlier(path: Path) -> Any:
    import keras

    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, ValueError) as error:
        raise FieldhandError(f"{path}: no Keras model to begin from ({error}).") from error


@dataclass
class _Run:
    """One run in progress: the moving parts that `train` strings together."""

    config: TrainingConfig
    data: TrainingData
    network: Any
    steps_per_epoch: int
    progress: Progress

    def __post_init__(self) -> None:
        self.state = RunState()
        self.log = scalar_log(self.config.out / "tensorboard")

    def fraction(self) -> float:
        """How much of the budget is used, by steps or by time, 0..1."""
        by_steps = self.state.step / (self.config.epochs * self.steps_per_epoch)
        minutes = self.config.minutes
        by_time = self.state.elapsed_s / (60.0 * minutes) if minutes else 0.0
        return min(1.0, max(by_steps, by_time))

    def rate(self) -> float:
        """Learning rate now: linear warm-up, then cosine to 1 % of the peak."""
        warm = min(1.0, (self.state.step + 1) / max(self.config.warmup_steps, 1))
        cosine = 0.5 * (1.0 + math.cos(math.pi * self.fraction()))
        return self.config.learning_rate * warm * (0.01 + 0.99 * cosine)

    def one_epoch(self) -> None:
        """Trains on one epoch of batches, validates and saves."""
        losses: list[float] = []
        started = reported = time.monotonic()
        before_s = self.state.elapsed_s
        for batch in batches(self.data, self.config, self.state.epoch):
            losses.append(self._step(batch))
            now = time.monotonic()
            self.state.elapsed_s = before_s + now - started
            if now - reported > REPORT_SECONDS:
                reported = now
                self._report(losses[-200:], len(losses) * self.config.batch_size / (now - started))
            if self.fraction() >= 1.0:
                break
        self.state.epoch += 1
        self.save()
        self._validate(float(np.mean(losses)))

    def _step(self, batch: Batch) -> float:
        self.network.optimizer.learning_rate = self.rate()
        loss = self.network.train_on_batch(batch.glyphs, batch.allowed)
        self.state.step += 1
        return float(loss)

    def _report(self, losses: list[float], per_second: float) -> None:
        self.progress(
            f"epoch {self.state.epoch + 1} step {self.state.step} "
            f"{100 * self.fraction():.1f}% loss {np.mean(losses):.4f} "
            f"rate {self.rate():.2e} {per_second:.0f} glyphs/s"
        )

    def _validate(self, loss: float) -> None:
        with averaged(self.network):
            scores = {
                name: accuracy_ignoring_case(self.network, holdout, self.config.characters)
                for name, holdout in self.data.holdouts.items()
            }
            self.network.save(self.config.out / TRAINED)
        line = {"epoch": self.state.epoch, "step": self.state.step, "loss": loss, **scores}
        with (self.config.out / HISTORY).open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")
        self.log("loss", loss, self.state.epoch)
        for name, score in scores.items():
            self.log(f"validation/{name}", score, self.state.epoch)
        figures = " ".join(f"{name} {100 * score:.2f}" for name, score in scores.items())
        minutes = self.state.elapsed_s / 60
        self.progress(
            f"epoch {self.state.epoch} done, {minutes:.1f} min, loss {loss:.4f}, "
            f"validation ignoring case: {figures}"
        )

    def save(self) -> None:
        """Writes weights, optimiser and state, each file replaced at once."""
        part = self.config.out / f"part-{CHECKPOINT}"
        self.network.save_weights(part, overwrite=True)
        part.replace(self.config.out / CHECKPOINT)
        (self.config.out / STATE).write_text(json.dumps(vars(self.state)))

    def restore(self) -> None:
        """Continues from the checkpoint, if there is one."""
        if (self.config.out / STATE).exists():
            self.network.optimizer.build(self.network.trainable_variables)
            self.network.load_weights(self.config.out / CHECKPOINT)
            self.state = RunState(**json.loads((self.config.out / STATE).read_text()))
            self.progress(f"resumed after epoch {self.state.epoch}, step {self.state.step}")

    def finish(self) -> Path:
        """Path of the trained model, with averaged weights."""
        minutes = self.state.elapsed_s / 60
        self.progress(f"trained {self.state.step} steps in {minutes:.1f} min")
        return self.config.out / TRAINED


class averaged:  # noqa: N801 - reads as a verb: `with averaged(network):`
    """Puts the averaged weights into a network for the length of a `with` block."""

    def __init__(self, network: Any) -> None:
        self.network = network

    def __enter__(self) -> None:
        self.kept = self.network.get_weights()
        self.network.optimizer.finalize_variable_values(self.network.trainable_variables)

    def __exit__(self, *_: object) -> None:
        self.network.set_weights(self.kept)


def predict_logits(network: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 28, 28) uint8 -> (N, K) float32 logits."""
    glyphs = images[..., None].astype(np.float32)
    parts = [network.predict_on_batch(glyphs[i : i + 512]) for i in range(0, len(glyphs), 512)]
    return np.concatenate(parts)


def accuracy_ignoring_case(network: Any, holdout: Holdout, characters: str) -> float:
    """Share of a validation set read right, upper and lower case counted as one."""
    best = predict_logits(network, holdout.images)[:, : len(characters)].argmax(1)
    read = np.char.upper(np.array(list(characters))[best])
    return float((read == np.char.upper(holdout.labels)).mean())


def scalar_log(folder: Path) -> Callable[[str, float, int], None]:
    """A TensorBoard scalar writer where TensorBoard is installed, else one that does nothing."""
    if find_spec("tensorboard") is None or find_spec("tensorflow") is None:
        return lambda name, value, step: None
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder))

    def log(name: str, value: float, step: int) -> None:
        with writer.as_default(step=step):
            tf.summary.scalar(name, value)
        writer.flush()

    return log
