"""The moments that deliveries stand for: a file's name follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from forms_app.store.states import Rhythm

STEPS = {Rhythm.HOUR: timedelta(hours=1), Rhythm.DAY: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Slot:
    """What a file of that moment (UTC) is called, and when the next one begins."""

    name: str
    next_at: datetime


def slot_at(rhythm: Rhythm, now: datetime) -> Slot:
    """The hour or day that has begun last; those that were missed before are not made up for, as
    each holds all that there is."""
    start = now.replace(minute=0, second=0, microsecond=0)
    if rhythm is Rhythm.DAY:
        start = start.replace(hour=0)
    name = f"{start:%Y-%m-%d}" if rhythm is Rhythm.DAY else f"{start:%Y-%m-%dT%HZ}"
    return Slot(name, start + STEPS[rhythm])


def slot_by_hand(now: datetime) -> str:
    """For a delivery that somebody asks for beside its rhythm."""
    return f"{now:%Y-%m-%dT%H%M%SZ}"
