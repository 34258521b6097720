"""How the confidence is fitted and reported: signs, held-out forms, what a threshold accepts."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.confidence_report import Judged, print_report
from benchmarks.field_confidence import SIGNS, Observation, fit, held_out
from forms_app.reading.calibration import FEATURE_NAMES, Features
from forms_app.reading.form_template import FieldKind, Layout
from forms_app.reading.policy import policy_for


def observations(count: int, misleading: str = "") -> list[Observation]:
    """Fields that are right where their value is likely; one feature may point the wrong way."""
    rng = np.random.default_rng(4)
    found = []
    for number in range(count):
        drawn = dict(zip(FEATURE_NAMES, rng.normal(0, 1, len(FEATURE_NAMES)), strict=True))
        is_right = bool(drawn["value_log_odds"] + rng.normal(0, 0.5) > 0)
        if misleading:
            drawn[misleading] = -SIGNS[misleading] * (1.0 if is_right else -1.0)
        layout = list(Layout)[number % 2]
        kind, group = FieldKind.DIGITS, f"digits, {layout}"
        found.append(
            Observation(number // 4, group, kind, layout, Features(**drawn), 0.5, False, is_right)
        )
    return found


@pytest.mark.parametrize("misleading", ["stray_ink", "smallest", "rivals"])
def test_doubt_never_raises_the_confidence(misleading: str) -> None:
    seen = observations(400, misleading)
    features = np.array([[getattr(o.features, name) for name in FEATURE_NAMES] for o in seen])
    weights = dict(
        zip(FEATURE_NAMES, fit(features, np.array([o.is_right for o in seen]))[1:], strict=True)
    )
    assert weights[misleading] == 0 and weights["value_log_odds"] > 0.5
    assert all(sign * weights[name] >= 0 for name, sign in SIGNS.items())


def test_held_out_confidence_tells_right_from_wrong() -> None:
    seen = observations(400)
    judged = held_out(seen)
    right = [j.confidence for j in judged if j.is_right]
    wrong = [j.confidence for j in judged if not j.is_right]
    assert np.mean(right) > 0.7 > 0.3 > np.mean(wrong)
    assert held_out(seen) == judged


def test_the_report_counts_what_a_threshold_accepts(capsys: pytest.CaptureFixture[str]) -> None:
    def field(confidence: float, is_grave: bool, is_right: bool) -> Judged:
        return Judged("digits, comb", FieldKind.DIGITS, confidence, is_grave, is_right)

    judged = [field(0.99, False, True)] * 6 + [field(0.99, True, False), field(0.985, False, False)]
    print_report([*judged, field(0.3, False, False), field(0.3, False, True)], policy_for(0.98))
    said = capsys.readouterr().out
    assert "| digits, comb | 0.985 | 70.0% of 10 | 1 (14.29%, 2.57%–51.31%) |" in said
    assert "| digits, comb | 0.99 | 60.0% of 10 | 0 (0.00%, 0.00%–39.03%) |" in said
    assert "| digits, comb | the policy | 70.0% of 10 | 1 " in said
