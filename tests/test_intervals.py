"""Wilson intervals against published values."""

import pytest

from forms_app.intervals import wilson_interval


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # Newcombe 1998, Statistics in Medicine 17, table I and its method
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (10, 10, 0.7225, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_published_values(right, n, low, high):
    assert wilson_interval(right, n) == pytest.approx((low, high), abs=5e-5)


def test_more_samples_narrow_it():
    small, large = wilson_interval(99, 100), wilson_interval(9900, 10000)
    assert large[1] - large[0] < small[1] - small[0]
    assert small[0] < 0.99 < small[1]
