"""From evidence about a written field to the probability that its value is right.

A logistic regression over a handful of features. Its weights are fitted on synthetic forms by
`benchmarks/field_confidence.py` and shipped as `forms_app/models/field_confidence.json`.
"""

from __future__ import annotations

import json
import math
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from importlib import resources

from forms_app.errors import ModelError

_FILE = "field_confidence.json"


@dataclass(frozen=True, slots=True)
class Features:
    """Evidence about one written field, each finite and of moderate size.

    Attributes:
        value_log_odds: of the best value's probability.
        margin: log of how many times likelier it is than the runner-up.
        weakest_log_odds: of the least certain character's probability.
        forced: share of its characters that the classifier alone reads otherwise.
        stray_ink: share of the field's ink outside the characters read, 1 from a twentieth on.
        residual_px: registration residual at the field.
        length: log of the number of characters.
        is_line: 1 for free lines, 0 for combs.
    """

    value_log_odds: float
    margin: float
    weakest_log_odds: float
    forced: float
    stray_ink: float
    residual_px: float
    length: float
    is_line: float


FEATURE_NAMES = tuple(f.name for f in fields(Features))


@dataclass(frozen=True, slots=True)
class FieldCalibration:
    """`weights` in the order of `FEATURE_NAMES`; `ceiling` bounds what is ever claimed."""

    bias: float
    weights: tuple[float, ...]
    ceiling: float

    def confidence(self, features: Features) -> float:
        """The probability that the value is right, at most `ceiling`."""
        products = zip(self.weights, astuple(features), strict=True)
        score = self.bias + math.fsum(weight * feature for weight, feature in products)
        return min(self.ceiling, 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))))


@lru_cache(maxsize=1)
def shipped_calibration() -> FieldCalibration:
    """The calibration that ships with the model.

    Raises:
        ModelError: the file is missing or does not fit this version.
    """
    try:
        data = json.loads(resources.files("forms_app.models").joinpath(_FILE).read_text("utf-8"))
        return parse_calibration(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The confidence calibration {_FILE} is damaged: {error}.") from error


def parse_calibration(data: dict[str, object]) -> FieldCalibration:
    """The calibration of a JSON object `{"bias", "weights": {name: number}, "ceiling"}`.

    Raises:
        ValueError, KeyError, TypeError: it is not one.
    """
    weights = data["weights"]
    if not isinstance(weights, dict) or set(weights) != set(FEATURE_NAMES):
        raise ValueError(f"its weights must be {', '.join(FEATURE_NAMES)}")
    return FieldCalibration(
        bias=_number(data["bias"]),
        weights=tuple(_number(weights[name]) for name in FEATURE_NAMES),
        ceiling=_number(data["ceiling"]),
    )


def log_odds(probability: float) -> float:
    """Log-odds, bounded to probabilities between 1e-4 and 1 - 1e-4."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)
