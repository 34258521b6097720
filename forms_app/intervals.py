"""Confidence intervals of shares."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054


def wilson_interval(right: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a share (Wilson 1927).

    Args:
        right: number of successes, 0..n.
        n: number of trials.
        z: quantile of the normal distribution; 1.96 gives 95 %.

    Returns:
        Lower and upper bound, 0..1; (0, 1) when n is 0.
    """
    if not n:
        return 0.0, 1.0
    share, z2 = right / n, z * z
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
