"""What operators and networks do to a site that works: restarts, upgrades, clocks, messages."""

from __future__ import annotations

import random
from datetime import timedelta

import redis
from sqlalchemy import Interval, literal, update

from forms_app.queues import ALL_QUEUES
from forms_app.services.sweeping import LEASED
from forms_app.store.states import PageState
from tests.faults.fault import LIMIT_S, Fault
from tests.faults.next_migration import migrated_further
from tests.faults.site import Site
from tests.faults.stages import frozen_while_aligning
from tests.faults.trial import Trial
from tests.serving import wait_until

SEEN_LIMIT_S = 60.0
HOUR = timedelta(hours=1)
COPIES = 3


def messages_come_again(trial: Trial) -> None:
    """All queued messages three times, in no order; later once more, when their work is done."""
    site, messages = trial.site, Messages(trial.site)
    with site.read.frozen():
        with site.pages.frozen():
            trial.upload()
            trial.wait_until_sent()
            messages.multiply()
        wait_until(
            lambda: trial.count_pages(PageState.ALIGNED) == trial.forms,
            SEEN_LIMIT_S,
            "all pages aligned",
        )
        messages.multiply()
    trial.fault_is_over()
    trial.wait_until_finished(LIMIT_S)
    messages.send_all_again()
    wait_until(messages.are_gone, SEEN_LIMIT_S, "all messages taken")


def clocks_are_wrong(trial: Trial) -> None:
    """Another machine works beside this one, an hour ahead, then an hour behind, and its clock is
    that of the sweeper's messages; then the queues are lost too."""
    site = trial.site
    site.elsewhere.restart()
    try:
        site.clock.be_wrong_by(HOUR)
        trial.upload()
        trial.wait_until_in_the_middle()
        site.clock.be_wrong_by(-HOUR)
        trial.upload(1)
        trial.wait_until_sent()
        Messages(site).lose_all()
        trial.fault_is_over()
        trial.wait_until_finished(LIMIT_S)
    finally:
        site.clock.be_wrong_by(timedelta(0))
        site.elsewhere.stop()


def database_clock_goes_back(trial: Trial) -> None:
    """All that the database has dated is an hour in its future, and a worker has died with it."""
    site = trial.site
    trial.upload()
    with frozen_while_aligning(site, site.pages):
        site.pages.kill()
    with site.app.session() as session:
        for kind in LEASED:
            session.execute(
                update(kind).values(
                    lease_until=kind.lease_until + literal(HOUR, Interval),
                    changed_at=kind.changed_at + literal(HOUR, Interval),
                )
            )
    site.pages.restart()


def rolling_restart(trial: Trial) -> None:
    """Each part in turn is asked to end and started again, while files come in."""
    for part in (trial.site.pages, trial.site.read, trial.site.web):
        trial.upload()
        status = part.stop()
        assert status == 0, f"{part.name} ended with {status}"
        part.restart()


def migration_under_load(trial: Trial) -> None:
    """The busiest tables get a column and an index, and lose them, while files come in."""
    trial.upload()
    trial.wait_until_in_the_middle()
    with migrated_further(trial.site.app.engine):
        trial.upload(1)
        trial.wait_until_sent()


class Messages:
    """The messages of a site, by the back door of its broker."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._client = redis.Redis(unix_socket_path=str(site.settings.broker_socket))
        self._seen: list[tuple[str, bytes]] = []

    def multiply(self) -> None:
        """Those that wait are there three times, in no order."""
        for queue in ALL_QUEUES:
            waiting = self._client.lrange(queue, 0, -1)
            self._seen += [(queue, message) for message in waiting]
            copies = waiting * (COPIES - 1)
            if copies:
                self._client.lpush(queue, *copies)
                everything = self._client.lrange(queue, 0, -1)
                random.shuffle(everything)
                self._client.pipeline().delete(queue).rpush(queue, *everything).execute()

    def send_all_again(self) -> None:
        """Every message that was ever multiplied, once more."""
        assert self._seen
        for queue, message in self._seen:
            self._client.lpush(queue, message)

    def are_gone(self) -> bool:
        """Whether none waits."""
        return not any(self._client.llen(queue) for queue in ALL_QUEUES)

    def lose_all(self) -> None:
        """None was ever sent."""
        self._client.flushall()


ROUGH_HANDLING = (
    Fault("messages doubled", "every message three times, in no order, and again when done",
          LIMIT_S, messages_come_again),
    Fault("clock wrong", "another machine an hour ahead, then behind; the queues lost",
          LIMIT_S, clocks_are_wrong),
    Fault("rolling restart", "SIGTERM to part after part while files come in", LIMIT_S,
          rolling_restart),
    Fault("migration", "columns and indexes added and dropped while files come in", LIMIT_S,
          migration_under_load),
)  # fmt: skip
CLOCK_BACK = Fault(
    "database clock back",
    "set back by an hour, a worker killed just before",
    LIMIT_S,
    database_clock_goes_back,
)
