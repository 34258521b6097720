"""MNIST by its own protocol: trained on its training part only, measured on its test part.

Beside EMNIST no figure on MNIST's test part means anything, since both were cut from the same
NIST forms (`twins`); by itself MNIST is the test that every recogniser quotes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.training.idx_files import read_idx_pair
from forms_app.training.sample_sets import Holdout, Source, load_arrays
from forms_app.training.targets import class_indices

PACKED = "mnist.npz"
VALIDATION = 5_000


def has_mnist(folder: Path) -> bool:
    """Whether a folder holds MNIST's training part, packed or as official IDX files."""
    return (folder / PACKED).exists() or bool(_idx_files(folder))


def mnist_alone(folder: Path, characters: str, rng: np.random.Generator) -> tuple[Source, Holdout]:
    """MNIST's training digits; a random twelfth, 5,000 at most, validates.

    Raises:
        DatasetError: a file is damaged.
    """
    images, labels = _training_part(folder)
    held = np.zeros(len(labels), bool)
    held[rng.permutation(len(labels))[: min(VALIDATION, len(labels) // 12)]] = True
    zeros = np.zeros(int((~held).sum()), np.float32)
    source = Source(images[~held], class_indices(labels[~held], characters), zeros, zeros)
    return source, Holdout(images[held], labels[held], np.ones(int(held.sum()), bool))


def mnist_test_file(folder: Path) -> Path:
    """Where `mnist_alone`'s test part lies, for `load_evaluation_set`."""
    packed = folder / PACKED
    return packed if packed.exists() else folder


def _training_part(folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    if (folder / PACKED).exists():
        data = load_arrays(folder / PACKED)
        return data["train_images"], data["train_labels"].astype(str)
    images, labels, _ = read_idx_pair(_idx_files(folder)[0])
    return images, labels


def _idx_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("train-images-idx3-ubyte*"))
