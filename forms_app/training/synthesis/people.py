"""People who fill drawn forms, one hand a form: those of training and those that no training used.

| set | UNIPEN (pen strokes) | Chars74K (pen strokes) | EMNIST (scanned ink) |
|---|---|---|---|
| training | all but the validation writers | writers 0-34 | the rest of the train file |
| development | every second validation writer | writers 35-39 | validation part of the train file |
| bench | the other validation writers | writers 40-54 | ByClass test split |

EMNIST does not say who wrote what: a person there is a slant and a pen width, and each of their
characters is one of the images that come nearest.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.training.config import CHARACTERS, TrainingConfig
from forms_app.training.sample_sets import load_arrays
from forms_app.training.sources import (
    CHARS74K_TRAIN,
    CHARS74K_VALIDATION,
    MISTRUSTED_LABEL_P,
    emnist,
    unipen_validation_writers,
)
from forms_app.training.synthesis.handwriting import FontHands, InkPatch, Writer
from forms_app.training.synthesis.look import LookalikeHands
from forms_app.training.synthesis.pen_writer import PenWriter, Strokes

CHARS74K_TEST = range(40, 55)
LEAST_HEIGHT = 0.35
"""Of a letter or digit, in its widths; a flatter one, or a dot, is a faulty recording."""
LEAST_CHARACTERS = 36
"""Who wrote fewer different characters only lends them to others."""
SHARES = {"unipen": 0.35, "chars74k": 0.2, "emnist": 0.45}


class BenchmarkSet(StrEnum):
    """Which people and layouts: nothing is ever tuned on `BENCH`."""

    DEVELOPMENT = "development"
    BENCH = "bench"

    @property
    def hands(self) -> HandSet:
        """The set's people."""
        return HandSet(self.value)


class HandSet(StrEnum):
    """Which people: those of `TRAINING` fill no form that anything is measured on."""

    TRAINING = "training"
    DEVELOPMENT = "development"
    BENCH = "bench"


CHARS74K_WRITERS = {
    HandSet.TRAINING: CHARS74K_TRAIN,
    HandSet.DEVELOPMENT: CHARS74K_VALIDATION,
    HandSet.BENCH: CHARS74K_TEST,
}


@dataclass(frozen=True, slots=True)
class BorrowingWriter:
    """A writer who has others write the characters that were never recorded of this hand.

    `source` names the data set of the writer's own characters.
    """

    source: str
    own: Writer
    lenders: tuple[Writer, ...]

    def can_write(self, character: str) -> bool:
        return any(w.can_write(character) for w in (self.own, *self.lenders))

    def draw(self, character: str, rng: np.random.Generator) -> InkPatch:
        """Raises: DatasetError: nobody can write the character (ask `can_write` first)."""
        for writer in (self.own, *self.lenders):
            if writer.can_write(character):
                return writer.draw(character, rng)
        raise DatasetError(f"Nobody can write {character!r}.")


class People:
    """The hands of one set; `pick` draws somebody, with a pen and a slant of their own."""

    def __init__(self, data: Path, which: HandSet) -> None:
        """Reads the handwriting; `data` is the folder that `data/README.md` describes.

        Raises:
            DatasetError: a data set is missing or damaged.
        """
        unipen = unipen_people(data, which)
        self._lending = list(unipen.values())
        wide = [s for s in unipen.values() if len(s) >= LEAST_CHARACTERS]
        self._recorded = {"unipen": wide, "chars74k": _chars74k_people(data, which)}
        self._scanned = _emnist_hands(data, which)
        self._fonts = FontHands()

    def pick(self, rng: np.random.Generator) -> BorrowingWriter:
        source = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        pen = PenWriter.habits(rng)
        lender = self._lending[int(rng.integers(len(self._lending)))]
        lenders = [PenWriter(lender, pen), PenWriter(_together(self._lending), pen)]
        if source == "emnist":
            own: Writer = self._scanned.pick(rng)
        else:
            people = self._recorded[source]
            own = PenWriter(people[int(rng.integers(len(people)))], pen)
        return BorrowingWriter(source, own, (*lenders, self._fonts.pick(rng)))


Recorded = Mapping[str, Sequence[Strokes]]


def _together(people: Sequence[Recorded]) -> Recorded:
    every: dict[str, list[Strokes]] = {}
    for person in people:
        for character, samples in person.items():
            every.setdefault(character, []).extend(samples)
    return every


def unipen_people(data: Path, which: HandSet) -> dict[str, dict[str, list[Strokes]]]:
    """By writer, by character: the strokes of letters, digits and punctuation."""
    arrays = load_arrays(data / "unipen_train.npz")
    chosen = _unipen_writers(arrays["writer"], arrays["provider"], which)
    mine = np.isin(arrays["writer"], chosen) & (arrays["label_p"] >= MISTRUSTED_LABEL_P)
    symbols = load_arrays(data / "unipen_symbols.npz")
    marks = np.isin(symbols["writer"], chosen) & (symbols["labels"] != "@")
    people: dict[str, dict[str, list[Strokes]]] = {name: {} for name in chosen}
    for wanted, name in ((mine, "unipen_train"), (marks, "unipen_symbols")):
        for line in _lines(data / f"{name}_strokes.jsonl.gz", wanted):
            strokes = _arrays(line["s"])
            if not line["l"].isalnum() or _is_upright(strokes):
                people[line["w"]].setdefault(line["l"], []).append(strokes)
    return people


def _unipen_writers(
    writers: NDArray[np.str_], providers: NDArray[np.str_], which: HandSet
) -> list[str]:
    held = sorted(unipen_validation_writers(writers, providers))
    if which is HandSet.TRAINING:
        return sorted({str(name) for name in writers} - set(held))
    return held[0::2] if which is HandSet.DEVELOPMENT else held[1::2]


def _is_upright(strokes: Strokes) -> bool:
    width, height = np.ptp(np.concatenate(strokes), axis=0)
    return bool(height > LEAST_HEIGHT * width and height > 0)


def _lines(path: Path, wanted: NDArray[np.bool_]) -> list[dict[str, Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for keep, line in zip(wanted, lines, strict=True) if keep]
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot read pen strokes ({error}).") from error


def _chars74k_people(data: Path, which: HandSet) -> list[dict[str, list[Strokes]]]:
    path = data / "chars74k_strokes.json.gz"
    writers = CHARS74K_WRITERS[which]
    try:
        with gzip.open(path, "rt", encoding="utf-8") as text:
            by_label = json.load(text)
        return [
            {label: [_arrays(samples[who])] for label, samples in by_label.items()}
            for who in writers
        ]
    except (OSError, ValueError, LookupError, EOFError) as error:
        raise DatasetError(f"{path}: cannot read pen strokes ({error}).") from error


def _arrays(strokes: list[list[list[float]]]) -> Strokes:
    return tuple(np.asarray(s, np.float32).reshape(-1, 2) for s in strokes if len(s))


def _emnist_hands(data: Path, which: HandSet) -> LookalikeHands:
    if which is HandSet.BENCH:
        arrays = load_arrays(data / "emnist_byclass_test.npz")
        return LookalikeHands(arrays["images"], arrays["labels"])
    taught, held = emnist(data, CHARACTERS, np.random.default_rng(TrainingConfig().seed))
    # What is labelled without its case is lent by UNIPEN instead.
    if which is HandSet.TRAINING:
        known = (taught.other_case_p == 0) & (taught.both_cases_p == 0)
        labels = np.array(list(CHARACTERS))[taught.classes[known]]
        return LookalikeHands(taught.bitmaps[known], labels)
    return LookalikeHands(held.images[held.case_known], held.labels[held.case_known])
