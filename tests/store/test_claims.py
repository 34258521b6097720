"""Claims by several processes at once: every page once, none twice, none left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Interval, func, literal, update
from sqlalchemy.orm import Session

from forms_app.errors import LeaseLostError
from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.claims import (
    Lease,
    claim_one,
    claim_pages_to_read,
    free_until_later_than,
    hold,
    release,
    renew,
)
from forms_app.store.database_clock import database_now
from forms_app.store.models import PageRow, SubmissionRow
from forms_app.store.states import PageState
from tests import factories
from tests.faults.clocks import Clock

# A worker as another process has it: its own engine, claiming until nothing is left.
WORKER = """
import sys
from forms_app.store.claims import claim_pages_to_read
from forms_app.store.engine import make_engine, make_sessions, session_scope
engine = make_engine(sys.argv[1])
sessions = make_sessions(engine)
while True:
    with session_scope(sessions) as session:
        claimed = claim_pages_to_read(session, 7, 300, 3)
    if not claimed:
        break
    print(*(lease.row_id for lease in claimed))
engine.dispose()
"""


def _make_readable(app: Application, count: int) -> list[int]:
    batch = factories.make_batch(app)
    pages = factories.make_pages(app, batch.id, count, PageState.ALIGNED)
    with app.session() as session:
        for number, page_id in enumerate(pages, start=1):
            page = session.get_one(PageRow, page_id)
            submission = SubmissionRow(file_id=page.file_id, batch_id=batch.id, number=number)
            session.add(submission)
            session.flush()
            page.submission_id, page.template_page = submission.id, 1
    return pages


def _claim(session: Session, limit: int) -> list[int]:
    return [lease.row_id for lease in claim_pages_to_read(session, limit, 300, 3)]


def test_processes_never_claim_the_same_page(any_app: Application) -> None:
    pages = _make_readable(any_app, 200)
    url = any_app.engine.url.render_as_string(hide_password=False)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = [worker.communicate(timeout=60) for worker in workers]
    assert [error for _, error in answers] == [""] * 3
    claimed = Counter(int(page_id) for out, _ in answers for page_id in out.split())
    assert sorted(claimed) == pages
    assert set(claimed.values()) == {1}


def test_a_claim_takes_no_more_than_its_limit(any_app: Application) -> None:
    pages = _make_readable(any_app, 5)
    with any_app.session() as session:
        assert _claim(session, 3) == pages[:3]
    with any_app.session() as session:
        assert _claim(session, 3) == pages[3:]
    with any_app.session() as session:
        assert _claim(session, 3) == []


def test_pages_without_a_submission_are_not_read(any_app: Application) -> None:
    factories.make_pages(any_app, factories.make_batch(any_app).id, 2, PageState.ALIGNED)
    with any_app.session() as session:
        assert claim_pages_to_read(session, 8, 300, 3) == []


def test_a_lapsed_lease_is_free_again_but_the_attempt_counts(any_app: Application) -> None:
    pages = _make_readable(any_app, 3)
    for attempt in range(3):
        with any_app.session() as session:
            # After the first attempt each page is claimed alone.
            limit = len(pages) if attempt == 0 else 1
            assert len(claim_pages_to_read(session, 8, 300, 3)) == limit
            session.execute(update(PageRow).values(lease_until=utc_now() - timedelta(seconds=1)))
            session.execute(update(PageRow).values(attempts=attempt + 1))
    with any_app.session() as session:
        assert claim_pages_to_read(session, 8, 300, 3) == []


def test_a_page_given_back_uncounted_can_be_claimed_for_ever(any_app: Application) -> None:
    [page_id] = factories.make_pages(any_app, factories.make_batch(any_app).id, 1)
    for _ in range(5):
        with any_app.session() as session:
            lease = claim_one(session, PageRow, page_id, PageState.PENDING, 300, 2)
        assert lease is not None
        with any_app.session() as session:
            assert claim_one(session, PageRow, page_id, PageState.PENDING, 300, 2) is None
            release(session, lease, counted=False)


def test_a_lapsed_lease_is_worth_nothing_once_another_has_the_page(any_app: Application) -> None:
    [page_id] = factories.make_pages(any_app, factories.make_batch(any_app).id, 1)
    with any_app.session() as session:
        first = claim_one(session, PageRow, page_id, PageState.PENDING, 0, 3)
    with any_app.session() as session:
        second = claim_one(session, PageRow, page_id, PageState.PENDING, 300, 3)
    assert first is not None and second is not None
    with any_app.session() as session, pytest.raises(LeaseLostError):
        hold(session, first)
    with any_app.session() as session:
        release(session, first, counted=True)
        second = renew(session, second, 300)
    with any_app.session() as session:
        hold(session, second)
        assert session.get_one(PageRow, page_id).lease_until == second.until


def test_what_a_process_thinks_the_time_is_does_not_matter(
    any_app: Application, tmp_path: Path
) -> None:
    pages = _make_readable(any_app, 3)
    url = any_app.engine.url.render_as_string(hide_password=False)
    for hours in (-1, 1):
        clock = Clock(tmp_path / "clock")
        clock.be_wrong_by(timedelta(hours=hours))
        done = subprocess.run(
            [sys.executable, "-c", WORKER, url],
            env=os.environ | clock.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        # The first took all; what it has is neither lapsed nor to be had for the second.
        assert done.stdout.split() == ([str(page) for page in pages] if hours < 0 else [])
    with any_app.session() as session:
        assert _claim(session, 3) == []


def test_leases_from_before_the_clock_was_set_back_are_freed(any_app: Application) -> None:
    far, near = _make_readable(any_app, 2)
    with any_app.session() as session:
        _claim(session, 2)
        later = PageRow.lease_until + literal(timedelta(hours=1), Interval)
        if any_app.engine.dialect.name == "sqlite":
            later = func.strftime("%Y-%m-%d %H:%M:%f000", PageRow.lease_until, "+1 hour")
        session.execute(update(PageRow).where(PageRow.id == far).values(lease_until=later))
    with any_app.session() as session:
        moment = database_now(session) + timedelta(minutes=30)
        assert free_until_later_than(session, PageRow, moment) == 1
    with any_app.session() as session:
        assert _claim(session, 2) == [far]
        assert session.get_one(PageRow, far).attempts == session.get_one(PageRow, near).attempts


def test_a_lease_is_half_over_by_a_stop_watch() -> None:
    lease = Lease(PageRow, 1, utc_now(), taken_s=time.monotonic() - 40)
    assert lease.is_half_over(60) and not lease.is_half_over(120)


def test_the_databases_time_is_this_machines(any_app: Application) -> None:
    with any_app.session() as session:
        assert abs(database_now(session) - utc_now()) < timedelta(minutes=1)
