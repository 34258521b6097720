"""Training and validation samples in memory, and how their arrays are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.strokes import StrokeStore


@dataclass(frozen=True)
class Source:
    """Training samples of one kind.

    Attributes:
        bitmaps: (N, S, S) uint8.
        classes: (N,) class index.
        other_case_p: (N,) probability that the other case is the right one.
        both_cases_p: (N,) probability of drawing the sample with both cases allowed.
        weights: (N,) sampling weights, or None to go through all of them in turn.
        strokes: the pen strokes behind the bitmaps, where known.
    """

    bitmaps: NDArray[np.uint8]
    classes: NDArray[np.int64]
    other_case_p: NDArray[np.float32]
    both_cases_p: NDArray[np.float32]
    weights: NDArray[np.float64] | None = None
    strokes: StrokeStore | None = None
    stroke_index: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True)
class Holdout:
    """Validation samples: (N, 28, 28) uint8, (N,) labels, and whether the case is known.

    `trusted` (N,): False where three public CNNs find the label impossible; None where nobody
    asked them.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.str_]
    case_known: NDArray[np.bool_]
    trusted: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class TrainingData:
    """Sources by name (the names of `Mixture`) and validation sets by name."""

    sources: dict[str, Source]
    reject_marks: NDArray[np.uint8]
    holdouts: dict[str, Holdout]


def load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Reads an `.npz` of plain arrays.

    Raises:
        DatasetError: missing or damaged file.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DatasetError(f"{path}: cannot read this data set ({error}).") from error
