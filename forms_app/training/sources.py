"""One loader for each data set: which samples train, which validate, with what weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.training.font_glyphs import draw_font_glyphs
from forms_app.training.sample_sets import Holdout, Source, load_arrays
from forms_app.training.strokes import load_chars74k_strokes, load_strokes, path_length
from forms_app.training.targets import class_indices, same_shape_classes
from forms_app.training.twins import twins_of

VALIDATION_EVERY = 7
"""Every seventh writer of each UNIPEN provider validates."""
CAPPED_PROVIDER, CAPPED_COUNT = "val", 2_000
MISTRUSTED_LABEL_P = 0.01
CHARS74K_TRAIN, CHARS74K_VALIDATION = range(35), range(35, 40)
EMNIST_VALIDATION = 4_000
REJECT_MARKS = "[]<>^~{}"
RARE_TWIN, RARE_TWIN_SHARE = "_", 0.2
"""A framed underscore is a hyphen; drawn as often, it would win half of all hyphens."""


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


def emnist(folder: Path, characters: str, rng: np.random.Generator) -> tuple[Source, Holdout]:
    """EMNIST letters and digits; a random part validates. The guessed case stays a guess."""
    data = load_arrays(folder / "emnist_train.npz")
    known = data["case_known"].astype(bool)
    labels = np.where(known, data["labels"], data["case_guess"])
    same_letter = np.char.upper(data["case_guess"]) == np.char.upper(data["labels"])
    labels = np.where(same_letter | known, labels, data["labels"])
    doubt = np.where(known, 0.0, 1.0 - np.clip(data["case_guess_p"].astype(float), 0.5, 0.98))
    held = np.zeros(len(known), bool)
    held[rng.permutation(len(known))[: min(EMNIST_VALIDATION, len(known) // 10)]] = True
    classes = class_indices(labels, characters)
    keep = ~held & (classes >= 0)
    source = Source(
        data["images"][keep],
        classes[keep],
        doubt[keep].astype(np.float32),
        np.where(known[keep], 0.0, 0.4).astype(np.float32),
    )
    return source, Holdout(data["images"][held], data["labels"][held], known[held])


def mnist(folder: Path, characters: str) -> Source:
    """MNIST training digits, less those with a twin in the ByClass test split."""
    data = load_arrays(folder / "mnist.npz")
    images, labels = data["train_images"], data["train_labels"]
    test = folder / "emnist_byclass_test.npz"
    if test.exists():
        other = load_arrays(test)
        keep = ~twins_of(images, labels, other["images"], other["labels"])
        images, labels = images[keep], labels[keep]
    return _plain(images, class_indices(labels, characters))


def unipen(
    folder: Path, characters: str, rng: np.random.Generator
) -> tuple[Source, Holdout, frozenset[str]]:
    """UNIPEN characters by pen strokes: source, validation writers' samples, those writers."""
    data = load_arrays(folder / "unipen_train.npz")
    writers, providers, labels = data["writer"], data["provider"], data["labels"]
    held_writers = unipen_validation_writers(writers, providers)
    held = np.isin(writers, list(held_writers))
    capped = np.flatnonzero(providers == CAPPED_PROVIDER)
    keep = ~held & (data["label_p"] >= MISTRUSTED_LABEL_P)
    keep[rng.permutation(capped)[CAPPED_COUNT:]] = False
    classes = class_indices(labels, characters)
    keep &= classes >= 0
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
    trusted = data["label_p"][held] >= MISTRUSTED_LABEL_P
    known = np.ones(held.sum(), bool)
    holdout = Holdout(data["images"][held], labels[held], known, trusted)
    return source, holdout, held_writers


def chars74k(folder: Path, characters: str) -> tuple[Source, Holdout]:
    """Chars74K tablet characters by pen strokes, split by writer."""
    data = load_arrays(folder / "chars74k.npz")
    writer = data["writer"]
    known = class_indices(data["labels"], characters)
    train = np.isin(writer, CHARS74K_TRAIN) & (known >= 0)
    held = np.isin(writer, CHARS74K_VALIDATION)
    classes = known[train]
    both = np.where(same_shape_classes(characters)[classes], 0.6, 0.0)
    zeros = np.zeros(train.sum(), np.float32)
    strokes = load_chars74k_strokes(
        folder / "chars74k_strokes.json.gz",
        [str(label) for label in data["labels"][train]],
        [int(who) for who in writer[train]],
    )
    source = Source(
        data["images"][train],
        classes,
        zeros,
        both.astype(np.float32),
        strokes=strokes,
        stroke_index=np.arange(train.sum()),
    )
    return source, Holdout(data["images"][held], data["labels"][held], np.ones(held.sum(), bool))


def symbols(
    folder: Path, characters: str, held_writers: frozenset[str]
) -> tuple[Source, NDArray[np.uint8], Holdout]:
    """UNIPEN punctuation: source, marks outside the charset (rejects), validation samples."""
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
        _even_weights(classes[keep], 0.7) * _twin_share(labels[keep]),
        strokes,
        np.flatnonzero(keep),
    )
    marks = images[np.isin(labels, list(REJECT_MARKS)) & ~held]
    check = usable & held
    return source, marks, Holdout(images[check], labels[check], np.ones(check.sum(), bool))


def fonts(folder: Path, characters: str) -> Source:
    """Characters drawn with the handwriting fonts; letters are drawn rarely."""
    images, labels = draw_font_glyphs(folder / "fonts", characters)
    classes = class_indices(labels, characters)
    letters = np.char.isalnum(labels)
    weights = np.where(letters, 0.25, 1.0) * _even_weights(classes, 1.0) * _twin_share(labels)
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


def _twin_share(labels: NDArray[np.str_]) -> NDArray[np.float64]:
    """Draws the rarer of two marks of one shape less often, as it is on forms."""
    return np.where(labels == RARE_TWIN, RARE_TWIN_SHARE, 1.0)


def _even_weights(classes: NDArray[np.int64], power: float) -> NDArray[np.float64]:
    """Sampling weights that draw rare classes more often: `count ** -power`."""
    return np.bincount(classes).astype(float)[classes] ** -power
