"""What the writer's other characters are worth, for several weights of their likeness.

Doubtful characters in combs of drawn forms (hands of the development set) that the page's sure
characters say something about: how many are read right within their field's alphabet, and the
log-loss, before any of the field's rules are applied.

Run: python -m benchmarks.same_hand [--forms 120] [--data FOLDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forms_app.intervals import wilson_interval
from forms_app.reading.alphabets import allowed_characters
from forms_app.reading.classifier import Charset, Classifier, load_classifier
from forms_app.reading.form_template import FormField, Layout
from forms_app.reading.pipeline import classify
from forms_app.reading.same_hand import weigh_by_hand
from forms_app.reading.types import LogProbabilities
from forms_app.training.form_glyphs import cut_form, labelled
from forms_app.training.synthesis.people import HandSet

WEIGHTS = (0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0)
FIRST_FORM = 2_000_000
"""The confidence is fitted to forms of the same set from number 0."""


def main() -> None:
    options = _options()
    classifier = load_classifier("litert", num_threads=1)
    found: dict[float, list[tuple[bool, float]]] = {weight: [] for weight in WEIGHTS}
    for number in range(FIRST_FORM, FIRST_FORM + options.forms):
        for weight, seen in _of_form(options.data, number, classifier):
            found[weight] += seen
    print("| weight | characters | right | 95 % interval | log-loss |\n|---|---|---|---|---|")
    for weight, seen in found.items():
        right, n = sum(is_right for is_right, _ in seen), len(seen)
        low, high = wilson_interval(right, n)
        loss = np.mean([cost for _, cost in seen])
        share = f"{right / n:.1%} | {low:.1%}-{high:.1%}"
        print(f"| {weight:g} | {n:,} | {share} | {loss:.3f} |")


def _of_form(
    data: Path, number: int, classifier: Classifier
) -> Iterator[tuple[float, list[tuple[bool, float]]]]:
    """For each weight whether each character that is weighed is right, and its log-loss."""
    written = cut_form(HandSet.DEVELOPMENT, data, number)
    items = [item for item, _ in written]
    charset = classifier.charset
    (rows,) = classify([items], classifier)
    truths = [
        [c for _, c in labelled(item, sample, log_p)] if item.field.layout is Layout.COMB else []
        for (item, sample), log_p in zip(written, rows, strict=True)
    ]
    fields = [item.field for item in items]
    cuts = [item.segmentation for item in items]
    moved = weigh_by_hand(fields, cuts, rows, charset, 1.0)
    for weight in WEIGHTS:
        weighed = weigh_by_hand(fields, cuts, rows, charset, weight)
        yield (
            weight,
            [
                answer
                for field, truth, plain, mark, new in zip(
                    fields, truths, rows, moved, weighed, strict=True
                )
                for answer in _answers(field, truth, new, np.any(plain != mark, 1), charset)
            ],
        )


def _answers(
    field: FormField,
    truth: list[str],
    rows: LogProbabilities,
    is_weighed: NDArray[np.bool_],
    charset: Charset,
) -> Iterator[tuple[bool, float]]:
    allowed = allowed_characters(field) or charset.characters
    for row, character in enumerate(truth):
        if is_weighed[row] and character:
            likely: dict[str, float] = {}
            for c in allowed:
                likely[c.upper()] = likely.get(c.upper(), 0.0) + float(
                    np.exp(rows[row, charset.index_of(c)])
                )
            best = max(likely, key=lambda c: likely[c])
            share = likely.get(character.upper(), 0.0) / sum(likely.values())
            yield best == character.upper(), -float(np.log(max(share, 1e-6)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forms", type=int, default=120)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
