"""What the whole site has to show, looked up: numbers, and nothing that hides the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from forms_app import metrics
from forms_app.bootstrap import bootstrap
from forms_app.config import Settings
from forms_app.instruments import Looked
from forms_app.services import site_metrics
from forms_app.services.application import Application
from forms_app.services.site_metrics import SiteMetrics
from forms_app.store.states import PageState
from tests.factories import claim_and_die, let_time_pass, make_batch, make_pages, make_submission


def values(app: Application) -> dict[tuple[str, ...], float]:
    """Name without prefix and the labels' values → value."""
    return {
        (sample.name.removeprefix("fieldhand_"), *sample.labels.values()): sample.value
        for family in SiteMetrics(app).families()
        for sample in family.samples
    }


def test_what_waits_is_held_and_stuck(any_app: Application) -> None:
    batch_id = make_batch(any_app).id
    waiting = make_pages(any_app, batch_id, 3, name="a")
    make_pages(any_app, batch_id, 2, PageState.HELD, name="b")
    make_pages(any_app, batch_id, 1, PageState.FAILED, name="c")
    make_submission(any_app, batch_id, name="d")
    claim_and_die(any_app, waiting[0])
    found = values(any_app)
    assert found["rows_waiting", "align"] == 2
    assert found["rows_in_work", "align"] == 1
    assert found["rows_stuck", "align", "lease_lapsed"] == 0
    assert found["pages_held",] == 2
    assert found["rows_failed", "page"] == 1
    assert found["open_fields",] == 2
    assert found["batches",] == 1
    assert 0 <= found["oldest_waiting_age_seconds", "align"] < 600
    let_time_pass(any_app, minutes=60)
    found = values(any_app)
    assert found["rows_stuck", "align", "lease_lapsed"] == 1
    assert (found["rows_waiting", "align"], found["rows_in_work", "align"]) == (3, 0)


def test_disks_uploads_and_templates(app: Application) -> None:
    make_batch(app)
    found = values(app)
    free = {key[1]: value for key, value in found.items() if key[0] == "disk_free_bytes"}
    assert free
    assert all(0 < free[folder] <= found["disk_size_bytes", folder] for folder in free)
    assert found["uploads_unfinished",] == found["upload_backlog_bytes",] == 0
    assert ("template_info", "1", "Intake") in found


@pytest.mark.redis
def test_messages_of_a_real_broker(settings: Settings, redis_url: str) -> None:
    from forms_app import queues

    app = bootstrap(replace(settings, broker_url=redis_url))
    before = values(app)["queue_depth", queues.EXPORT]
    app.tasks.send(queues.BUILD_EXPORT, 1)
    found = values(app)
    app.close()
    assert found["queue_depth", queues.EXPORT] == before + 1
    assert found["up", "broker"] == 1


@pytest.mark.parametrize("error", [OSError("the disk is gone"), KeyError("a fault of ours")])
def test_figures_are_remembered_and_a_part_that_breaks_hides_no_other(
    app: Application, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    site = SiteMetrics(app)
    looks = 0

    def look(_app: Application):  # type: ignore[no-untyped-def]
        nonlocal looks
        looks += 1
        yield site_metrics.Sample(metrics.BATCHES, looks)

    def break_down(_app: Application):  # type: ignore[no-untyped-def]
        yield site_metrics.Sample(metrics.PAGES_HELD, 1)
        raise error

    parts = {"database": (look, 60.0), "files": (break_down, 0.0)}
    monkeypatch.setattr(site_metrics, "LOOKS", parts)
    with capture_logs() as logs:
        for _ in range(3):
            families = {family.name: family.samples for family in site.families()}
    assert looks == 1
    # Once, not each time that somebody asks; with a traceback where it is a fault of ours.
    (line,) = logs
    assert (line["part"], line["kind"]) == ("files", type(error).__name__)
    assert line["exc_info"] == isinstance(error, KeyError)
    assert [sample.value for sample in families["fieldhand_batches"]] == [1]
    # Half of an answer is none.
    assert families["fieldhand_pages_held"] == []
    up = {sample.labels["part"]: sample.value for sample in families["fieldhand_up"]}
    assert up == {"database": 1, "files": 0}


def test_every_declared_metric_has_its_family(app: Application) -> None:
    names = {family.name for family in SiteMetrics(app).families()}
    assert names == {item.full_name for item in metrics.ALL if isinstance(item, Looked)}
