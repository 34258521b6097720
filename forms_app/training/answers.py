"""What a classifier answered on labelled characters, sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.classifier import Classifier
from forms_app.training.evaluation_data import EvaluationSet

CHUNK = 4_096
"""Glyphs between two lines of progress: about a second on one core."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Answers:
    """The answers to the samples whose label is among the allowed characters.

    Attributes:
        samples: those N samples.
        read: (N,) the most probable allowed character.
        right: (N,) whether it is the label; a label of unknown case is met by either case.
        right_ignoring_case: (N,) the same when both cases of a letter are one answer, whose
            probability is the sum of the two.
        confidence: (N,) 0..1, the probability that `read` counts as right, given that the glyph
            is one of the allowed characters.
        confidence_ignoring_case: (N,) the probability of the best letter in either case, given
            the same.
        rejected: (N,) whether "no character" was more probable than each character.
    """

    samples: EvaluationSet
    read: NDArray[np.str_]
    right: NDArray[np.bool_]
    right_ignoring_case: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    confidence_ignoring_case: NDArray[np.float64]
    rejected: NDArray[np.bool_]


def answer_set(
    samples: EvaluationSet,
    allowed: str,
    classifier: Classifier,
    progress: Progress = lambda done, of: None,
) -> Answers:
    """Classifies the samples whose label is allowed.

    Args:
        samples: labelled glyphs.
        allowed: the characters that may be answered, each known to the classifier.
        classifier: any engine.
        progress: called with the glyphs done and their number.
    """
    keep = np.isin(samples.labels, list(allowed))
    labels, known = samples.labels[keep], samples.case_known[keep]
    log_p = _classified(samples.images[keep], classifier, progress)
    scores = log_p[:, [classifier.charset.index_of(answer) for answer in allowed]]
    best = scores.argmax(1)
    read = np.array(list(allowed))[best]
    any_case, confidence_any_case = _ignoring_case(scores, allowed)
    right = (read == labels) | (~known & (np.char.upper(read) == np.char.upper(labels)))
    return Answers(
        EvaluationSet(samples.images[keep], labels, known),
        read,
        right,
        any_case == np.char.upper(labels),
        _confidence(scores, best, known, allowed),
        confidence_any_case,
        log_p.argmax(1) == classifier.charset.reject_index,
    )


def _confidence(
    scores: NDArray[np.float32], best: NDArray[np.int64], known: NDArray[np.bool_], allowed: str
) -> NDArray[np.float64]:
    """Where the label's case is unknown the other case would count as right, too."""
    p = _shares(scores)
    swapped = [allowed.find(answer.swapcase()) for answer in allowed]
    other = np.array([-1 if o == own else o for own, o in enumerate(swapped)])[best]
    each = np.arange(len(p))
    return p[each, best] + np.where(~known & (other >= 0), p[each, other], 0.0)


def _ignoring_case(
    scores: NDArray[np.float32], answers: str
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """The best letter when the two cases are one answer, in upper case, and its probability."""
    folded = [answer.upper() for answer in answers]
    names = sorted(set(folded))
    merge = np.zeros((len(answers), len(names)))
    for row, name in enumerate(folded):
        merge[row, names.index(name)] = 1.0
    p = _shares(scores) @ merge
    best = p.argmax(1)
    return np.array(names)[best], p[np.arange(len(p)), best]


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, A) log-probabilities of some classes to their probabilities among themselves."""
    p = np.exp(scores.astype(np.float64))
    return p / p.sum(1, keepdims=True)


def _classified(
    images: NDArray[np.uint8], classifier: Classifier, progress: Progress
) -> NDArray[np.float32]:
    """(N, K) log-probabilities, chunk by chunk."""
    parts = []
    for start in range(0, max(len(images), 1), CHUNK):
        parts.append(classifier.classify(images[start : start + CHUNK]))
        progress(min(start + CHUNK, len(images)), len(images))
    return np.concatenate(parts)
