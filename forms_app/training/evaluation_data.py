"""Labelled characters from wherever a user keeps them, as framed glyphs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.reading.glyphs import frame_glyph
from forms_app.reading.samples import ink_of
from forms_app.training.idx_files import is_idx_images, read_idx_pair
from forms_app.training.mat_files import read_mat
from forms_app.training.named_sets import NAMES, read_named
from forms_app.training.sample_sets import load_arrays

LABELS_FILE = "labels.csv"
_ACCEPTED = (
    "an .npz with images and labels, MNIST/EMNIST IDX or .mat files, "
    f"a folder of images with {LABELS_FILE}, or a name ({', '.join(NAMES)})"
)


@dataclass(frozen=True)
class EvaluationSet:
    """Labelled glyphs.

    Attributes:
        images: (N, 28, 28) uint8, upright, ink 255 on 0.
        labels: (N,) single characters.
        case_known: (N,) False where the label stands for both cases of its letter.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.str_]
    case_known: NDArray[np.bool_]


def load_evaluation_set(path: Path) -> EvaluationSet:
    """Loads labelled characters.

    Args:
        path: one of the accepted kinds; for IDX the images file or the folder that holds it; or
            one of `named_sets.NAMES`, whose test part is downloaded.

    Raises:
        DatasetError: missing, unreadable or of no known kind; names the file.
    """
    if not path.exists() and path.as_posix() in NAMES:
        return EvaluationSet(*read_named(path.as_posix(), "test"))
    if not path.exists():
        raise DatasetError(f"{path}: no such file or folder; give {_ACCEPTED}.")
    if path.is_dir():
        return _from_folder(path)
    if path.suffix == ".npz":
        return _from_npz(path)
    if path.suffix == ".mat":
        return EvaluationSet(*read_mat(path))
    if is_idx_images(path):
        return EvaluationSet(*read_idx_pair(path))
    raise DatasetError(f"{path}: not a data set that Fieldhand knows; give {_ACCEPTED}.")


def _from_npz(path: Path) -> EvaluationSet:
    data = load_arrays(path)
    for images_name, labels_name in (("images", "labels"), ("test_images", "test_labels")):
        if images_name in data and labels_name in data:
            break
    else:
        found = ", ".join(sorted(data)) or "nothing"
        raise DatasetError(f"{path}: holds {found}, expected arrays images and labels.")
    images, labels = data[images_name], data[labels_name].astype(str)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype != np.uint8:
        raise DatasetError(
            f"{path}: got {images_name} {images.dtype} {images.shape}, expected uint8 (N, 28, 28)."
        )
    if labels.shape != images.shape[:1]:
        raise DatasetError(f"{path}: {labels.shape} labels for {len(images)} images.")
    known = data.get("case_known", np.ones(len(labels), bool)).astype(bool)
    return EvaluationSet(images, labels, known)


def _from_folder(folder: Path) -> EvaluationSet:
    if (folder / LABELS_FILE).exists():
        return _from_labelled_images(folder)
    official = sorted(p for p in folder.iterdir() if is_idx_images(p) or p.suffix == ".mat")
    trains = [p for p in official if "train" in p.name.lower()]
    tests = [p for p in official if p not in trains] or trains
    if len(tests) == 1:
        return load_evaluation_set(tests[0])
    if tests:
        names = ", ".join(p.name for p in tests)
        raise DatasetError(f"{folder}: several data sets ({names}); give the file itself.")
    raise DatasetError(
        f"{folder}: holds neither {LABELS_FILE} nor IDX or .mat files; give {_ACCEPTED}."
    )


def _from_labelled_images(folder: Path) -> EvaluationSet:
    listing = folder / LABELS_FILE
    images, labels = [], []
    for name, label in _rows(listing):
        grey = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise DatasetError(f"{folder / name}: named in {LABELS_FILE} but no readable image.")
        images.append(frame_glyph(ink_of(grey.astype(np.uint8, copy=False))))
        labels.append(label)
    if not images:
        raise DatasetError(f"{listing}: lists no image; expected lines of file name,character.")
    return EvaluationSet(np.stack(images), np.array(labels), np.ones(len(labels), bool))


def _rows(listing: Path) -> list[tuple[str, str]]:
    """(file name, character) of each line; a heading line is skipped."""
    try:
        with listing.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{listing}: cannot be read ({error}).") from error
    if rows and len(rows[0]) > 1 and len(rows[0][1].strip()) != 1:
        rows = rows[1:]
    for number, row in enumerate(rows, 1):
        if len(row) < 2 or len(row[1].strip()) != 1:
            raise DatasetError(f"{listing}: entry {number} is not 'file name,character'.")
    return [(row[0].strip(), row[1].strip()) for row in rows]
