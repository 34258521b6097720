"""One epoch's samples from all sources, drawn in a background thread."""

from __future__ import annotations

import dataclasses
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.training.config import TrainingConfig
from forms_app.training.sample_sets import Source, TrainingData
from forms_app.training.scenes import SceneDrawer, make_drawer
from forms_app.training.targets import allowed_rows, other_case

REJECT = "rejects"
_AHEAD = 12


@dataclass(frozen=True)
class Batch:
    """(B, 28, 28, 1) float32 glyphs in 0..255 and (B, K) multi-hot allowed classes."""

    glyphs: NDArray[np.float32]
    allowed: NDArray[np.float32]


def steps_of_epoch(data: TrainingData, config: TrainingConfig) -> int:
    """Batches of one epoch: those of the sources that the data folder holds."""
    drawn = sum(
        count
        for name, count in dataclasses.asdict(config.mixture).items()
        if name == REJECT or name in data.sources
    )
    return min(drawn // config.batch_size, config.steps_per_epoch or drawn)


def plan_epoch(
    data: TrainingData, config: TrainingConfig, rng: np.random.Generator
) -> list[tuple[str, int]]:
    """Chooses the (source, index) pairs of one epoch, shuffled."""
    plan: list[tuple[str, int]] = []
    for name, count in dataclasses.asdict(config.mixture).items():
        if name == REJECT:
            plan += [(REJECT, 0)] * count
        elif count and name in data.sources:
            plan += [(name, int(i)) for i in _choose(data.sources[name], count, rng)]
    return [plan[i] for i in rng.permutation(len(plan))]


def _choose(source: Source, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if source.weights is not None:
        return rng.choice(len(source), count, p=source.weights / source.weights.sum())
    rounds = [rng.permutation(len(source)) for _ in range(-(-count // len(source)))]
    return np.concatenate(rounds)[:count]


def batches(data: TrainingData, config: TrainingConfig, epoch: int) -> Iterator[Batch]:
    """Yields the batches of one epoch; the same epoch and seed give the same batches."""
    rng = np.random.default_rng([config.seed, epoch])
    drawer = make_drawer(data, config.seed + 7919 * (epoch + 1))
    plan = plan_epoch(data, config, rng)
    size = config.batch_size
    steps = steps_of_epoch(data, config)
    ready: queue.Queue[Batch | BaseException] = queue.Queue(_AHEAD)
    stop = threading.Event()

    def work() -> None:
        try:
            for step in range(steps):
                if stop.is_set():
                    return
                ready.put(_draw(drawer, config, plan[step * size : (step + 1) * size], rng))
        except BaseException as error:
            ready.put(error)

    threading.Thread(target=work, daemon=True, name="glyph-drawer").start()
    try:
        for _ in range(steps):
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while not ready.empty():
            ready.get_nowait()


def _draw(
    drawer: SceneDrawer,
    config: TrainingConfig,
    samples: list[tuple[str, int]],
    rng: np.random.Generator,
) -> Batch:
    partner = other_case(config.characters)
    reject = len(config.characters)
    glyphs = np.empty((len(samples), 28, 28, 1), np.float32)
    classes = np.full(len(samples), reject, np.int64)
    both = np.zeros(len(samples), bool)
    for row, (name, index) in enumerate(samples):
        if name == REJECT:
            glyphs[row, :, :, 0] = drawer.reject()
            continue
        source = drawer.data.sources[name]
        glyphs[row, :, :, 0] = drawer.sample(name, index)
        own = int(source.classes[index])
        swap = rng.random() < source.other_case_p[index]
        classes[row] = partner[own] if swap else own
        both[row] = rng.random() < source.both_cases_p[index]
    return Batch(glyphs, allowed_rows(classes, both, partner))
