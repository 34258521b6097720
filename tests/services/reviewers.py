"""Operators in review with connections of their own, and a ledger of who has what."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select, update

from forms_app.bootstrap import bootstrap
from forms_app.errors import ChangedMeanwhileError, HeldByAnotherError
from forms_app.services import review, seats
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.store.base import utc_now
from forms_app.store.models import (
    FieldLeaseRow,
    SubmissionFieldRow,
)
from forms_app.store.states import FieldState
from tests import factories
from tests.factories import reading

ALL_FLAGGED = (
    reading("surname", "MILLER", 0.5, needs_review=True),
    reading("number", "123456", 0.6, needs_review=True),
    reading("consent", True, 0.7, needs_review=True),
)
LIMIT_S = 60.0
WAIT_S = 0.02


class Ledger:
    """Who believes to have which field, as the people themselves would tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders: dict[ItemKey, Seat] = {}
        self.clashes: list[str] = []
        self.late: list[str] = []

    def handed(self, seat: Seat, keys: list[ItemKey]) -> None:
        with self._lock:
            for key in keys:
                other = self._holders.setdefault(key, seat)
                if other != seat:
                    self.clashes.append(f"{key} is with {other} and {seat}")

    def give_back(self, seat: Seat, key: ItemKey | None = None) -> list[ItemKey]:
        """Before the server is told: afterwards others may have it at once."""
        with self._lock:
            mine = [k for k, holder in self._holders.items() if holder == seat]
            gone = [k for k in mine if key in (None, k)]
            for each in gone:
                del self._holders[each]
            return gone


class Operator:
    """Somebody who works as people do: decides, passes over, leaves, and goes silent."""

    def __init__(self, app: Application, scope: Scope, number: int, ledger: Ledger) -> None:
        self.app, self.scope, self.ledger = app, scope, ledger
        self.chance = random.Random(number)
        self.seat = Seat(scope.user_id, f"window-{number}")
        self.decided = 0

    def work(self) -> int:
        """Until nothing waits any more; returns how many fields were decided."""
        deadline = time.monotonic() + LIMIT_S
        after: ItemKey | None = None
        while time.monotonic() < deadline:
            handed = hand_out(self.app, self.scope, self.seat, after, self.chance.randint(1, 20))
            keys = [item.key for item in handed.items]
            self.ledger.handed(self.seat, keys)
            if not keys:
                if not handed.with_others and self._is_done():
                    return self.decided
                time.sleep(WAIT_S)
                continue
            after = self._do_something(keys)
        raise AssertionError(f"{self.seat} was never done")

    def _do_something(self, keys: list[ItemKey]) -> ItemKey | None:
        what = self.chance.random()
        if what < 0.06:
            self.ledger.give_back(self.seat)
            seats.leave(self.app, self.seat)
            return None
        if what < 0.12:
            self._fall_silent()
            return None
        for key in keys[: self.chance.randint(1, 3)]:
            self._decide(key)
        return keys[-1]

    def _decide(self, key: ItemKey) -> None:
        self.ledger.give_back(self.seat, key)
        review.decide(self.app, *key, "confirm", user_id=self.seat.user_id, seat=self.seat, seen=0)
        self.decided += 1

    def _fall_silent(self) -> None:
        """Until the leases have lapsed; then decide one of the fields all the same."""
        held = self.ledger.give_back(self.seat)
        make_lapse(self.app, self.seat)
        time.sleep(self.chance.random() * 2 * WAIT_S)
        for key in held[:1]:
            try:
                self._decide(key)
                self.ledger.late.append("accepted")
            except (HeldByAnotherError, ChangedMeanwhileError) as error:
                self.ledger.late.append(error.code)
        # What others did not take is asked for anew.
        seats.leave(self.app, self.seat)

    def _is_done(self) -> bool:
        with self.app.session() as session:
            waiting = select(func.count()).where(SubmissionFieldRow.state == FieldState.OPEN)
            return session.scalar(waiting) == 0


@contextmanager
def colleagues(app: Application, count: int) -> Iterator[list[Application]]:
    """The application as other processes have it: with connections of their own."""
    others = [bootstrap(app.settings) for _ in range(count)]
    try:
        yield others
    finally:
        for other in others:
            other.close()


def make_lapse(app: Application, seat: Seat) -> None:
    """The seat was not heard of for longer than its leases last."""
    with app.session() as session:
        session.execute(
            update(FieldLeaseRow)
            .where(FieldLeaseRow.user_id == seat.user_id, FieldLeaseRow.window == seat.window)
            .values(expires_at=utc_now() - timedelta(seconds=1))
        )


def make_work(app: Application, forms: int) -> int:
    """A batch of which every field waits; returns its id."""
    batch = factories.make_batch(app)
    for number in range(forms):
        factories.make_submission(app, batch.id, ALL_FLAGGED, f"scan-{number}.png")
    return batch.id
