"""What a teacher made of several networks could give: each alone, and the mean of their answers.

A network distilled from an ensemble comes at best close to it, so where the mean is no better than
the best of its members, distilling does not pay. Measured on the validation samples of training,
whose writers none of the networks was taught on.

Run: python -m benchmarks.ensemble A.keras B.keras ... [--data FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.training.config import CHARACTERS, TrainingConfig
from forms_app.training.datasets import load_training_data
from forms_app.training.sample_sets import Holdout
from forms_app.training.train import predict_logits

Probabilities = NDArray[np.float64]


def main() -> None:
    """Print one row a network and one for their mean."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("models", type=Path, nargs="+", help="trained .keras files, same charset")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments = parser.parse_args()
    holdouts = load_training_data(arguments.data, CHARACTERS, TrainingConfig().seed).holdouts
    print("network, then right ignoring case / log-loss of each set:")
    print(
        "|".join(["", " network ", *(f" {n}, n {len(h.labels)} " for n, h in holdouts.items()), ""])
    )
    every = [answers(path, holdouts) for path in arguments.models]
    for path, own in zip(arguments.models, every, strict=True):
        print_row(path.stem, holdouts, own)
    mean = {name: np.mean([own[name] for own in every], axis=0) for name in holdouts}
    print_row("their mean", holdouts, mean)


def answers(path: Path, holdouts: dict[str, Holdout]) -> dict[str, Probabilities]:
    """For each set the `(N, K)` probabilities of a network, reject included."""
    import keras

    network = keras.models.load_model(path, compile=False)
    found = {}
    for name, holdout in holdouts.items():
        logits = predict_logits(network, holdout.images).astype(np.float64)
        odds = np.exp(logits - logits.max(1, keepdims=True))
        found[name] = odds / odds.sum(1, keepdims=True)
    return found


def print_row(title: str, holdouts: dict[str, Holdout], found: dict[str, Probabilities]) -> None:
    """One line of the table."""
    upper = np.char.upper(np.array(list(CHARACTERS)))
    cells = []
    for name, holdout in holdouts.items():
        likely = found[name][:, : len(CHARACTERS)]
        truth = np.char.upper(holdout.labels)
        right = float((upper[likely.argmax(1)] == truth).mean())
        share = (likely * (upper[None] == truth[:, None])).sum(1)
        cells.append(f" {100 * right:.2f} % / {-np.log(np.maximum(share, 1e-6)).mean():.3f} ")
    print("|".join(["", f" {title} ", *cells, ""]), flush=True)


if __name__ == "__main__":
    main()
