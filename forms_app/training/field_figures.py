"""Field results -> figures: exact shares, outcomes, what review buys, what confidence is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from forms_app.intervals import wilson_interval
from forms_app.reading.types import Outcome
from forms_app.training.field_results import FieldResult, is_empty_truth
from forms_app.training.synthesis.field_classes import CLASSES

REVIEW_RATES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Shares of fields that a person looks at, for which the error of the rest is reported."""
RELIABILITY_BOUNDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0001)
BLANK, STRUCK = "blank", "struck_out"

Figures = dict[str, Any]


def summarise(results: Sequence[FieldResult]) -> Figures:
    """All figures of a run as plain data, shares 0..1 with their 95 % Wilson interval."""
    groups = _groups(results)
    return {
        "fields": len(results),
        "submissions": len({r.submission for r in results}),
        "classes": {name: _class_figures(mine) for name, mine in groups.items()},
        "outcomes": outcomes(results),
        "curves": {name: curve_figures(mine) for name, mine in _curve_groups(results).items()},
        "reliability": reliability(r for r in results if r.outcome == Outcome.READ),
        "by_profile": _written_by(results, lambda r: r.profile),
        "by_layout": _written_by(results, lambda r: r.layout),
        "by_hand": _written_by(results, lambda r: r.hand),
        "by_slip": _written_by(results, lambda r: r.slip or "none", (_is_any,)),
        "refused_pages": len({r.submission for r in results if r.outcome == Outcome.MISSING_PAGE}),
        "ms_per_field": round(sum(r.ms for r in results) / max(1, len(results)), 2),
    }


def titles() -> dict[str, str]:
    """What each class is called in reports."""
    named = {c.name: c.title for c in CLASSES.values()}
    return named | {BLANK: "blank (written, choices)", STRUCK: "struck out"}


def group_of(result: FieldResult) -> str:
    """The line of the report that a result counts in; a single mark may be unmarked."""
    if result.true_outcome == Outcome.STRUCK_OUT:
        return STRUCK
    if is_empty_truth(result) and result.field_class != "mark":
        return BLANK
    return result.field_class


def _groups(results: Sequence[FieldResult]) -> dict[str, list[FieldResult]]:
    found: dict[str, list[FieldResult]] = {}
    for result in results:
        found.setdefault(group_of(result), []).append(result)
    order = [*CLASSES, BLANK, STRUCK]
    known = {name: found[name] for name in order if name in found}
    return known | {name: mine for name, mine in found.items() if name not in known}


def _curve_groups(results: Sequence[FieldResult]) -> dict[str, list[FieldResult]]:
    """All fields, all that hold writing, and each class (blanks count in their own)."""
    written = [r for r in results if _is_written(r)]
    combs = [r for r in written if r.field_class.startswith("comb")]
    lines = [r for r in written if r.field_class.startswith("line")]
    broad = {"all": list(results), "written": written, "combs": combs, "lines": lines}
    return {name: mine for name, mine in broad.items() if mine} | _groups(results)


def _is_written(result: FieldResult) -> bool:
    return result.field_class[:4] in ("comb", "line") and not is_empty_truth(result)


def _is_any(result: FieldResult) -> bool:
    return True


def _class_figures(results: Sequence[FieldResult]) -> Figures:
    characters = sum(r.characters for r in results)
    figures = share_figures(sum(r.is_right for r in results), len(results))
    if characters:
        errors = min(characters, sum(r.character_errors for r in results))
        figures["characters"] = share_figures(characters - errors, characters)
    figures["outcomes"] = dict(Counter(r.outcome for r in results))
    return figures


def share_figures(right: int, n: int) -> Figures:
    return {"n": n, "exact": right / max(1, n), "interval95": wilson_interval(right, n)}


def outcomes(results: Iterable[FieldResult]) -> dict[str, dict[str, int]]:
    """How often each true outcome (rows) was said to be which; empty truths count as blank."""
    table: dict[str, Counter[str]] = {}
    for result in results:
        true, said = result.true_outcome, result.outcome
        if is_empty_truth(result):
            true = Outcome.BLANK
        if said == Outcome.READ and result.value is False:
            said = Outcome.BLANK
        table.setdefault(str(true), Counter())[str(said)] += 1
    return {true: dict(said) for true, said in table.items()}


def curve_figures(results: Sequence[FieldResult]) -> Figures:
    """What is accepted and how much of it is wrong: by the shipped policy, and at review rates.

    `by_confidence` sends the least confident to review; `by_doubt` those first that the policy
    reviews whatever their confidence.
    """
    accepted = [r for r in results if not r.needs_review]
    return {
        "n": len(results),
        "policy": _accepted(accepted, len(results)),
        "by_confidence": _at_rates(sorted(results, key=lambda r: -r.confidence)),
        "by_doubt": _at_rates(sorted(results, key=lambda r: (r.review_first, -r.confidence))),
    }


def _at_rates(ranked: Sequence[FieldResult]) -> list[Figures]:
    rows = []
    for rate in REVIEW_RATES:
        accepted = ranked[: len(ranked) - round(rate * len(ranked))]
        threshold = accepted[-1].confidence if accepted else 1.0
        rows.append({"review": rate, "threshold": threshold} | _accepted(accepted, len(ranked)))
    return rows


def _accepted(accepted: Sequence[FieldResult], n: int) -> Figures:
    wrong = sum(not r.is_right for r in accepted)
    return {
        "accepted": len(accepted),
        "accepted_share": len(accepted) / max(1, n),
        "wrong": wrong,
        "error": wrong / max(1, len(accepted)),
        "interval95": wilson_interval(wrong, len(accepted)),
    }


def reliability(results: Iterable[FieldResult]) -> list[Figures]:
    """What was said and what came true, in bands of confidence, for fields said to be read."""
    every = list(results)
    rows = []
    for low, high in pairwise(RELIABILITY_BOUNDS):
        here = [r for r in every if low <= r.confidence < high]
        if here:
            said = sum(r.confidence for r in here) / len(here)
            right = share_figures(sum(r.is_right for r in here), len(here))
            rows.append({"from": low, "to": min(1.0, high), "said": said} | right)
    return rows


def _is_comb(result: FieldResult) -> bool:
    return _is_written(result) and result.field_class.startswith("comb")


def _is_line(result: FieldResult) -> bool:
    return _is_written(result) and result.field_class.startswith("line")


def _is_marked(result: FieldResult) -> bool:
    return result.field_class in ("mark", "choice", "choices")


_KINDS: Mapping[Callable[[FieldResult], bool], str] = {
    _is_comb: "combs",
    _is_line: "lines",
    _is_marked: "marks",
    _is_any: "all",
}


def _written_by(
    results: Sequence[FieldResult],
    key: Callable[[FieldResult], str],
    kinds: Sequence[Callable[[FieldResult], bool]] = (_is_comb, _is_line, _is_marked),
) -> dict[str, Figures]:
    """Exact shares for each value of `key`, by kind of field."""
    return {
        value: {
            _KINDS[kind]: share_figures(
                sum(r.is_right for r in results if key(r) == value and kind(r)),
                sum(key(r) == value and kind(r) for r in results),
            )
            for kind in kinds
        }
        for value in sorted({key(r) for r in results})
    }
