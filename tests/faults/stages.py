"""Catching a worker in a stage for certain: it is held up there by the database, or frozen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, exists, func, select, text

from forms_app.store.claims import LeasedRow
from forms_app.store.models import PageRow
from forms_app.store.states import PageState
from tests.faults.processes import Part
from tests.faults.site import Site
from tests.serving import wait_until

CAUGHT_LIMIT_S = 60.0
WRITING, ALL_USE = "SHARE", "ACCESS EXCLUSIVE"


@contextmanager
def held_up(site: Site, table: str, what: str = WRITING) -> Iterator[None]:
    """Whoever writes to (or uses) the table waits, with a transaction open, until the end."""
    with site.app.engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN {what} MODE"))
        yield
        connection.rollback()


def wait_until_held_up(site: Site, statement: str) -> None:
    """Until a process waits in a statement that begins so."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE :begin"
    )

    def is_there() -> bool:
        with site.app.session() as session:
            return bool(session.scalar(query, {"begin": f"{statement}%"}))

    wait_until(is_there, CAUGHT_LIMIT_S, f"a worker in {statement}")


def wait_until_leased(site: Site, kind: LeasedRow, *conditions: ColumnElement[bool]) -> None:
    """Until such a row is being worked on."""
    wait_until(lambda: _is_leased(site, kind, *conditions), CAUGHT_LIMIT_S, f"a lease on {kind}")


@contextmanager
def frozen_while_aligning(site: Site, part: Part) -> Iterator[None]:
    """A worker stands still in the middle of aligning, as the rows say, inside the block."""
    end = time.monotonic() + CAUGHT_LIMIT_S
    while True:
        assert time.monotonic() < end, f"{part.name} was never seen aligning"
        with part.frozen():
            if _is_leased(site, PageRow, PageRow.state == PageState.PENDING):
                yield
                return
        time.sleep(0.02)


def _is_leased(site: Site, kind: LeasedRow, *conditions: ColumnElement[bool]) -> bool:
    with site.app.session() as session:
        leased = exists().where(kind.lease_until > func.now(), *conditions)
        return bool(session.scalar(select(leased)))
