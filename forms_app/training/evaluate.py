"""How often a classifier is right on labelled characters: `fieldhand evaluate`."""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms_app.errors import DatasetError
from forms_app.intervals import wilson_interval
from forms_app.reading.classifier import Classifier
from forms_app.training.answers import Answers, Progress, answer_set
from forms_app.training.evaluation_data import EvaluationSet, load_evaluation_set

CHARSETS = {
    "digits": string.digits,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "letters": string.ascii_letters,
    "alnum": string.digits + string.ascii_letters,
}


@dataclass(frozen=True)
class Evaluation:
    """One result.

    Attributes:
        n: number of samples whose label is in the charset.
        accuracy: share read right; a label of unknown case is met by either case.
        accuracy_ignoring_case: share read right when both cases of a letter are one answer,
            whose probability is the sum of the two.
        interval95: Wilson interval of `accuracy`.
        interval95_ignoring_case: Wilson interval of `accuracy_ignoring_case`.
    """

    n: int
    accuracy: float
    accuracy_ignoring_case: float
    interval95: tuple[float, float]
    interval95_ignoring_case: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        """The four public keys of `fieldhand evaluate --json`."""
        return {
            "n": self.n,
            "accuracy": self.accuracy,
            "accuracy_ignoring_case": self.accuracy_ignoring_case,
            "interval95": list(self.interval95),
        }


def evaluate(data: Path, charset: str | None, classifier: Classifier) -> Evaluation:
    """Evaluates a classifier on a data set.

    Args:
        data: see `load_evaluation_set`.
        charset: a name of `CHARSETS`, restricting samples and answers; None for every
            character that the classifier knows.
        classifier: any engine.

    Raises:
        DatasetError: unknown charset, unreadable data, or no sample within the charset.
    """
    return evaluation_of(answers_on(data, charset, classifier))


def evaluate_set(samples: EvaluationSet, charset: str | None, classifier: Classifier) -> Evaluation:
    """Evaluates on samples already loaded; see `evaluate`."""
    allowed = allowed_answers(charset, classifier.charset.characters)
    return evaluation_of(answer_set(samples, allowed, classifier))


def answers_on(
    data: Path,
    charset: str | None,
    classifier: Classifier,
    progress: Progress = lambda done, of: None,
) -> Answers:
    """The answers behind `evaluate`, with the same arguments and errors; see `answer_set`."""
    allowed = allowed_answers(charset, classifier.charset.characters)
    found = answer_set(load_evaluation_set(data), allowed, classifier, progress)
    if not len(found.read):
        raise DatasetError(f"{data}: no sample has a label of the charset {charset or 'all'}.")
    return found


def evaluation_of(answers: Answers) -> Evaluation:
    """Counts answers; every share is 0 where there are none."""
    n = len(answers.read)
    right, right_any = int(answers.right.sum()), int(answers.right_ignoring_case.sum())
    return Evaluation(
        n,
        right / max(n, 1),
        right_any / max(n, 1),
        wilson_interval(right, n),
        wilson_interval(right_any, n),
    )


def allowed_answers(charset: str | None, characters: str) -> str:
    """The characters of a charset that a classifier knows.

    Raises:
        DatasetError: unknown name.
    """
    if charset is None:
        return characters
    if charset not in CHARSETS:
        names = ", ".join(CHARSETS)
        raise DatasetError(f"unknown charset {charset!r}; give one of {names}.")
    return "".join(ch for ch in CHARSETS[charset] if ch in characters)
