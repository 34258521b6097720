"""The calibration of confidence: the shipped one, and what a file of one must hold."""

from __future__ import annotations

import pytest

from forms_app.reading import calibration
from forms_app.reading.calibration import Features, parse_calibration, shipped_calibration
from forms_app.reading.form_template import Layout


@pytest.mark.parametrize("layout", list(Layout))
def test_the_shipped_calibration_is_monotone(layout: Layout) -> None:
    weights = shipped_calibration().regressions[layout].weights
    signs = dict(zip(calibration.FEATURE_NAMES, weights, strict=True))
    assert signs["value_log_odds"] > 0 and signs["weakest_log_odds"] >= 0
    assert signs["margin"] >= 0 and signs["forced"] <= 0
    assert signs["stray_ink"] <= 0 and signs["residual_px"] <= 0
    assert signs["rivals"] <= 0 and signs["smallest"] >= 0


def test_a_calibration_never_claims_more_than_its_ceiling() -> None:
    shipped = shipped_calibration()
    best = Features(9.2, 9.0, 9.2, 0.0, 0.0, 0.0, 0.0, -11.5, 1.0)
    for layout in Layout:
        assert shipped.confidence(best, layout) <= shipped.ceiling < 1


def test_combs_and_lines_have_weights_of_their_own() -> None:
    flat = {"weights": dict.fromkeys(calibration.FEATURE_NAMES, 0)}
    data = {"comb": flat | {"bias": 0}, "line": flat | {"bias": 2}, "ceiling": 0.99}
    found = parse_calibration(data)
    nothing = Features(*(0.0 for _ in calibration.FEATURE_NAMES))
    assert found.confidence(nothing, Layout.COMB) == 0.5
    assert found.confidence(nothing, Layout.LINE) == pytest.approx(0.8808, abs=1e-4)


@pytest.mark.parametrize(
    "comb_part",
    [
        {"bias": 0, "weights": {"unknown": 1}},
        {"bias": "high", "weights": dict.fromkeys(calibration.FEATURE_NAMES, 0)},
        None,
    ],
)
def test_a_damaged_calibration_is_refused(comb_part: object) -> None:
    whole = {"bias": 0, "weights": dict.fromkeys(calibration.FEATURE_NAMES, 0)}
    with pytest.raises((ValueError, TypeError)):
        parse_calibration({"comb": comb_part, "line": whole, "ceiling": 1})
