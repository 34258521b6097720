"""MNIST's and EMNIST's official files: IDX (plain or gzip) and MATLAB."""

from __future__ import annotations

import gzip
import re
import string
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_IMAGES = re.compile(r"images[-.]idx3", re.IGNORECASE)
BYCLASS = string.digits + string.ascii_uppercase + string.ascii_lowercase
MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"
"""Classes of the ByMerge and Balanced splits (emnist-balanced-mapping.txt)."""


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


def read_idx_pair(images_path: Path) -> tuple[NDArray[np.uint8], NDArray[np.str_], bool]:
    """Reads an images file and the labels file beside it.

    Returns:
        (N, 28, 28) uint8 upright, (N,) labels, and whether the labels tell the case.

    Raises:
        DatasetError: a file is missing or damaged, or the two do not fit.
    """
    labels_path = _labels_beside(images_path)
    images, numbers = read_idx(images_path), read_idx(labels_path)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.dtype("u1"):
        raise DatasetError(f"{images_path}: got images {images.shape}, expected (N, 28, 28) bytes.")
    if len(images) != len(numbers):
        raise DatasetError(f"{labels_path}: {len(numbers)} labels for {len(images)} images.")
    name = images_path.name.lower()
    upright = images.transpose(0, 2, 1) if name.startswith("emnist") else images
    labels, case_told = _named(numbers.astype(int), name, labels_path)
    return np.ascontiguousarray(upright).astype(np.uint8, copy=False), labels, case_told


def _labels_beside(images_path: Path) -> Path:
    name = re.sub("images", "labels", images_path.name, flags=re.IGNORECASE)
    name = re.sub("idx3", "idx1", name, flags=re.IGNORECASE)
    stem = name.removesuffix(".gz")
    for candidate in (name, stem, stem + ".gz"):
        if (images_path.parent / candidate).exists():
            return images_path.parent / candidate
    raise DatasetError(f"{images_path}: the labels file {name} is not beside it; put it there.")


def _named(numbers: NDArray[np.int64], name: str, path: Path) -> tuple[NDArray[np.str_], bool]:
    """Turns class numbers into characters by the split that the file name tells."""
    case_told = True
    if "letters" in name:
        table, numbers, case_told = string.ascii_uppercase, numbers - 1, False
    elif "byclass" in name:
        table = BYCLASS
    elif "balanced" in name or "bymerge" in name:
        table, case_told = MERGED, False
    else:
        table = string.digits
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(table):
        raise DatasetError(
            f"{path}: class numbers {numbers.min()} to {numbers.max()} do not fit the split; "
            "keep the official file name (emnist-byclass-…, emnist-letters-…)."
        )
    return np.array(list(table))[numbers], case_told


def read_mat(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.str_], bool]:
    """Reads the test part of an EMNIST `.mat` file.

    Returns:
        As `read_idx_pair`.

    Raises:
        DatasetError: SciPy is missing, or the file is no EMNIST MATLAB file.
    """
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise DatasetError(f"{path}: reading .mat files needs SciPy: pip install scipy.") from error
    try:
        data: Any = loadmat(path)["dataset"][0, 0]
        test = data["test"][0, 0]
        images = test["images"].reshape(-1, 28, 28).transpose(0, 2, 1)
        numbers = test["labels"].ravel().astype(int)
        mapping = np.asarray(data["mapping"]).astype(int)
        table = {int(row[0]): chr(int(row[1])) for row in mapping}
        labels = np.array([table[int(number)] for number in numbers])
    except Exception as error:  # SciPy raises many kinds, some of them bare, on damaged files
        raise DatasetError(f"{path}: no EMNIST .mat file ({error!r}).") from error
    case_told = mapping.shape[1] == 2 and len(table) in (10, 62)
    return np.ascontiguousarray(images).astype(np.uint8), labels, case_told
