"""EMNIST's official training files, IDX or MATLAB, as a training source."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from forms_app.training.idx_files import read_idx_pair
from forms_app.training.mat_files import read_mat
from forms_app.training.sample_sets import Holdout, Source
from forms_app.training.sources import EMNIST_VALIDATION
from forms_app.training.targets import class_indices


def emnist_training_files(folder: Path) -> list[Path]:
    """The images files of official EMNIST training splits (IDX) in a folder."""
    return sorted(p for p in folder.glob("emnist-*-train-images-idx3-ubyte*") if p.is_file())


def official_training_files(folder: Path) -> list[Path]:
    """The IDX images files of training splits and the `.mat` files of a folder.

    A split that is there in both formats counts once, as IDX.
    """
    idx = emnist_training_files(folder)
    splits = {path.name.split("-")[1] for path in idx}
    mats = sorted(folder.glob("emnist-*.mat"))
    return idx + [path for path in mats if path.stem.split("-")[1] not in splits]


def official_emnist(
    folder: Path, characters: str, rng: np.random.Generator
) -> tuple[Source, Holdout]:
    """Reads the training parts of a folder; a random tenth, 4,000 at most, validates.

    Raises:
        DatasetError: a file is damaged or has the class numbers of another split.
    """
    parts = [
        read_mat(path, "train") if path.suffix == ".mat" else read_idx_pair(path)
        for path in official_training_files(folder)
    ]
    images, labels, known = (np.concatenate(column) for column in zip(*parts, strict=True))
    held = np.zeros(len(labels), bool)
    held[rng.permutation(len(labels))[: min(EMNIST_VALIDATION, len(labels) // 10)]] = True
    both = np.where(known, 0.0, 1.0)[~held]
    source = Source(
        images[~held],
        class_indices(labels[~held], characters),
        np.zeros(len(both), np.float32),
        both.astype(np.float32),
    )
    return source, Holdout(images[held], labels[held], known[held])
