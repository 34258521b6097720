"""Fits and checks the confidence of written fields on drawn forms.

Forms of the field benchmark's development set (layouts, hands and scans as `fieldhand evaluate
fields --set development` has them, but other forms) are read. One field in twenty breaks its rules:
its value ignores lists, patterns and check digits, so that the confidence learns what a forced
reading looks like. Half of the forms fit the logistic regression, the other half check it.

Run: python -m benchmarks.field_confidence --forms 400 [--workers 2] [--data FOLDER] [--write]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.calibration import FEATURE_NAMES, Features, parse_calibration
from forms_app.reading.classifier import Classifier, default_model_directory, load_classifier
from forms_app.reading.decoding import decode
from forms_app.reading.errors import PageError
from forms_app.reading.evidence import features_of, gather_evidence
from forms_app.reading.intake import open_page
from forms_app.reading.pipeline import classify, cut_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.types import Outcome
from forms_app.training.field_benchmark import fill_form, layout_of
from forms_app.training.synthesis.people import BenchmarkSet
from forms_app.training.synthesis.slips import true_outcome

CEILING = 0.9995
RULE_BREAKING = 0.05
FIRST_FORM = 1_000_000
"""`evaluate fields` draws forms of the same set from number 0."""
# Signs that the fitted weights must have: doubt never raises the confidence.
SIGNS = {
    "value_log_odds": 1,
    "margin": 1,
    "weakest_log_odds": 1,
    "forced": -1,
    "stray_ink": -1,
    "residual_px": -1,
    "is_line": -1,
}


def observe(data: Path, number: int) -> list[tuple[int, Features, bool]]:
    """The features of every field of one form that was read, and whether its value is right."""
    cv2.setNumThreads(1)
    form = fill_form(BenchmarkSet.DEVELOPMENT, data, FIRST_FORM + number, RULE_BREAKING)
    layout, reference = layout_of(BenchmarkSet.DEVELOPMENT, form.layout)
    scan = open_page(form.data, "form", 1).grey
    try:
        page = align_onto_template(scan, [reference], layout.template.fields)
    except PageError:
        return []
    classifier = _classifier()
    cut = cut_page(page, layout.template, [reference])
    found = []
    for item, rows in zip(cut, classify([cut], classifier)[0], strict=True):
        if item.segmentation is None:
            continue
        decoded = decode(item.field, item.segmentation, rows, classifier.charset)
        evidence = gather_evidence(item.crop, item.segmentation, decoded, item.residual_px)
        if decoded.outcome is Outcome.READ and decoded.satisfied:
            sample = form.samples[item.field.name]
            was_read = true_outcome(item.field, sample) is Outcome.READ
            is_right = was_read and decoded.value == sample.value
            found.append((number, features_of(item.field, decoded, evidence), is_right))
    return found


@lru_cache(maxsize=1)
def _classifier() -> Classifier:
    return load_classifier("litert", num_threads=1)


def observe_all(data: Path, forms: int, workers: int) -> Iterator[tuple[int, Features, bool]]:
    """What `observe` finds on many forms, with progress on stderr."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        rows = pool.map(partial(observe, data), range(forms), chunksize=4)
        for number, found in enumerate(rows, start=1):
            print(f"\r{number} of {forms} forms", end="", file=sys.stderr, flush=True)
            yield from found
    print(file=sys.stderr)


def fit(features: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Bias and weights of a logistic regression by projected gradient descent, L2 0.01."""
    scale = np.maximum(features.std(0), 1e-6)
    design = np.hstack([np.ones((len(features), 1)), features / scale])
    signs = np.array([0, *(SIGNS.get(name, 0) for name in FEATURE_NAMES)])
    weights = np.zeros(design.shape[1])
    for _ in range(20_000):
        predicted = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (predicted - right) / len(right) + 0.01 * np.r_[0, weights[1:]]
        weights -= 0.3 * gradient
        weights = np.where(signs * weights < 0, 0, weights)
    return np.r_[weights[0], weights[1:] / scale]


def report(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    """Reliability, and what each threshold accepts."""
    print(f"{len(right)} fields read, {right.mean():.1%} right")
    for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.98), (0.98, 0.99), (0.99, 1)):
        here = (confidence >= low) & (confidence < high)
        if here.any():
            print(
                f"  said {confidence[here].mean():6.1%}  was {right[here].mean():6.1%}"
                f"  ({here.sum()} fields)"
            )
    for threshold in (0.9, 0.95, 0.97, 0.98, 0.99, 0.995):
        accepted = confidence >= threshold
        wrong = int((accepted & ~right).sum())
        print(f"  from {threshold}: {accepted.mean():.1%} accepted, {wrong} of them wrong")


def main() -> None:
    options = _options()
    seen = list(observe_all(options.data, options.forms, options.workers))
    features = np.array([astuple(f) for _, f, _ in seen])
    right = np.array([is_right for _, _, is_right in seen])
    checks = np.array([number % 2 == 1 for number, _, _ in seen])
    fitted = fit(features[~checks], right[~checks])
    print("Checked on forms that it was not fitted to:")
    report(_confidence(fitted, features[checks]), right[checks])
    if options.write:
        save(fit(features, right), _classifier(), len(right), right.mean())


def _confidence(weights: NDArray[np.float64], features: NDArray[np.float64]) -> NDArray[np.float64]:
    score = np.clip(weights[0] + features @ weights[1:], -30, 30)
    return np.minimum(CEILING, 1 / (1 + np.exp(-score)))


def save(weights: NDArray[np.float64], classifier: Classifier, count: int, share: float) -> None:
    """Write the calibration beside the model."""
    data = {
        "bias": round(float(weights[0]), 4),
        "weights": {
            name: round(float(weight), 4)
            for name, weight in zip(FEATURE_NAMES, weights[1:], strict=True)
        },
        "ceiling": CEILING,
        "model": classifier.model_id,
        "fitted_on": f"{count} fields of drawn forms, {share:.1%} read right",
    }
    parse_calibration(dict(data))
    path = default_model_directory() / "field_confidence.json"
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"Wrote {path}; thresholds: {dict(ReviewPolicy().thresholds)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
