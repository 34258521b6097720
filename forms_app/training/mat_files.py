"""EMNIST's official MATLAB files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.emnist_classes import labels_of

PARTS = ("train", "test")


def read_mat(
    path: Path, part: str = "test"
) -> tuple[NDArray[np.uint8], NDArray[np.str_], NDArray[np.bool_]]:
    """Reads one part of an EMNIST `.mat` file.

    Args:
        path: such as `emnist-byclass.mat`, under any name: the file has its own mapping.
        part: one of `PARTS`.

    Returns:
        (N, 28, 28) uint8 upright, (N,) labels, and (N,) whether a label tells the case.

    Raises:
        DatasetError: SciPy is missing, or the file is no EMNIST MATLAB file.
    """
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise DatasetError(f"{path}: reading .mat files needs SciPy: pip install scipy.") from error
    try:
        data: Any = loadmat(path)["dataset"][0, 0]
        samples = data[part][0, 0]
        images = samples["images"].reshape(-1, 28, 28).transpose(0, 2, 1)
        numbers = samples["labels"].ravel().astype(int)
        # Rows of number, character code; the letters split has a third column, the other case.
        table = {int(row[0]): chr(int(row[1])) for row in np.asarray(data["mapping"])}
    except Exception as error:  # SciPy raises many kinds, some of them bare, on damaged files
        raise DatasetError(f"{path}: no EMNIST .mat file ({error!r}).") from error
    if len(images) != len(numbers):
        raise DatasetError(f"{path}: {len(numbers)} labels for {len(images)} images.")
    labels, case_known = labels_of(numbers, table, str(path))
    return np.ascontiguousarray(images).astype(np.uint8), labels, case_known
