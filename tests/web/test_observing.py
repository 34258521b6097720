"""Requests as an operator sees them: an id, one line, counts; and who may read the metrics."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
import structlog
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from forms_app import metrics
from forms_app.instruments import registry
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.web import create_app
from tests.web.visitor import Visitor


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What is logged, as events with what the context adds."""
    found: list[dict[str, Any]] = []

    def keep(_logger: object, _method: str, event: Any) -> Any:
        found.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            keep,
        ],
        cache_logger_on_first_use=False,
    )
    caplog.set_level(logging.DEBUG)
    return found


def counted(name: str, **labels: str) -> float:
    return registry().get_sample_value(name, labels) or 0.0


def test_a_request_has_an_id_in_the_answer_and_in_every_line(
    visitor: Visitor, lines: list[dict[str, Any]]
) -> None:
    answer = visitor.get("/batches/new", headers={"X-Request-ID": "proxy-12345678"})
    assert answer.headers["X-Request-ID"] == "proxy-12345678"
    (line,) = [line for line in lines if line["event"] == "request answered"]
    assert line["request_id"] == "proxy-12345678"
    assert (line["endpoint"], line["method"], line["status"]) == ("batches.new", "GET", 200)
    assert line["level"] == "info"
    assert not structlog.contextvars.get_contextvars()


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "a\tb<script>", "größer-als-8"])
def test_what_is_no_id_is_replaced(visitor: Visitor, given: str) -> None:
    answer = visitor.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 16


def test_addresses_stay_out_of_the_log_and_their_numbers_stay_in(
    visitor: Visitor, batch: BatchSummary, lines: list[dict[str, Any]]
) -> None:
    visitor.get(f"/batches/{batch.id}?q=Mustermann")
    visitor.get("/nobody/Erika-Mustermann")
    answered = [line for line in lines if line["event"] == "request answered"]
    assert [line["endpoint"] for line in answered] == ["batches.show", "unknown"]
    assert answered[0]["batch_id"] == batch.id
    assert "Mustermann" not in str(lines)


def test_machines_that_ask_all_the_time_are_told_of_at_debug(
    visitor: Visitor, lines: list[dict[str, Any]]
) -> None:
    visitor.get("/healthz/nothing")
    visitor.get("/metrics", base_url="http://localhost")
    visitor.get("/batches/", headers={"HX-Request": "true"})
    levels = {line["endpoint"]: line["level"] for line in lines if "endpoint" in line}
    quiet = dict.fromkeys(("metrics.metrics", "batches.index"), "debug")
    assert levels == {"unknown": "info"} | quiet


def test_requests_are_counted_by_what_answers_them(visitor: Visitor) -> None:
    name = metrics.HTTP_REQUESTS.full_name
    labels = {"endpoint": "batches.new", "method": "GET", "status": "200"}
    before = (
        counted(name, **labels),
        counted(name, endpoint="unknown", method="OTHER", status="404"),
    )
    visitor.get("/batches/new")
    visitor.flask_app.test_client().open("/nobody", method="INVENTED")
    assert counted(name, **labels) == before[0] + 1
    assert counted(name, endpoint="unknown", method="OTHER", status="404") == before[1] + 1


def test_metrics_are_refused_to_strangers(flask_app: Flask) -> None:
    client = flask_app.test_client()
    private = client.get("/metrics", base_url="http://localhost")
    assert private.status_code == 200
    assert private.content_type == "text/plain; version=0.0.4; charset=utf-8"
    stranger = client.get(
        "/metrics", base_url="http://localhost", environ_base={"REMOTE_ADDR": "8.8.8.8"}
    )
    proxied = client.get(
        "/metrics", base_url="http://localhost", headers={"X-Forwarded-For": "8.8.8.8"}
    )
    for refused in (stranger, proxied):
        assert refused.status_code == 403
        assert "metrics_token" in refused.text
        assert "fieldhand_" not in refused.text


def test_a_token_is_asked_for_where_there_is_one(app: Application) -> None:
    guarded = replace(app, settings=replace(app.settings, metrics_token="a-long-token"))
    client = create_app(guarded).test_client()
    assert client.get("/metrics", base_url="http://localhost").status_code == 403
    answer = client.get(
        "/metrics",
        base_url="http://forms.example.org",
        headers={"Authorization": "Bearer a-long-token"},
        environ_base={"REMOTE_ADDR": "8.8.8.8"},
    )
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    up = {sample.labels["part"]: sample.value for sample in families["fieldhand_up"].samples}
    # No broker runs here: that hides nothing else.
    assert up == {"database": 1, "broker": 0, "files": 1, "templates": 1}
    assert families["fieldhand_queue_depth"].samples == []
    assert families["fieldhand_rows_waiting"].samples
