"""Allowed answers of a sample: the multi-hot rows that the marginal loss sums over.

A letter of unknown case allows both cases. A letter whose two cases share one shape teaches
nothing about case once it is framed, so half of its draws allow both as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SAME_SHAPE = frozenset("ckmopsuvwxz")
"""Letters whose cases differ in size only (EMNIST paper, 'bymerge' rationale, plus k, p)."""
SAME_SHAPE_MARKS = ({"-", "_"},)


def class_indices(labels: NDArray[np.str_], characters: str) -> NDArray[np.int64]:
    """Index of each label in `characters`; -1 where it is not among them."""
    table = {ch: index for index, ch in enumerate(characters)}
    return np.array([table.get(str(label), -1) for label in labels], np.int64)


def other_case(characters: str) -> NDArray[np.int64]:
    """For each class the index of its other case (or twin mark), itself where none; (K,)."""
    table = {ch: index for index, ch in enumerate(characters)}
    partner = np.arange(len(characters) + 1)
    for ch, index in table.items():
        twin = ch.swapcase()
        for group in SAME_SHAPE_MARKS:
            if ch in group:
                twin = next(iter(group - {ch}))
        partner[index] = table.get(twin, index)
    return partner


def same_shape_classes(characters: str) -> NDArray[np.bool_]:
    """True for classes whose other case has the same framed shape; (K,)."""
    marks = {ch for group in SAME_SHAPE_MARKS for ch in group}
    flags = [ch.lower() in SAME_SHAPE or ch in marks for ch in characters]
    return np.array([*flags, False])


def allowed_rows(
    classes: NDArray[np.int64],
    both_cases: NDArray[np.bool_],
    partner: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Builds the multi-hot rows.

    Args:
        classes: (N,) class of each sample, in 0..K-1.
        both_cases: (N,) whether its other case is allowed too.
        partner: (K,) from `other_case`.

    Returns:
        (N, K) float32 of zeros and ones.
    """
    rows = np.zeros((len(classes), len(partner)), np.float32)
    each = np.arange(len(classes))
    rows[each, classes] = 1.0
    rows[each[both_cases], partner[classes[both_cases]]] = 1.0
    return rows
