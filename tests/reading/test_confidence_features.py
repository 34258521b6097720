"""A reading and its evidence as the calibration sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forms_app.reading.confidence_features import features_of, forced_share, shape_probability
from forms_app.reading.decoding import decode
from forms_app.reading.form_template import Case
from forms_app.reading.geometry import Box
from forms_app.reading.types import CharacterReading
from tests.reading.made_fields import CHARSET, CLEAN, comb, comb_field, likely, sure


def test_a_reading_is_forced_where_the_ink_says_otherwise() -> None:
    field = comb_field("text", values=("SMITH",), case=Case.UPPER)
    log_p = likely({"S": 0.99}, {"M": 0.99}, {"Y": 0.6, "I": 0.39}, {"T": 0.99}, {"H": 0.99})
    decoded = decode(field, comb("xxxxx"), log_p, CHARSET)
    assert forced_share(field, decoded) == pytest.approx(0.2)
    assert forced_share(field, replace(decoded, unconstrained="5m1th")) == 0


def test_a_shape_is_sure_where_the_place_says_letter_or_digit() -> None:
    ring = CharacterReading("O", 0.4, (("0", 0.55), ("Q", 0.03)))
    assert shape_probability(comb_field("text"), ring) == 0.4
    patterned = comb_field("text", pattern="[A-Z]{2}[0-9]")
    assert shape_probability(patterned, ring) == pytest.approx(0.95)


def test_features_are_finite_whatever_was_read() -> None:
    field, segmentation = comb_field("digits"), comb("x")
    for log_p in (sure("7", 1.0), likely({"7": 1e-4, "reject": 0.999})):
        decoded = decode(field, segmentation, log_p, CHARSET)
        features = features_of(field, decoded, replace(CLEAN, residual_px=None))
        numbers = [getattr(features, name) for name in features.__slots__]
        assert np.isfinite(numbers).all() and max(map(abs, numbers)) < 20


def test_a_small_character_and_likely_rivals_of_the_same_length_are_seen() -> None:
    field = comb_field("digits")
    decoded = decode(field, comb("xxx"), likely({"1": 0.6, "7": 0.39}, {"2": 1}, {"3": 1}), CHARSET)
    comma = replace(decoded.characters[1], box=Box(60, 40, 8, 11))
    with_comma = replace(decoded, characters=(decoded.characters[0], comma, decoded.characters[2]))
    assert features_of(field, decoded, CLEAN).smallest == 1
    assert features_of(field, with_comma, CLEAN).smallest == pytest.approx(11 / 44)
    clear = decode(field, comb("xxx"), sure("123", 1.0), CHARSET)
    near, none = features_of(field, decoded, CLEAN).rivals, features_of(field, clear, CLEAN).rivals
    assert near == pytest.approx(np.log(0.39), abs=0.1) and none < -6
