"""Fits and checks the confidence of written fields on drawn forms.

Hands, entries and scans are those of the field benchmark's development set; every second form has
one of the set's six layouts, the others have layouts of their own (`varied_forms`). One field in
twenty breaks its rules: its value ignores lists, patterns and check digits, so that the confidence
learns what a forced reading looks like. What is printed is measured on forms that the regression
was not fitted to: five fits, each on four fifths of the forms.

Run: python -m benchmarks.field_confidence --forms 300 [--workers 2] [--data FOLDER] [--write]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, dataclass
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.confidence_report import Judged, print_report
from forms_app.reading.alignment import align_onto_template
from forms_app.reading.calibration import FEATURE_NAMES, Features, parse_calibration
from forms_app.reading.classifier import Classifier, default_model_directory, load_classifier
from forms_app.reading.confidence import judge_written
from forms_app.reading.confidence_features import features_of
from forms_app.reading.doubts import has_lost_ink
from forms_app.reading.errors import PageError
from forms_app.reading.form_template import FieldKind, Layout
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import (
    CutField,
    classify,
    cut_page,
    decode_written,
    judge_page,
    weigh_page,
)
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference
from forms_app.reading.types import LogProbabilities, Outcome, Segmentation
from forms_app.training.field_benchmark import FilledForm, fill_form, layout_of
from forms_app.training.field_results import is_right
from forms_app.training.synthesis.layouts import FormLayout
from forms_app.training.synthesis.people import BenchmarkSet, HandSet
from forms_app.training.synthesis.slips import is_blank, true_outcome
from forms_app.training.synthesis.values import SampledValue
from forms_app.training.varied_forms import fill_varied_form

CEILING = 0.9995
RULE_BREAKING = 0.05
FIRST_FORM = 1_000_000
"""`evaluate fields` draws forms of the same set from number 0."""
FOLDS = 5
PENALTY = 0.003
"""Of squared standardised weights. Chosen on 322 forms from 0.0003, 0.001, 0.003 and 0.01: the
held-out log-loss is 0.1773, 0.1757, 0.1753 and 0.1766."""
SIGNS = {
    "value_log_odds": 1,
    "margin": 1,
    "weakest_log_odds": 1,
    "forced": -1,
    "stray_ink": -1,
    "residual_px": -1,
    "rivals": -1,
    "smallest": 1,
}
"""Signs that the fitted weights must have: doubt never raises the confidence."""
NO_TRUST = ReviewPolicy(dict.fromkeys(FieldKind, 0.0))
"""Under this policy whoever goes to review goes there for a grave doubt."""

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """One field of a form that somebody wrote or marked.

    `features` is None where the confidence is none of the regression's: marks, and written fields
    without a value or with lost ink. `is_grave`: it is reviewed whatever its confidence.
    """

    form: int
    group: str
    kind: FieldKind
    layout: Layout | None
    features: Features | None
    confidence: float
    is_grave: bool
    is_right: bool


def observe(data: Path, number: int) -> list[Observation]:
    """Every field with writing or marks of one form; nothing of a page that was refused."""
    cv2.setNumThreads(1)
    form, layout, reference = _form(data, number)
    scan = open_page(form.data, "form", 1).grey
    try:
        page = align_onto_template(scan, [reference], layout.template.fields)
    except PageError:
        return []
    cut = cut_page(page, layout.template, [reference])
    rows = weigh_page(cut, classify([cut], _classifier())[0], _classifier().charset)
    samples = [form.samples[item.field.name] for item in cut]
    found = [
        _written(number, item, item.segmentation, log_p, sample)
        for item, log_p, sample in zip(cut, rows, samples, strict=True)
        if item.segmentation is not None and not is_blank(sample)
    ]
    return found + _marks(number, cut, rows, samples)


def _form(data: Path, number: int) -> tuple[FilledForm, FormLayout, PageReference]:
    if number % 2:
        return fill_varied_form(HandSet.DEVELOPMENT, data, number, RULE_BREAKING)
    form = fill_form(BenchmarkSet.DEVELOPMENT, data, FIRST_FORM + number, RULE_BREAKING)
    return form, *layout_of(BenchmarkSet.DEVELOPMENT, form.layout)


def _written(
    number: int,
    item: CutField,
    segmentation: Segmentation,
    rows: LogProbabilities,
    sample: SampledValue,
) -> Observation:
    decoded, evidence = decode_written(item, segmentation, rows, _classifier().charset)
    reading = judge_written(item.field, decoded, evidence, NO_TRUST)
    features = None
    if decoded.outcome is Outcome.READ and not has_lost_ink(evidence):
        features = features_of(item.field, decoded, evidence)
    return Observation(
        form=number,
        group=f"{_alphabet(item.field.kind)}, {item.field.layout}",
        kind=item.field.kind,
        layout=item.field.layout,
        features=features,
        confidence=reading.confidence,
        is_grave=reading.needs_review,
        is_right=is_right(sample.value, true_outcome(item.field, sample), reading),
    )


def _alphabet(kind: FieldKind) -> str:
    return "letters" if kind in (FieldKind.LETTERS, FieldKind.TEXT) else "digits"


def _marks(
    number: int,
    cut: Sequence[CutField],
    rows: Sequence[LogProbabilities],
    samples: Sequence[SampledValue],
) -> list[Observation]:
    marked = [
        (item, log_p, sample)
        for item, log_p, sample in zip(cut, rows, samples, strict=True)
        if item.segmentation is None
    ]
    items, empty = [item for item, _, _ in marked], [log_p for _, log_p, _ in marked]
    readings = judge_page(items, empty, _classifier().charset, NO_TRUST)
    return [
        Observation(
            form=number,
            group="marks",
            kind=item.field.kind,
            layout=None,
            features=None,
            confidence=reading.confidence,
            is_grave=reading.needs_review,
            is_right=is_right(sample.value, true_outcome(item.field, sample), reading),
        )
        for (item, _, sample), reading in zip(marked, readings, strict=True)
    ]


@lru_cache(maxsize=1)
def _classifier() -> Classifier:
    return load_classifier("litert", num_threads=1)


def observe_all(data: Path, forms: int, workers: int) -> Iterator[Observation]:
    """What `observe` finds on many forms, with progress on stderr."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        rows = pool.map(partial(observe, data), range(forms), chunksize=4)
        for number, found in enumerate(rows, start=1):
            print(f"\r{number} of {forms} forms", end="", file=sys.stderr, flush=True)
            yield from found
    print(file=sys.stderr)


