"""What a confidence is worth: reliability, and the error of what each threshold accepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from forms_app.intervals import wilson_interval
from forms_app.reading.form_template import FieldKind
from forms_app.reading.policy import ReviewPolicy

BOUNDS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0001)
THRESHOLDS = (0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995)
REVIEWED = (0.15, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Judged:
    """One field: `is_grave` ones are reviewed whatever their confidence."""

    group: str
    kind: FieldKind
    confidence: float
    is_grave: bool
    is_right: bool


def print_report(judged: Sequence[Judged], policy: ReviewPolicy) -> None:
    """Reliability of written fields, then for each group what thresholds and review rates give."""
    written = [one for one in judged if one.group != "marks"]
    print(f"{len(written)} written fields, {_share(written):.1%} right\n")
    _reliability(written)
    groups = {"written": written}
    for name in sorted({one.group for one in judged}):
        groups[name] = [one for one in judged if one.group == name]
    print("\n| fields | threshold | accepted | wrong of them |\n|---|---|---|---|")
    for name, mine in groups.items():
        for threshold in THRESHOLDS:
            taken = [o for o in mine if not o.is_grave and o.confidence >= threshold]
            _row(name, f"{threshold}", taken, mine)
        taken = [o for o in mine if not o.is_grave and o.confidence >= policy.threshold(o.kind)]
        _row(name, "the policy", taken, mine)
    print("\n| fields | reviewed | accepted | wrong of them |\n|---|---|---|---|")
    for name, mine in groups.items():
        ranked = sorted(mine, key=lambda o: -o.confidence)
        for rate in REVIEWED:
            _row(name, f"{rate:.0%}", ranked[: len(ranked) - round(rate * len(ranked))], mine)


def _reliability(written: Sequence[Judged]) -> None:
    print("| said | was right | 95 % interval | fields |\n|---|---|---|---|")
    for low, high in pairwise(BOUNDS):
        here = [o for o in written if low <= o.confidence < high]
        if here:
            said = sum(o.confidence for o in here) / len(here)
            interval = wilson_interval(sum(o.is_right for o in here), len(here))
            low_end, high_end = (f"{100 * end:.1f}" for end in interval)
            print(f"| {said:.1%} | {_share(here):.1%} | {low_end}–{high_end} | {len(here):,} |")


def _row(name: str, what: str, taken: Sequence[Judged], of: Sequence[Judged]) -> None:
    wrong = sum(not one.is_right for one in taken)
    low, high = wilson_interval(wrong, len(taken))
    share = wrong / max(1, len(taken))
    print(
        f"| {name} | {what} | {len(taken) / max(1, len(of)):.1%} of {len(of):,} "
        f"| {wrong} ({share:.2%}, {low:.2%}–{high:.2%}) |"
    )


def _share(judged: Sequence[Judged]) -> float:
    return sum(one.is_right for one in judged) / max(1, len(judged))
