"""Clocks: this machine's against those of database and broker. Time zones do not matter.

Leases run by the database's clock, but workers take messages for lost by their own: after six
leases, while the longest task may last five and a half. Machines that disagree by more than the
half that is left do such a task twice. Long before, times that people and logs tell are wrong.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from forms_app.config import Settings
from forms_app.doctor.database import existing_engine
from forms_app.doctor.findings import Finding, Group
from forms_app.errors import BrokerUnavailableError
from forms_app.services.broker_state import broker_channel
from forms_app.store.models import FileRow

CLOCK = Group("clock")
AWRY_LEASES, LOST_LEASES = 0.1, 0.5
"""So many times `lease_seconds` clocks may differ without a warning, and without harm."""
WATCHED_S = 0.2
STEP_S = 0.1
TIME_ERROR = 5
"""What adjtimex answers when nothing keeps the clock right."""
KEEP_TIME = "Let a time service (chrony, systemd-timesyncd) keep the clocks of all machines."


@dataclass(frozen=True, slots=True)
class Skew:
    """Another clock minus ours, in seconds; it may be wrong by `uncertainty_s`, half the way."""

    offset_s: float
    uncertainty_s: float

    @property
    def at_least_s(self) -> float:
        """By so much the clocks differ for sure."""
        return max(0.0, abs(self.offset_s) - self.uncertainty_s)


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Compares with every clock that can be asked; silent servers are told of elsewhere.

    Whether a time service runs matters only where several machines share the work.
    """
    yield judge_step(*_watched())
    if not settings.database_url.startswith("sqlite") and is_kept() is False:
        yield CLOCK.warning("kept", "Nothing keeps this machine's clock right.", KEEP_TIME)
    yield from _beside_database(settings)
    yield from _beside_broker(settings)


def judge_skew(other: str, skew: Skew, lease_seconds: int) -> Finding:
    """Whether two clocks agree well enough.

    Args:
        other: Whose clock it is, a word.
        skew: How far it is ahead of ours.
        lease_seconds: The setting of that name.
    """
    away = "ahead of" if skew.offset_s > 0 else "behind"
    said = f"The clock of the {other} is {abs(skew.offset_s):.1f} s {away} this machine's."
    if skew.at_least_s <= AWRY_LEASES * lease_seconds:
        return CLOCK.ok(other, said)
    if skew.at_least_s <= LOST_LEASES * lease_seconds:
        return CLOCK.warning(other, said, f"Times of records and logs are wrong. {KEEP_TIME}")
    return CLOCK.failed(other, said, f"Long tasks are taken for lost and done twice. {KEEP_TIME}")


def judge_step(wall_s: float, steady_s: float) -> Finding:
    """Whether the clock was set meanwhile: `wall_s` passed on it, `steady_s` in truth."""
    if abs(wall_s - steady_s) <= STEP_S:
        return CLOCK.ok("steady", "The clock runs evenly.")
    return CLOCK.failed(
        "steady",
        f"The clock jumped by {wall_s - steady_s:+.1f} s while it was watched.",
        KEEP_TIME,
    )


def judge_newest(newest: datetime, now: datetime, lease_seconds: int) -> Finding:
    """Whether something that is stored was stored in the future."""
    ahead_s = (newest - now).total_seconds()
    if ahead_s <= AWRY_LEASES * lease_seconds:
        return CLOCK.ok("past", "Nothing that is stored lies in the future.")
    return CLOCK.failed(
        "past",
        f"The newest file was stored {ahead_s:,.0f} s in the future: this clock is behind, or one "
        "was ahead.",
        f"Set the clock. {KEEP_TIME}",
    )


def is_kept() -> bool | None:
    """Whether the kernel believes that a time service keeps its clock; None where it cannot say."""
    if sys.platform != "linux":
        return None
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    # A zeroed struct timex asks and sets nothing; 512 bytes are more than any has.
    state = adjtimex(ctypes.create_string_buffer(512)) if adjtimex else -1
    return None if state < 0 else state != TIME_ERROR


def _watched() -> tuple[float, float]:
    wall, steady = time.time(), time.monotonic()
    time.sleep(WATCHED_S)
    return time.time() - wall, time.monotonic() - steady


def _skew(ask: Callable[[], float]) -> Skew:
    before = time.time()
    other = ask()
    after = time.time()
    return Skew(other - (before + after) / 2, (after - before) / 2)


def _beside_database(settings: Settings) -> Iterator[Finding]:
    engine = existing_engine(settings)
    if engine is None:
        return
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                question = text("SELECT extract(epoch FROM clock_timestamp())")
                connection.scalar(question)  # The first answer waits for the connection's start.
                skew = _skew(lambda: float(connection.scalar(question) or 0))
                yield judge_skew("database", skew, settings.lease_seconds)
            newest = connection.scalar(
                select(FileRow.created_at).order_by(FileRow.id.desc()).limit(1)
            )
            if newest is not None:
                yield judge_newest(newest, datetime.now(UTC), settings.lease_seconds)
    except SQLAlchemyError:
        return
    finally:
        engine.dispose()


def _beside_broker(settings: Settings) -> Iterator[Finding]:
    try:
        with broker_channel(settings.broker_url) as channel:
            channel.client.ping()
            skew = _skew(lambda: _seconds(*channel.client.time()))
    except BrokerUnavailableError:
        return
    yield judge_skew("broker", skew, settings.lease_seconds)


def _seconds(seconds: int, microseconds: int) -> float:
    return seconds + microseconds / 1e6
