"""A running site as Prometheus and a log collector see it, and what operators are handed for it.

One real `fieldhand serve` reads one file: nothing below is about names that exist on paper only.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from forms_app import metrics, queues
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, exports
from tests.deploy.browser import Browser
from tests.faults.sheets import FIELDS, publish_form, scanned_file
from tests.monitoring import NAME, panels, rules
from tests.servers import free_port
from tests.serving import Serve, wait_until

SERIALS = range(748_301, 748_303)
PERSON = "Mustermann"
REQUEST_ID = "from-the-browser-1"
# A histogram's samples.
SUFFIX = re.compile(r"_(bucket|sum|count)$")
LIMIT_S = 90.0
# Only where a GPU is asked for, or something fails or is taken up by people.
SILENT = {
    metrics.DECISIONS,
    metrics.SEND_FAILURES,
    metrics.SWEEP_RESENT,
    # Nobody listens.
    metrics.WEBHOOK_SECONDS,
    metrics.REGISTRATION_FAILURES,
    metrics.ENGINE_FALLBACKS,
    metrics.GPU_AVAILABLE,
    metrics.GPU_MEMORY,
    metrics.CONFIDENCE_MEAN,
    metrics.REVIEW_RATE,
    metrics.DRIFT_FORMS,
    metrics.DRIFT_Z,
    # No folder is watched.
    metrics.SOURCE_BACKLOG,
    metrics.SOURCE_STATE,
}


@dataclass(frozen=True)
class Seen:
    """What was seen of the site while it ran."""

    families: dict[str, Metric]
    of_workers: dict[str, Metric]
    logs: dict[str, str]
    statuses: dict[str, int]
    ids: dict[str, int]

    def value(self, metric: Any, **labels: str) -> float:
        """A sample's; a histogram's count."""
        name = metric.full_name + ("_count" if metric.kind == "histogram" else "")
        family = self.families[metric.full_name.removesuffix("_total")]
        (found,) = [s.value for s in family.samples if (s.name, s.labels) == (name, labels)]
        return found

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Lines of that event, from every process."""
        read = (
            json.loads(line)
            for log in self.logs.values()
            for line in log.splitlines()
            if line.startswith("{")
        )
        return [line for line in read if line["event"] == event]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    data_dir, port = tmp_path_factory.mktemp("data"), free_port()
    loud = {"log_format": "json", "log_level": "debug", "metrics_port": port, "sweep_seconds": 1}
    with Serve(data_dir, workers=1, **loud) as serve:
        ids = read_a_file(serve)
        statuses = look_around(serve.url, ids)
        # What is looked up is remembered for some seconds: nobody has asked before.
        families = scraped(f"{serve.url}/metrics")
        of_workers = scraped(f"http://127.0.0.1:{port}/metrics")
    logs = {path.stem: path.read_text("utf-8") for path in (data_dir / "logs").iterdir()}
    yield Seen(families, of_workers, logs, statuses, ids)


def read_a_file(serve: Serve) -> dict[str, int]:
    """Upload with a browser whose requests have an id, and export; the ids of what came of it."""
    app = bootstrap(load_settings({}, data_dir=serve.data_dir))
    batch_id = batches.create_batch(app, publish_form(app), "March").id
    browser = Browser(serve.url, {"X-Request-ID": REQUEST_ID})
    browser.upload(f"/batches/{batch_id}/files", f"{PERSON}.tif", scanned_file(SERIALS))
    wait_until(
        lambda: batches.get_batch(app, batch_id).summary.pages_read == len(SERIALS),
        LIMIT_S,
        "all pages read",
    )
    (file,) = batches.get_batch(app, batch_id).files
    browser.post(f"/batches/{batch_id}/export", format="csv")
    (export,) = exports.list_exports(app, batch_id)
    wait_until(lambda: exports.get_export(app, export.id).state == "done", LIMIT_S, "the export")
    app.close()
    return {"batch_id": batch_id, "file_id": file.id, "export_id": export.id}


def look_around(url: str, ids: dict[str, int]) -> dict[str, int]:
    batch = ids["batch_id"]
    asked = {
        "batch": (f"/batches/{batch}?q={PERSON}", {}),
        "home": ("/", {"X-Request-ID": REQUEST_ID}),
        "nothing": (f"/{PERSON}", {}),
        "proxied": ("/metrics", {"X-Forwarded-For": "8.8.8.8"}),
    }
    return {name: status_of(url + path, headers) for name, (path, headers) in asked.items()}


