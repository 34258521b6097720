"""When a delivery that failed is tried again, and how long its endpoint is left alone."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST_S = 10.0
TIMES = 3.0
MOST = timedelta(hours=4)
# One poisonous event must not keep an endpoint from the others for hours.
LONGEST_PAUSE = timedelta(minutes=5)
SPREAD = 0.2


def delay_after(attempts: int) -> timedelta:
    """10 s, 30 s, 90 s … 4 h after so many failures in a row, a fifth more or less by chance, so
    that what failed together does not come back together."""
    # Beyond twenty it is the longest anyway, and the power soon no number any more.
    seconds = FIRST_S * TIMES ** (min(attempts, 20) - 1)
    spread = random.uniform(1 - SPREAD, 1 + SPREAD)  # nosec B311  # it guards nothing
    return min(timedelta(seconds=seconds), MOST) * spread


def pause_after(failures: int) -> timedelta:
    """So long nothing at all is sent to an endpoint that failed so often in a row."""
    return min(delay_after(failures), LONGEST_PAUSE)
