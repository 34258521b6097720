"""MNIST's and EMNIST's official IDX files, plain or gzip: read and written."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.emnist_classes import class_table, labels_of

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_IMAGES = re.compile(r"images[-.]idx3", re.IGNORECASE)


def is_idx_images(path: Path) -> bool:
    """Whether a file is named like the images file of an IDX pair."""
    return bool(_IMAGES.search(path.name))


def read_idx(path: Path) -> NDArray[np.generic]:
    """Reads one IDX file, gzip or plain (format: yann.lecun.com/exdb/mnist).

    Raises:
        DatasetError: missing, truncated or no IDX file.
    """
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        zero, kind, axes = struct.unpack(">HBB", content[:4])
        shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
        values = np.frombuffer(content, _DTYPES[kind], offset=4 + 4 * axes)
        if zero or values.size != np.prod(shape):
            raise ValueError(f"got {values.size} values for shape {shape}")
    except (OSError, EOFError, ValueError, KeyError, struct.error) as error:
        raise DatasetError(f"{path}: no readable IDX file ({error}).") from error
    return values.reshape(shape)


def read_idx_pair(
    images_path: Path,
) -> tuple[NDArray[np.uint8], NDArray[np.str_], NDArray[np.bool_]]:
    """Reads an images file and the labels file beside it.

    Returns:
        (N, 28, 28) uint8 upright, (N,) labels, and (N,) whether a label tells the case.

    Raises:
        DatasetError: a file is missing or damaged, or the two do not fit.
    """
    labels_path = _labels_beside(images_path)
    images, numbers = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.dtype("u1"):
        raise DatasetError(f"{images_path}: got images {images.shape}, expected (N, 28, 28) bytes.")
    if len(images) != len(numbers):
        raise DatasetError(f"{labels_path}: {len(numbers)} labels for {len(images)} images.")
    table = class_table(images_path.name)
    labels, case_known = labels_of(numbers.astype(int), table, str(labels_path))
    return upright(images.astype(np.uint8, copy=False), images_path.name), labels, case_known


def upright(images: NDArray[np.uint8], split: str) -> NDArray[np.uint8]:
    """(N, 28, 28) as their makers left them to upright ones: EMNIST's rows are its columns."""
    turned = split.lower().startswith("emnist")
    return np.ascontiguousarray(images.transpose(0, 2, 1) if turned else images)


def write_idx(path: Path, values: NDArray[np.uint8]) -> Path:
    """Writes bytes of any shape as an IDX file, gzip where the name ends in `.gz`."""
    head = struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape)
    content = head + values.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def _labels_beside(images_path: Path) -> Path:
    name = re.sub("images", "labels", images_path.name, flags=re.IGNORECASE)
    name = re.sub("idx3", "idx1", name, flags=re.IGNORECASE)
    stem = name.removesuffix(".gz")
    for candidate in (name, stem, stem + ".gz"):
        if (images_path.parent / candidate).exists():
            return images_path.parent / candidate
    raise DatasetError(f"{images_path}: the labels file {name} is not beside it; put it there.")
