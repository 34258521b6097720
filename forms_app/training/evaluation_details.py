"""Where a classifier errs and whether it knows: plain figures behind an evaluation report."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.intervals import wilson_interval
from forms_app.training.answers import Answers

BINS = 10
WORST_SHOWN = 60


@dataclass(frozen=True)
class CharacterFigures:
    """One label: how often it was read right, and its commonest wrong answer ("" for none)."""

    character: str
    n: int
    accuracy: float
    interval95: tuple[float, float]
    accuracy_ignoring_case: float
    commonest_wrong: str
    commonest_wrong_n: int


@dataclass(frozen=True)
class Confusion:
    """How often a label was read as another character; `share` is of the label's samples."""

    label: str
    read: str
    n: int
    share: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers whose confidence lies in `low`..`high`: their mean confidence and accuracy."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval95: tuple[float, float]


@dataclass(frozen=True)
class WrongAnswer:
    """One glyph read wrongly: (28, 28) uint8 ink, its label, the answer, and how sure it was."""

    image: NDArray[np.uint8]
    label: str
    read: str
    confidence: float


@dataclass(frozen=True)
class EvaluationDetails:
    """What the figures of an `Evaluation` are made of.

    Attributes:
        characters: each label that occurs, in the order of digits, capitals, small letters.
        confusions: every wrong pair, the most frequent first.
        reliability: the bins that hold answers, by rising confidence.
        calibration_error: expected calibration error, the gap of each bin weighted by its answers
            (Guo et al. 2017).
        reliability_ignoring_case, calibration_error_ignoring_case: the same when both cases of a
            letter are one answer.
        rejected: answers for which "no character" was the most probable class.
        rejected_interval95: Wilson interval of their share.
        worst: the most confident wrong answers, surest first.
    """

    characters: tuple[CharacterFigures, ...]
    confusions: tuple[Confusion, ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float
    reliability_ignoring_case: tuple[ReliabilityBin, ...]
    calibration_error_ignoring_case: float
    rejected: int
    rejected_interval95: tuple[float, float]
    worst: tuple[WrongAnswer, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything but the pictures, as plain values."""
        return {
            "per_character": [dataclasses.asdict(row) for row in self.characters],
            "confusions": [dataclasses.asdict(row) for row in self.confusions],
            "reliability": [dataclasses.asdict(row) for row in self.reliability],
            "expected_calibration_error": self.calibration_error,
            "reliability_ignoring_case": [
                dataclasses.asdict(row) for row in self.reliability_ignoring_case
            ],
            "expected_calibration_error_ignoring_case": self.calibration_error_ignoring_case,
            "rejected": self.rejected,
            "rejected_interval95": list(self.rejected_interval95),
        }


def details_of(answers: Answers) -> EvaluationDetails:
    """Works out the details of at least one answer."""
    confusions = _confusions(answers)
    bins = reliability(answers.confidence, answers.right)
    bins_any = reliability(answers.confidence_ignoring_case, answers.right_ignoring_case)
    n, rejected = len(answers.read), int(answers.rejected.sum())
    return EvaluationDetails(
        _characters(answers, confusions),
        confusions,
        bins,
        calibration_error(bins),
        bins_any,
        calibration_error(bins_any),
        rejected,
        wilson_interval(rejected, n),
        _worst(answers),
    )


def _confusions(answers: Answers) -> tuple[Confusion, ...]:
    labels, wrong = answers.samples.labels, ~answers.right
    totals = Counter(labels.tolist())
    pairs = Counter(zip(labels[wrong].tolist(), answers.read[wrong].tolist(), strict=True))
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(label, read, n, n / totals[label]) for (label, read), n in ranked)


def _characters(
    answers: Answers, confusions: tuple[Confusion, ...]
) -> tuple[CharacterFigures, ...]:
    # Ranked by frequency, so a label's first confusion is its commonest one.
    first: dict[str, Confusion] = {}
    for confusion in confusions:
        first.setdefault(confusion.label, confusion)
    rows = []
    for label in np.unique(answers.samples.labels).tolist():
        mine = answers.samples.labels == label
        right = answers.right[mine]
        n, hits, wrong = len(right), int(right.sum()), first.get(label)
        rows.append(
            CharacterFigures(
                label,
                n,
                hits / n,
                wilson_interval(hits, n),
                float(answers.right_ignoring_case[mine].mean()),
                wrong.read if wrong else "",
                wrong.n if wrong else 0,
            )
        )
    return tuple(sorted(rows, key=lambda row: (not row.character.isalnum(), row.character)))


def reliability(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS
) -> tuple[ReliabilityBin, ...]:
    """The equal bins of 0..1 that hold any of (N,) confidences, by rising confidence."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    found = []
    for number in np.unique(place).tolist():
        mine = place == number
        n, hits = int(mine.sum()), int(right[mine].sum())
        said = float(confidence[mine].mean(dtype=np.float64))
        low, high = number / bins, (number + 1) / bins
        found.append(ReliabilityBin(low, high, n, said, hits / n, wilson_interval(hits, n)))
    return tuple(found)


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float:
    """Mean gap between confidence and accuracy, 0..1, each bin weighted by its answers."""
    gaps = sum(b.n * abs(b.confidence - b.accuracy) for b in bins)
    return gaps / max(sum(b.n for b in bins), 1)


def _worst(answers: Answers) -> tuple[WrongAnswer, ...]:
    wrong = np.flatnonzero(~answers.right)
    surest = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:WORST_SHOWN]
    return tuple(
        WrongAnswer(
            answers.samples.images[index],
            str(answers.samples.labels[index]),
            str(answers.read[index]),
            float(answers.confidence[index]),
        )
        for index in surest.tolist()
    )