def fit(features: _Array, right: NDArray[np.bool_]) -> _Array:
    """Bias and weights `(1 + F,)` of a logistic regression with `PENALTY` and `SIGNS`."""
    scale = np.maximum(features.std(0), 1e-6)
    design = np.hstack([np.ones((len(features), 1)), features / scale])
    signs = [SIGNS.get(name, 0) for name in FEATURE_NAMES]

    def loss(weights: _Array) -> tuple[float, _Array]:
        score = design @ weights
        shrunk = np.r_[0, weights[1:]]
        value = np.mean(np.logaddexp(0, score) - right * score) + PENALTY / 2 * shrunk @ shrunk
        gradient = design.T @ (1 / (1 + np.exp(-score)) - right) / len(right) + PENALTY * shrunk
        return float(value), gradient

    bounds = [(None, None), *((0 if s > 0 else None, 0 if s < 0 else None) for s in signs)]
    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(np.r_[found.x[0], found.x[1:] / scale])


def held_out(seen: Sequence[Observation]) -> list[Judged]:
    """Every field with the confidence of a regression that its form had no part in."""
    parts = {
        (layout, fold): _fit_on(seen, layout, fold) for layout in Layout for fold in range(FOLDS)
    }
    judged = []
    for one in seen:
        confidence = one.confidence
        if one.features is not None and one.layout is not None:
            weights = parts[one.layout, one.form // 2 % FOLDS]
            score = float(np.clip(weights[0] + weights[1:] @ astuple(one.features), -30, 30))
            confidence = min(CEILING, 1 / (1 + np.exp(-score)))
        judged.append(Judged(one.group, one.kind, confidence, one.is_grave, one.is_right))
    return judged


def _fit_on(seen: Sequence[Observation], layout: Layout, left_out: int | None) -> _Array:
    mine = [
        one
        for one in seen
        if one.features is not None
        and one.layout is layout
        and (left_out is None or one.form // 2 % FOLDS != left_out)
    ]
    features = np.array([astuple(one.features) for one in mine if one.features is not None])
    return fit(features, np.array([one.is_right for one in mine]))


def main() -> None:
    options = _options()
    seen = list(observe_all(options.data, options.forms, options.workers))
    print_report(held_out(seen), ReviewPolicy())
    if options.write:
        save(seen, options.forms)


def save(seen: Sequence[Observation], forms: int) -> None:
    """Write the calibration, fitted on all forms, beside the model."""
    data = {layout.value: _as_json(_fit_on(seen, layout, None)) for layout in Layout}
    read = [one.is_right for one in seen if one.features is not None]
    facts = {
        "ceiling": CEILING,
        "model": _classifier().model_id,
        "fitted_on": f"{len(read)} fields of {forms} drawn forms, {np.mean(read):.1%} read right",
    }
    parse_calibration(data | facts)
    path = default_model_directory() / "field_confidence.json"
    path.write_text(json.dumps(data | facts, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {path}")


def _as_json(weights: _Array) -> dict[str, object]:
    named = zip(FEATURE_NAMES, weights[1:], strict=True)
    return {
        "bias": round(float(weights[0]), 4),
        "weights": {name: round(float(weight), 4) for name, weight in named},
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
