"""From evidence about a written field to the probability that its value is right.

A logistic regression over a handful of features, with weights of their own for combs and for
lines. They are fitted on synthetic forms by `benchmarks/field_confidence.py` and shipped as
`forms_app/models/field_confidence.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from forms_app.errors import ModelError
from forms_app.reading.form_template import Layout

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
        rivals: log of the summed probability of other values of the same length.
        smallest: height of the smallest letter or digit, in heights of the usual one.
    """

    value_log_odds: float
    margin: float
    weakest_log_odds: float
    forced: float
    stray_ink: float
    residual_px: float
    length: float
    rivals: float
    smallest: float


FEATURE_NAMES = tuple(f.name for f in fields(Features))


@dataclass(frozen=True, slots=True)
class Regression:
    """A logistic regression; `weights` in the order of `FEATURE_NAMES`."""

    bias: float
    weights: tuple[float, ...]

    def score(self, features: Features) -> float:
        """Log-odds that the value is right."""
        products = zip(self.weights, astuple(features), strict=True)
        return self.bias + math.fsum(weight * feature for weight, feature in products)


@dataclass(frozen=True, slots=True)
class FieldCalibration:
    """One regression for each layout; `ceiling` bounds what is ever claimed."""

    regressions: Mapping[Layout, Regression]
    ceiling: float

    def confidence(self, features: Features, layout: Layout) -> float:
        """The probability that the value is right, at most `ceiling`."""
        score = self.regressions[layout].score(features)
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


def parse_calibration(data: Mapping[str, object]) -> FieldCalibration:
    """The calibration of a JSON object.

    `{"ceiling": number, "comb": {"bias": number, "weights": {name: number}}, "line": the same}`

    Raises:
        ValueError, KeyError, TypeError: it is not one.
    """
    regressions = {layout: _parse_regression(data[layout.value]) for layout in Layout}
    return FieldCalibration(MappingProxyType(regressions), _number(data["ceiling"]))


def _parse_regression(data: object) -> Regression:
    if not isinstance(data, dict):
        raise TypeError(f"{data!r} is no regression")
    weights = data["weights"]
    if not isinstance(weights, dict) or set(weights) != set(FEATURE_NAMES):
        raise ValueError(f"its weights must be {', '.join(FEATURE_NAMES)}")
    return Regression(
        bias=_number(data["bias"]),
        weights=tuple(_number(weights[name]) for name in FEATURE_NAMES),
    )


def log_odds(probability: float) -> float:
    """Log-odds, bounded to probabilities between 1e-4 and 1 - 1e-4."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is no number")
    return float(value)
