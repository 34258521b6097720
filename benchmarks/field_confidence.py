"""Fits and checks the confidence of written fields on drawn forms.

Forms are drawn with handwriting that the recogniser never learnt from (validation writers of
UNIPEN and Chars74K, the held-out part of EMNIST), scanned in every way, and read. One form in four
is filled by somebody who breaks the rules: its values ignore lists, patterns and check digits, so
that the confidence learns what a forced reading looks like. Half of the forms fit the logistic
regression, the other half check it.

Run: python -m benchmarks.field_confidence --pages 60 [--data ../shared/data] [--write]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.calibration import FEATURE_NAMES, Features, parse_calibration
from forms_app.reading.classifier import Classifier, default_model_directory, load_classifier
from forms_app.reading.decoding import decode
from forms_app.reading.errors import PageError
from forms_app.reading.evidence import features_of, gather_evidence
from forms_app.reading.form_template import Case, Constraints, FieldKind, FormTemplate
from forms_app.reading.pipeline import classify, cut_page
from forms_app.reading.policy import ReviewPolicy
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import GreyImage, Outcome
from forms_app.training.config import CHARACTERS, TrainingConfig
from forms_app.training.sources import (
    CHARS74K_VALIDATION,
    emnist,
    unipen_validation_writers,
)
from forms_app.training.synthesis.blank_forms import Entry, Row, Style, draw_blank_form
from forms_app.training.synthesis.generate import SyntheticSubmission, generate_submissions
from forms_app.training.synthesis.handwriting import Hands, load_hands

CEILING = 0.9995
RULE_BREAKERS = 4
NAMES = tuple(
    "SMITH SMYTH SCHMIDT JONES JOHNSON BROWN BRAUN WILSON MARTIN MARTINEZ GARCIA LOPEZ CLARK "  # noqa: SIM905
    "CLARKE LEWIS LEE LI HILL HALL ADAMS BAKER CARTER MITCHELL ROBERTS TURNER PARKER EVANS".split()
)
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


def rows() -> list[Row]:
    """Every kind of written field, in combs and on lines, with and without rules."""
    upper, lower = Constraints(case=Case.UPPER), Constraints(case=Case.LOWER)
    kinds = [
        ("letters", FieldKind.LETTERS, 10, upper),
        ("small", FieldKind.LETTERS, 8, lower),
        ("mixed", FieldKind.TEXT, 8, Constraints()),
        ("digits", FieldKind.DIGITS, 8, Constraints()),
        ("luhn", FieldKind.DIGITS, 9, Constraints(min_length=9, max_length=9, check="luhn")),
        ("date", FieldKind.DATE, 8, Constraints(format="DDMMYYYY")),
        ("code", FieldKind.TEXT, 6, Constraints(pattern="[A-Z]{2}[0-9]{4}", case=Case.UPPER)),
        ("name", FieldKind.LETTERS, 9, Constraints(values=NAMES, case=Case.UPPER)),
        ("line_digits", FieldKind.DIGITS, 0, Constraints(min_length=3, max_length=7)),
        ("line_name", FieldKind.LETTERS, 0, Constraints(values=NAMES, case=Case.UPPER)),
        ("line_text", FieldKind.LETTERS, 0, Constraints(case=Case.UPPER, max_length=9)),
    ]
    entries = [
        Entry(f"{name}_{i}", name, kind, cells, width_px=620, constraints=constraints)
        for i in range(4)
        for name, kind, cells, constraints in kinds
    ]
    return [entries[i : i + 3] for i in range(0, len(entries), 3)]


def lenient(template: FormTemplate) -> FormTemplate:
    """The same form as a rule breaker fills it."""
    fields = tuple(
        replace(f, constraints=replace(f.constraints, values=(), pattern=None, check=None))
        for f in template.fields
    )
    return replace(template, fields=fields)


def unseen_hands(data: Path, folder: Path) -> list[Hands]:
    """Handwriting that no training used, and the shipped fonts."""
    with np.load(data / "unipen_train.npz") as unipen:
        writers = unipen["writer"]
        held = np.isin(writers, list(unipen_validation_writers(writers, unipen["provider"])))
        held &= unipen["label_p"] > 0.2
        images, labels = unipen["images"][held], unipen["labels"][held]
        np.savez(folder / "unipen.npz", images=images, labels=labels, writer=_joined(writers[held]))
    with np.load(data / "chars74k.npz") as chars:
        held = np.isin(chars["writer"], list(CHARS74K_VALIDATION))
        np.savez(
            folder / "chars74k.npz",
            images=chars["images"][held],
            labels=chars["labels"][held],
            writer=chars["writer"][held].astype(str),
        )
    _, holdout = emnist(data, CHARACTERS, np.random.default_rng(TrainingConfig().seed))
    known = holdout.labels[holdout.case_known]
    # Letters that EMNIST has without their case come from UNIPEN.
    others = ~np.isin(labels, known)
    np.savez(
        folder / "emnist.npz",
        images=np.concatenate([holdout.images[holdout.case_known], images[others]]),
        labels=np.concatenate([known, labels[others]]),
    )
    names = ("emnist.npz", "unipen.npz", "chars74k.npz")
    return [*(load_hands(folder / name) for name in names), load_hands(None)]


def _joined(writers: NDArray[np.str_]) -> NDArray[np.str_]:
    """Writers put together as three: few of them wrote the whole alphabet."""
    _, index = np.unique(writers, return_inverse=True)
    return (index % 3).astype(str)


def submissions(
    template: FormTemplate, blank: GreyImage, hands: list[Hands], pages: int, seed: int
) -> Iterator[SyntheticSubmission]:
    """One form at a time, from each hand in turn."""
    for number in range(pages):
        filled_by = lenient(template) if number % RULE_BREAKERS == 0 else template
        hand = hands[(number // 2) % len(hands)]
        yield from generate_submissions(filled_by, [blank], 1, hand, seed=seed + number)


def observe(
    template: FormTemplate,
    reference: PageReference,
    submission: SyntheticSubmission,
    classifier: Classifier,
) -> Iterator[tuple[Features, bool]]:
    """The features of every field that was read, and whether its value is right."""
    try:
        page = align_onto_template(submission.pages[0], [reference], template.fields)
    except PageError:
        return
    cut = cut_page(page, template, [reference])
    truth = dict(submission.truth)
    for item, found in zip(cut, classify([cut], classifier)[0], strict=True):
        if item.segmentation is None:
            continue
        decoded = decode(item.field, item.segmentation, found, classifier.charset)
        evidence = gather_evidence(item.crop, item.segmentation, decoded, item.residual_px)
        if decoded.outcome is Outcome.READ and decoded.satisfied:
            is_right = decoded.value == (truth[item.field.name] or "")
            yield features_of(item.field, decoded, evidence), is_right


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
    cv2.setNumThreads(1)
    blank, template = draw_blank_form("Confidence", "For calibration", rows(), Style(line_grey=20))
    reference, classifier = prepare_reference(1, blank), load_classifier("litert")
    seen: list[tuple[int, Features, bool]] = []
    with TemporaryDirectory() as folder:
        hands = unseen_hands(options.data, Path(folder))
        drawn = submissions(template, blank, hands, options.pages, options.seed)
        for number, submission in enumerate(drawn):
            found = list(observe(template, reference, submission, classifier))
            seen += [(number, features, is_right) for features, is_right in found]
            print(f"\r{number + 1} pages, {len(seen)} fields", end="", flush=True)
    print()
    features = np.array([astuple(f) for _, f, _ in seen])
    right = np.array([is_right for _, _, is_right in seen])
    # Pages come in pairs of one hand; every second pair checks.
    checks = np.array([(number // 8) % 2 == 1 for number, _, _ in seen])
    fitted = fit(features[~checks], right[~checks])
    print("Checked on forms that it was not fitted to:")
    report(_confidence(fitted, features[checks]), right[checks])
    if options.write:
        save(fit(features, right), classifier, len(right), right.mean())


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
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
