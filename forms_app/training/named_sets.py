"""MNIST and EMNIST by name, downloaded once by TensorFlow Datasets (tensorflow.org/datasets)."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.emnist_classes import class_table, labels_of
from forms_app.training.idx_files import upright, write_idx

EMNIST_URL = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
EMNIST_SPLITS = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
NAMES = ("mnist", *(f"emnist/{split}" for split in EMNIST_SPLITS))
PARTS = ("train", "test")
_REACH_SECONDS = 20.0


def read_named(
    name: str, part: str, cache: Path | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.str_], NDArray[np.bool_]]:
    """Reads one part of a data set, downloading it where this machine does not have it yet.

    Args:
        name: one of `NAMES`.
        part: one of `PARTS`.
        cache: where TensorFlow Datasets keeps its files; by default `$TFDS_DATA_DIR` or
            `~/tensorflow_datasets`.

    Returns:
        (N, 28, 28) uint8 upright, (N,) labels, and (N,) whether a label tells the case.

    Raises:
        DatasetError: TensorFlow Datasets is not installed, or the download failed; says which
            file to fetch by hand.
    """
    images, numbers = _as_made(name, part, cache)
    split = images_file(name, part)
    labels, case_known = labels_of(numbers.astype(int), class_table(split), name)
    return upright(images, split), labels, case_known


def download_named(name: str, folder: Path, cache: Path | None = None) -> list[Path]:
    """Puts both parts of a data set into a folder as official IDX files, where they are missing.

    Args:
        name: one of `NAMES`.
        folder: for `fieldhand train --data`; made where it is missing.
        cache: see `read_named`.

    Returns:
        The images files, training part first.

    Raises:
        DatasetError: see `read_named`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / images_file(name, part) for part in PARTS]
    for path, part in zip(paths, PARTS, strict=True):
        labels = folder / labels_file(path.name)
        if not (_there(path) and _there(labels)):
            images, numbers = _as_made(name, part, cache)
            write_idx(labels, numbers)
            write_idx(path, images)
    return paths


def images_file(name: str, part: str) -> str:
    """The official file name, without `.gz`: `emnist-byclass-train-images-idx3-ubyte`."""
    stem = {"train": "train", "test": "t10k"}[part] if name == "mnist" else _stem(name, part)
    return f"{stem}-images-idx3-ubyte"


def labels_file(images: str) -> str:
    """The official name of the labels file beside an images file."""
    return images.replace("images-idx3", "labels-idx1")


def _stem(name: str, part: str) -> str:
    return f"{name.replace('/', '-')}-{part}"


def _there(path: Path) -> bool:
    return path.exists() or path.with_name(path.name + ".gz").exists()


def _as_made(
    name: str, part: str, cache: Path | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(N, 28, 28) images as their makers left them, and (N,) class numbers."""
    builder = _prepared(name, cache)
    import tensorflow_datasets as tfds

    found = tfds.as_numpy(builder.as_dataset(split=part, batch_size=-1))
    return found["image"][..., 0], found["label"].astype(np.uint8)


def _prepared(name: str, cache: Path | None) -> Any:
    """The builder of a data set that lies on this machine."""
    if name not in NAMES:
        raise DatasetError(f"{name}: no data set of that name; give one of {', '.join(NAMES)}.")
    if find_spec("tensorflow_datasets") is None or find_spec("tensorflow") is None:
        raise DatasetError(
            f"{name}: loading a data set by its name needs TensorFlow Datasets: "
            f"pip install 'fieldhand[train,datasets]'. {_by_hand(name)}"
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name, data_dir=cache)
        if not builder.is_prepared():
            _reach(_url(name))
            builder.download_and_prepare()
    except Exception as error:  # requests, urllib, tfds and the file system, each with its own
        reason = f"{type(error).__name__}: {error}"
        raise DatasetError(f"{name}: cannot be downloaded ({reason}). {_by_hand(name)}") from error
    return builder


def _reach(url: str) -> None:
    """Fails at once where the network does: TensorFlow Datasets would retry for minutes."""
    try:
        with urllib.request.urlopen(  # nosec B310  # addresses of ours
            urllib.request.Request(url, method="HEAD"), timeout=_REACH_SECONDS
        ):
            pass
    except urllib.error.HTTPError:
        return  # a server that refuses HEAD has been reached


def _url(name: str) -> str:
    return MNIST_URL if name == "mnist" else EMNIST_URL


def _by_hand(name: str) -> str:
    train, test = (images_file(name, part) + ".gz" for part in PARTS)
    return (
        f"Or fetch {_url(name)} with a browser and give the path of {test} to evaluate, the folder "
        f"of {train} to train; each images file lies beside its labels file."
    )
