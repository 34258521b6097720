"""Alerts, dashboard and their page are whole, and fit the metrics that are declared."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from forms_app import metrics
from forms_app.services.attempts import INTERNAL, WORDS
from forms_app.services.sweeping import LOST
from tests.monitoring import DEPLOY, NAME, PAGE, panels, rules
from tests.serving import REPOSITORY
from tools import metrics_page


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Fieldhand[A-Z]\w+", rule["alert"])
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert REPOSITORY / file == PAGE
    headings = re.findall(r"^#### (\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert anchor in [heading.lower() for heading in headings]


def test_the_page_has_no_alert_that_is_gone() -> None:
    headings = re.findall(r"^#### (\w+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(rule["alert"] for rule in rules())


def expressions() -> list[str]:
    of_panels = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + of_panels


@pytest.mark.parametrize("expr", expressions())
def test_expressions_are_promql_and_ask_for_labels_that_exist(expr: str) -> None:
    # Grafana's word for a span that holds several scrapes.
    promql_parser.parse(expr.replace("$__rate_interval", "5m"))
    bare = re.sub(r'"[^"]*"', '""', expr)
    labels = {label for item in metrics.ALL for label in item.labels} | {"le", "job"}
    for group in re.findall(r"\{([^}]*)\}", bare):
        assert {re.split("[!=]", part)[0] for part in group.split(",")} <= labels
    for group in re.findall(r"\b(?:by|on) \(([^)]*)\)", bare):
        assert {part.strip() for part in group.split(",")} <= labels


def test_the_dashboard_is_laid_out_whole() -> None:
    text = (DEPLOY / "grafana" / "dashboards" / "fieldhand.json").read_text("utf-8")
    dashboard = json.loads(text)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    sources = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text("utf-8")
    )
    uids = {source["uid"] for source in sources["datasources"]}
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] in uids
            assert panel["description"]


def test_prometheus_asks_for_the_rules_and_the_containers() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert [Path(file).name for file in config["rule_files"]] == ["alerts.yml"]
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))
    for job in config["scrape_configs"]:
        for found in job["dns_sd_configs"]:
            assert set(found["names"]) <= set(compose["services"])


def test_the_table_of_metrics_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert metrics_page.written_anew(page) == page, "run python -m tools.metrics_page"


def test_events_that_are_written_down_exist() -> None:
    events = re.findall(
        r"^\| `([a-z][^`]*)` \| (?:info|warning|error)", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert len(events) > 10
    source = "".join(path.read_text("utf-8") for path in (REPOSITORY / "forms_app").rglob("*.py"))
    assert [event for event in events if f'"{event}"' not in source] == []


@pytest.mark.parametrize("item", metrics.ALL, ids=lambda item: item.name)
def test_names_follow_the_habits_of_prometheus(item: Any) -> None:
    assert NAME.fullmatch(item.full_name)
    assert item.name.endswith("_total") == (item.kind == "counter")
    if item.kind == "histogram":
        assert re.search(r"_(seconds|pixels|glyphs)$", item.name)
    assert item.help.endswith((".", "…"))
    assert not set(item.labels) & {"le", "job", "instance", "page_id", "file_id", "request_id"}


def test_words_of_failures_are_those_of_the_services() -> None:
    assert set(metrics.KINDS_OF_WORK) == set(WORDS.values())
    assert set(metrics.OWN_FAULTS) == {INTERNAL, LOST}
