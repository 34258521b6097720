"""Clocks that agree, and that do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from forms_app.config import Settings
from forms_app.doctor.clock import (
    LOST_LEASES,
    Skew,
    check_clock,
    is_kept,
    judge_skew,
    judge_step,
)
from forms_app.services.application import Application
from forms_app.store.models import FileRow
from tests.doctor.asking import by_name
from tests.factories import aligned_blank, make_batch, upload
from workers.app import LONG_LIMIT_S, celery
from workers.app import settings as worker_settings


@pytest.mark.postgres
@pytest.mark.redis
def test_servers_of_this_machine_agree_with_it(
    settings: Settings, postgres_url: str, redis_url: str
) -> None:
    asked = replace(settings, database_url=postgres_url, broker_url=redis_url)
    found = by_name(check_clock(asked))
    assert {"steady", "database", "broker"} <= set(found)
    assert found["database"].verdict == found["broker"].verdict == "ok"


@pytest.mark.parametrize(
    ("offset_s", "uncertainty_s", "verdict"),
    [
        (0.0, 0.01, "ok"),
        (-12.0, 0.01, "ok"),
        (13.0, 0.01, "warning"),
        (-60.0, 0.01, "warning"),
        (61.0, 0.01, "failed"),
        (-3600.0, 0.01, "failed"),
        # A slow answer proves nothing.
        (13.0, 5.0, "ok"),
    ],
)
def test_how_far_clocks_may_differ_follows_from_the_lease(
    offset_s: float, uncertainty_s: float, verdict: str
) -> None:
    found = judge_skew("database", Skew(offset_s, uncertainty_s), lease_seconds=120)
    assert found.verdict == verdict
    assert ("ahead of" in found.said) == (offset_s > 0)


def test_a_clock_that_jumps() -> None:
    assert judge_step(0.2, 0.21).verdict == "ok"
    found = judge_step(3600.2, 0.2)
    assert found.verdict == "failed" and "+3600.0 s" in found.said


def test_clocks_may_differ_by_what_the_longest_task_leaves_of_its_message() -> None:
    kept_s = celery.conf.broker_transport_options["visibility_timeout"]
    assert LOST_LEASES * worker_settings.lease_seconds == kept_s - LONG_LIMIT_S


def test_a_file_from_the_future(app: Application) -> None:
    upload(app, make_batch(app).id, aligned_blank())
    assert by_name(check_clock(app.settings))["past"].verdict == "ok"
    with app.session() as session:
        for file in session.scalars(select(FileRow)):
            file.created_at += timedelta(days=30)
    found = by_name(check_clock(app.settings))["past"]
    assert found.verdict == "failed" and "s in the future" in found.said


def test_the_kernel_is_asked_and_not_told() -> None:
    assert is_kept() in (True, False, None)
