"""Temperature scaling: makes a network's probabilities mean what they say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forms_app.reading.classifier import log_softmax
from forms_app.training.evaluation_details import calibration_error, reliability

_GOLDEN = (5**0.5 - 1) / 2


def calibrated(logits: NDArray[np.float32], temperature: float) -> NDArray[np.float32]:
    """(N, K) logits to (N, K) temperature-scaled log-probabilities."""
    return log_softmax(logits / np.float32(temperature))


def set_nll(logits: NDArray[np.float32], allowed: NDArray[np.bool_], temperature: float) -> float:
    """Mean negative log-likelihood of the allowed sets.

    Args:
        logits: (N, K).
        allowed: (N, K) the classes that count as right.
        temperature: divides the logits.
    """
    p = np.exp(calibrated(logits, temperature))
    return float(-np.log(np.maximum((p * allowed).sum(1), 1e-9)).mean())


def fit_temperature(domains: list[tuple[NDArray[np.float32], NDArray[np.bool_]]]) -> float:
    """Fits one temperature to several validation domains of equal weight (Guo et al. 2017).

    Args:
        domains: (logits, allowed) of each; see `set_nll`.

    Returns:
        The temperature in 0.3..4 with the least summed negative log-likelihood.
    """

    def loss(log_t: float) -> float:
        return sum(set_nll(logits, allowed, float(np.exp(log_t))) for logits, allowed in domains)

    low, high = np.log(0.3), np.log(4.0)
    for _ in range(24):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return float(np.exp((low + high) / 2))


def expected_calibration_error(
    log_p: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    partner: NDArray[np.int64],
    bins: int = 15,
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins (Guo et al. 2017).

    The two cases of a letter count as one answer: where framing hides the case, the network must
    split its probability between them.

    Args:
        log_p: (N, K) log-probabilities.
        allowed: (N, K) the classes that count as right.
        partner: (K,) the other case of each class, or itself (`targets.other_case`).
    """
    p = np.exp(log_p)
    paired = partner != np.arange(len(partner))
    folded = p + p[:, partner] * paired
    right_folded = allowed | allowed[:, partner]
    each, best = np.arange(len(p)), folded.argmax(1)
    confidence, right = folded[each, best], right_folded[each, best]
    return calibration_error(reliability(confidence, right, bins))
