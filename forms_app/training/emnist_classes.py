"""From class numbers to characters, for each of MNIST's and EMNIST's official splits."""

from __future__ import annotations

import string

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError

BYCLASS = string.digits + string.ascii_uppercase + string.ascii_lowercase
MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"
"""Classes of the ByMerge and Balanced splits (emnist-balanced-mapping.txt)."""


def class_table(split: str) -> dict[int, str]:
    """The character of each class number.

    Args:
        split: a text that names the split, such as `emnist-byclass-test-images-idx3-ubyte`;
            the ten digits where it names none.
    """
    name = split.lower()
    if "letters" in name:
        return dict(enumerate(string.ascii_uppercase, start=1))
    if "byclass" in name:
        return dict(enumerate(BYCLASS))
    merged = "balanced" in name or "bymerge" in name
    return dict(enumerate(MERGED if merged else string.digits))


def labels_of(
    numbers: NDArray[np.int64], table: dict[int, str], source: str
) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """Labels, and whether they tell the case: a letter with one class stands for both cases.

    Args:
        numbers: (N,) class numbers.
        table: the character of each.
        source: what to call the data in messages.

    Raises:
        DatasetError: numbers outside the table.
    """
    foreign = np.setdiff1d(numbers, list(table))
    if foreign.size:
        raise DatasetError(
            f"{source}: class numbers {numbers.min()} to {numbers.max()} do not fit the split; "
            "keep the official file name (emnist-byclass-…, emnist-letters-…)."
        )
    names = np.full(max(table) + 1, "", "U1")
    names[list(table)] = list(table.values())
    classes = set(table.values())
    both = [name for name in classes if name.isalpha() and name.swapcase() not in classes]
    labels = names[numbers]
    return labels, ~np.isin(labels, both)
