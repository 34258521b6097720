"""How often a classifier is right on labelled characters: `fieldhand evaluate`."""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forms_app.errors import DatasetError
from forms_app.reading.classifier import Classifier
from forms_app.training.evaluation_data import EvaluationSet, load_evaluation_set
from forms_app.training.intervals import wilson_interval

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
    found = evaluate_set(load_evaluation_set(data), charset, classifier)
    if not found.n:
        raise DatasetError(f"{data}: no sample has a label of the charset {charset or 'all'}.")
    return found


def evaluate_set(samples: EvaluationSet, charset: str | None, classifier: Classifier) -> Evaluation:
    """Evaluates on samples already loaded; see `evaluate`."""
    answers = allowed_answers(charset, classifier.charset.characters)
    keep = np.isin(samples.labels, list(answers))
    labels, known = samples.labels[keep], samples.case_known[keep]
    scores = classifier.classify(samples.images[keep])
    columns = [classifier.charset.index_of(answer) for answer in answers]
    read = np.array(list(answers))[scores[:, columns].argmax(1)]
    right = (read == labels) | (~known & (np.char.upper(read) == np.char.upper(labels)))
    right_any = _read_ignoring_case(scores[:, columns], answers) == np.char.upper(labels)
    n = len(labels)
    return Evaluation(
        n,
        float(right.mean()) if n else 0.0,
        float(right_any.mean()) if n else 0.0,
        wilson_interval(int(right.sum()), n),
        wilson_interval(int(right_any.sum()), n),
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


def _read_ignoring_case(log_p: NDArray[np.float32], answers: str) -> NDArray[np.str_]:
    """The best letter when the two cases are one answer; (N,) in upper case."""
    folded = [answer.upper() for answer in answers]
    names = sorted(set(folded))
    merge = np.zeros((len(answers), len(names)), np.float32)
    for row, name in enumerate(folded):
        merge[row, names.index(name)] = 1.0
    return np.array(names)[(np.exp(log_p) @ merge).argmax(1)]