def status_of(url: str, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as it:
            return it.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def scraped(url: str) -> dict[str, Metric]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        text = answer.read().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def known_names(families: dict[str, Metric]) -> set[str]:
    """Every name that a rule or a panel may use."""
    names = set()
    for name, family in families.items():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        names |= {name + suffix for suffix in suffixes.get(family.type, ("",))}
    return names


@pytest.mark.redis
@pytest.mark.slow
def test_the_work_of_all_processes_is_counted_once(seen: Seen) -> None:
    pages = len(SERIALS)
    assert seen.value(metrics.PAGES_READ, template="1") == pages
    read = seen.families["fieldhand_fields_read"].samples
    assert sum(sample.value for sample in read) == pages * len(FIELDS)
    assert seen.value(metrics.STAGE_SECONDS, stage="intake") == 1
    assert seen.value(metrics.STAGE_SECONDS, stage="align") == pages
    assert seen.value(metrics.STAGE_SECONDS, stage="export") == 1
    assert seen.value(metrics.UPLOAD_TO_READ_SECONDS) == pages
    assert seen.value(metrics.REGISTRATION_RESIDUAL) == pages
    assert seen.value(metrics.TASKS, task=queues.ALIGN_PAGE, outcome="done") == pages
    assert seen.value(metrics.TASK_SECONDS, task=queues.BUILD_EXPORT) == 1
    assert seen.value(metrics.GLYPHS_READ, engine="litert") > 0
    # The web server's own, and what it has looked up.
    assert seen.value(metrics.HTTP_REQUESTS, endpoint="home.index", method="GET", status="200") == 1
    assert seen.value(metrics.BATCHES) == 1
    assert seen.value(metrics.UP, part="broker") == 1
    assert seen.value(metrics.LAST_SWEEP) > 1.7e9
    heartbeats = seen.families[metrics.WORKER_HEARTBEAT.full_name].samples
    assert [sample.labels["worker"].partition("@")[0] for sample in heartbeats] == ["workers"]


@pytest.mark.redis
@pytest.mark.slow
def test_whatever_can_happen_here_has_a_sample(seen: Seen) -> None:
    empty = {name for name, family in seen.families.items() if not family.samples}
    assert empty <= {item.full_name.removesuffix("_total") for item in SILENT}
    declared = {item.full_name.removesuffix("_total") for item in metrics.ALL}
    assert {name for name in seen.families if name.startswith("fieldhand_")} == declared


@pytest.mark.redis
@pytest.mark.slow
def test_workers_give_the_same_counts_on_a_port_of_their_own(seen: Seen) -> None:
    (read,) = seen.of_workers["fieldhand_pages_read"].samples
    assert read.value == len(SERIALS)
    # What is looked up comes from the web server alone.
    assert "fieldhand_rows_waiting" not in seen.of_workers


@pytest.mark.redis
@pytest.mark.slow
def test_nobody_reads_them_through_a_proxy(seen: Seen) -> None:
    assert seen.statuses == {"batch": 200, "home": 200, "nothing": 404, "proxied": 403}


@pytest.mark.redis
@pytest.mark.slow
def test_each_step_is_told_once_with_its_ids_and_its_time(seen: Seen) -> None:
    pages = len(SERIALS)
    expected = {
        "file arrived": 1,
        "file split": 1,
        "page aligned": pages,
        "page read": pages,
        "export built": 1,
    }
    for event, number in expected.items():
        lines = seen.lines(event)
        assert len(lines) == number, event
        for line in lines:
            assert line["batch_id"] == seen.ids["batch_id"], event
            assert line["level"] == "info"
            if event != "file arrived":
                assert (line.get("duration_s") or line["since_upload_s"]) > 0
                assert line["task"].startswith("fieldhand.")
    read = seen.lines("page read")
    assert {line["file_id"] for line in read} == {seen.ids["file_id"]}
    assert len({line["page_id"] for line in read}) == pages
    ready = seen.lines("submission ready")
    assert {line["submission_id"] for line in ready} == {line["submission_id"] for line in read}
    assert len(ready) == pages


@pytest.mark.redis
@pytest.mark.slow
def test_a_request_is_followed_from_the_click_to_the_page(seen: Seen) -> None:
    (home,) = [line for line in seen.lines("request answered") if line["endpoint"] == "home.index"]
    assert home["request_id"] == REQUEST_ID
    # The sweeper may have sent a page again, for nobody.
    for event in ("file arrived", "file split", "export built"):
        (line,) = seen.lines(event)
        assert line["request_id"] == REQUEST_ID
    assert REQUEST_ID in {line.get("request_id") for line in seen.lines("page aligned")}
    assert REQUEST_ID in {line.get("request_id") for line in seen.lines("page read")}


@pytest.mark.redis
@pytest.mark.slow
def test_no_line_holds_what_is_written_or_who_wrote_it(seen: Seen) -> None:
    assert {"web", "workers", "beat", "broker"} <= set(seen.logs)
    for name, log in seen.logs.items():
        assert PERSON not in log, name
        for serial in SERIALS:
            assert not re.search(rf"(?<![\d.]){serial}(?!\d)", log), name


@pytest.mark.redis
@pytest.mark.slow
def test_alerts_and_dashboard_name_metrics_that_exist(seen: Seen) -> None:
    known = known_names(seen.families)
    for rule in rules():
        names = set(NAME.findall(rule["expr"]))
        assert names <= known, rule["alert"]
        assert names or "up{" in rule["expr"], rule["alert"]
    used = set()
    for panel in panels():
        for target in panel["targets"]:
            names = set(NAME.findall(target["expr"]))
            assert names and names <= known, panel["title"]
            used |= {SUFFIX.sub("", name) for name in names}
    shown = used | {SUFFIX.sub("", name) for rule in rules() for name in NAME.findall(rule["expr"])}
    unshown = {item.full_name for item in metrics.ALL} - shown
    assert unshown <= {item.full_name for item in UNSHOWN}


UNSHOWN = {
    metrics.TASKS_SENT,
    metrics.SWEEPS,
    metrics.BATCHES,
    metrics.FAILED,
    metrics.UPLOAD_BACKLOG,
    metrics.CLASSIFIER_SECONDS,
}
