"""The data sets of the shared data folder, split into training and validation by writer.

Nothing here touches a test set, but for `emnist_byclass_test`, which is compared with MNIST so
that no test image is trained on in another dress (`twins`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.font_glyphs import draw_font_glyphs
from forms_app.training.strokes import StrokeStore, load_strokes, path_length
from forms_app.training.targets import class_indices, same_shape_classes
from forms_app.training.twins import twins_of

VALIDATION_EVERY = 7
"""Every seventh writer of each UNIPEN provider validates."""
CAPPED_PROVIDER, CAPPED_COUNT = "val", 2_000
MISTRUSTED_LABEL_P = 0.01
CHARS74K_TRAIN, CHARS74K_VALIDATION = range(35), range(35, 40)
EMNIST_VALIDATION = 4_000
REJECT_MARKS = "[]<>^~{}"


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
    """Validation samples: (N, 28, 28) uint8, (N,) labels, and whether the case is known."""

    images: NDArray[np.uint8]
    labels: NDArray[np.str_]
    case_known: NDArray[np.bool_]


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
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DatasetError(f"{path}: cannot read this data set ({error}).") from error


def unipen_validation_writers(
    writers: NDArray[np.str_], providers: NDArray[np.str_]
) -> frozenset[str]:
    """The writers kept for validation: every seventh of each provider, the capped one excepted."""
    chosen: set[str] = set()
    for provider in np.unique(providers):
        if provider != CAPPED_PROVIDER:
            names = np.unique(writers[providers == provider])
            chosen.update(str(name) for name in names[3::VALIDATION_EVERY])
    return frozenset(chosen)


def load_training_data(folder: Path, characters: str, seed: int) -> TrainingData:
    """Loads every source; about 20 seconds and 600 MiB.

    Raises:
        DatasetError: a file is missing or damaged.
    """
    rng = np.random.default_rng(seed)
    emnist, emnist_holdout = _emnist(folder, characters, rng)
    unipen, unipen_holdout, held_writers = _unipen(folder, characters, rng)
    chars74k, chars74k_holdout = _chars74k(folder, characters)
    symbols, marks, symbols_holdout = _symbols(folder, characters, held_writers)
    sources = {
        "emnist": emnist,
        "mnist": _mnist(folder, characters),
        "unipen": unipen,
        "chars74k": chars74k,
        "symbols": symbols,
        "fonts": _fonts(folder, characters),
    }
    holdouts = {
        "emnist": emnist_holdout,
        "unipen": unipen_holdout,
        "chars74k": chars74k_holdout,
        "symbols": symbols_holdout,
    }
    return TrainingData(sources, marks, holdouts)


def _emnist(folder: Path, characters: str, rng: np.random.Generator) -> tuple[Source, Holdout]:
    data = load_arrays(folder / "emnist_train.npz")
    known = data["case_known"].astype(bool)
    labels = np.where(known, data["labels"], data["case_guess"])
    same_letter = np.char.upper(data["case_guess"]) == np.char.upper(data["labels"])
    labels = np.where(same_letter | known, labels, data["labels"])
    doubt = np.where(known, 0.0, 1.0 - np.clip(data["case_guess_p"].astype(float), 0.5, 0.98))
    held = np.zeros(len(known), bool)
    held[rng.permutation(len(known))[:EMNIST_VALIDATION]] = True
    keep = ~held
    source = Source(
        data["images"][keep],
        class_indices(labels[keep], characters),
        doubt[keep].astype(np.float32),
        np.where(known[keep], 0.0, 0.4).astype(np.float32),
    )
    return source, Holdout(data["images"][held], data["labels"][held], known[held])


def _mnist(folder: Path, characters: str) -> Source:
    data = load_arrays(folder / "mnist.npz")
    images, labels = data["train_images"], data["train_labels"]
    test = folder / "emnist_byclass_test.npz"
    if test.exists():
        other = load_arrays(test)
        keep = ~twins_of(images, labels, other["images"], other["labels"])
        images, labels = images[keep], labels[keep]
    return _plain(images, class_indices(labels, characters))


def _unipen(
    folder: Path, characters: str, rng: np.random.Generator
) -> tuple[Source, Holdout, frozenset[str]]:
    data = load_arrays(folder / "unipen_train.npz")
    writers, providers, labels = data["writer"], data["provider"], data["labels"]
    held_writers = unipen_validation_writers(writers, providers)
    held = np.isin(writers, list(held_writers))
    capped = np.flatnonzero(providers == CAPPED_PROVIDER)
    keep = ~held & (data["label_p"] >= MISTRUSTED_LABEL_P)
    keep[rng.permutation(capped)[CAPPED_COUNT:]] = False
    classes = class_indices(labels, characters)
    same_shape = same_shape_classes(characters)[classes[keep]]
    source = Source(
        data["images"][keep],
        classes[keep],
        np.zeros(keep.sum(), np.float32),
        np.where(same_shape, 0.6, 0.0).astype(np.float32),
        _even_weights(classes[keep], 0.4),
        load_strokes(folder / "unipen_train_strokes.jsonl.gz"),
        np.flatnonzero(keep),
    )
    holdout = Holdout(data["images"][held], labels[held], np.ones(held.sum(), bool))
    return source, holdout, held_writers


def _chars74k(folder: Path, characters: str) -> tuple[Source, Holdout]:
    data = load_arrays(folder / "chars74k.npz")
    writer = data["writer"]
    train, held = np.isin(writer, CHARS74K_TRAIN), np.isin(writer, CHARS74K_VALIDATION)
    classes = class_indices(data["labels"][train], characters)
    both = np.where(same_shape_classes(characters)[classes], 0.6, 0.0)
    source = _plain(data["images"][train], classes, both)
    return source, Holdout(data["images"][held], data["labels"][held], np.ones(held.sum(), bool))


def _symbols(
    folder: Path, characters: str, held_writers: frozenset[str]
) -> tuple[Source, NDArray[np.uint8], Holdout]:
    data = load_arrays(folder / "unipen_symbols.npz")
    labels, images = data["labels"], data["images"]
    strokes = load_strokes(folder / "unipen_symbols_strokes.jsonl.gz")
    length = np.array([path_length(strokes, index) for index in range(len(strokes))])
    size = data["images"].reshape(len(labels), -1).astype(bool).sum(1)
    junk = ((labels == "@") & (length < 4.0)) | ((labels == ".") & (size > 70))
    classes = class_indices(labels, characters)
    held = np.isin(data["writer"], list(held_writers))
    usable = (classes >= 0) & ~junk
    keep = usable & ~held
    both = np.where(same_shape_classes(characters)[classes[keep]], 0.5, 0.0)
    source = Source(
        images[keep],
        classes[keep],
        np.zeros(keep.sum(), np.float32),
        both.astype(np.float32),
        _even_weights(classes[keep], 0.7),
        strokes,
        np.flatnonzero(keep),
    )
    marks = images[np.isin(labels, list(REJECT_MARKS)) & ~held]
    check = usable & held
    return source, marks, Holdout(images[check], labels[check], np.ones(check.sum(), bool))


def _fonts(folder: Path, characters: str) -> Source:
    images, labels = draw_font_glyphs(folder / "fonts", characters)
    classes = class_indices(labels, characters)
    letters = np.char.isalnum(labels)
    weights = np.where(letters, 0.25, 1.0) * _even_weights(classes, 1.0)
    both = np.where(same_shape_classes(characters)[classes], 0.6, 0.0)
    plain = _plain(images, classes, both)
    return Source(plain.bitmaps, classes, plain.other_case_p, plain.both_cases_p, weights)


def _plain(
    images: NDArray[np.uint8],
    classes: NDArray[np.int64],
    both: NDArray[np.float64] | None = None,
) -> Source:
    zeros = np.zeros(len(classes), np.float32)
    return Source(images, classes, zeros, zeros if both is None else both.astype(np.float32))


def _even_weights(classes: NDArray[np.int64], power: float) -> NDArray[np.float64]:
    """Sampling weights that draw rare classes more often: `count ** -power`."""
    counts = np.bincount(classes, minlength=int(classes.max()) + 1).astype(float)
    return counts[classes] ** -power
