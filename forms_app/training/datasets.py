"""The data sets of a data folder, split into training and validation by writer.

Nothing here touches a test set, but for `emnist_byclass_test`, which is compared with MNIST so
that no test image is trained on in another dress (`twins`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forms_app.errors import DatasetError
from forms_app.training import sources as read
from forms_app.training.continental import continental
from forms_app.training.mnist_alone import has_mnist, mnist_alone
from forms_app.training.official_emnist import official_emnist, official_training_files
from forms_app.training.sample_sets import Holdout, Source, TrainingData

_NO_MARKS = np.zeros((0, 28, 28), np.uint8)


def load_training_data(folder: Path, characters: str, seed: int) -> TrainingData:
    """Loads every source that the folder holds; all of them take 20 seconds and 600 MiB.

    Files: official EMNIST training files (IDX, `.mat`) or else `emnist_train.npz`, `mnist.npz`,
    `unipen_train.npz` and `unipen_symbols.npz` with their strokes, `chars74k.npz`, `fonts/`. MNIST
    without any other letters or digits, and without EMNIST's test, follows its own protocol.

    Raises:
        DatasetError: a file is damaged, or there is none with letters or digits.
    """
    rng = np.random.default_rng(seed)
    sources: dict[str, Source] = {}
    holdouts: dict[str, Holdout] = {}
    held_writers: frozenset[str] = frozenset()
    reject_marks = _NO_MARKS
    if official_training_files(folder):
        sources["emnist"], holdouts["emnist"] = official_emnist(folder, characters, rng)
    elif (folder / "emnist_train.npz").exists():
        sources["emnist"], holdouts["emnist"] = read.emnist(folder, characters, rng)
    if (folder / "unipen_train.npz").exists():
        sources["unipen"], holdouts["unipen"], held_writers = read.unipen(folder, characters, rng)
    if (folder / "chars74k.npz").exists():
        sources["chars74k"], holdouts["chars74k"] = read.chars74k(folder, characters)
    if not sources and has_mnist(folder) and not (folder / "emnist_byclass_test.npz").exists():
        sources["mnist"], holdouts["mnist"] = mnist_alone(folder, characters, rng)
    elif (folder / "mnist.npz").exists():
        sources["mnist"] = read.mnist(folder, characters)
    if not sources:
        raise DatasetError(f"{folder}: holds no training data; see docs/recogniser.md.")
    if (folder / "unipen_symbols.npz").exists():
        found = read.symbols(folder, characters, held_writers)
        sources["symbols"], reject_marks, holdouts["symbols"] = found
    if (folder / "fonts").is_dir():
        sources["fonts"] = read.fonts(folder, characters)
    if {"1", "7"} <= set(characters):
        sources["continental"] = continental(characters, rng)
    return TrainingData(
        {name: source for name, source in sources.items() if len(source)},
        reject_marks,
        {
            name: kept
            for name, holdout in holdouts.items()
            if len((kept := _answerable(holdout, characters)).labels)
        },
    )


def _answerable(holdout: Holdout, characters: str) -> Holdout:
    """The samples whose character the charset holds; of unknown case, in either case."""
    labels = holdout.labels.astype(str)
    own = np.isin(labels, list(characters))
    other = np.isin(np.char.swapcase(labels), list(characters))
    keep = own | (other & ~holdout.case_known)
    trusted = None if holdout.trusted is None else holdout.trusted[keep]
    return Holdout(holdout.images[keep], labels[keep], holdout.case_known[keep], trusted)
