"""The load benchmark drives a whole site: files of every kind in, an export out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.load.gauges import Memory
from benchmarks.load.report import percentiles
from tests.serving import REPOSITORY

FILES, PAGES = 10, 13


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
def test_ten_files_go_through_a_site_of_its_own(tmp_path: Path) -> None:
    report = tmp_path / "load.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.load", "--short", "--pages", str(PAGES)),
            *("--workers", "1", "--json", str(report), "--folder", str(tmp_path)),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [found] = json.loads(report.read_text(encoding="utf-8"))
    assert found["files"] == FILES
    assert found["pages"] == found["forms"] == found["export_rows"] >= FILES
    assert found["pages_failed"] == 0
    assert found["people_failures"] == []
    assert found["read_after_ms"]["n"] == found["pages"]
    assert found["upload_ms"]["n"] == FILES
    for name in ("home", "batch", "station", "hand-out", "decision"):
        assert found["people_ms"][name]["n"] > 0, name
    a_page = found["a_page"]
    assert 10 < a_page["statements_of_workers"] < 120
    assert 1 < a_page["messages"] < 20
    assert {"web", "clock", "broker", "worker 1"} <= set(found["memory_mib"])
    assert "pages a second" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["load.json"]


def test_growth_is_told_from_what_is_loaded_once() -> None:
    memory = Memory()
    for pages in range(0, 10_000, 100):
        memory.add("steady", pages, 200.0 if pages > 1000 else 100.0)
        memory.add("leaking", pages, 100.0 + pages / 500)
    assert memory.growth_per_1000("steady") == pytest.approx(0.0)
    assert memory.growth_per_1000("leaking") == pytest.approx(2.0)
    memory.add("short", 1, 100.0)
    assert memory.growth_per_1000("short") is None


def test_percentiles_are_in_milliseconds() -> None:
    found = percentiles([number / 1000 for number in range(1, 101)])
    assert (found.n, found.p50, found.most) == (100, 50.5, 100.0)
    assert 95 <= found.p95 <= 96 and 99 <= found.p99 <= 100
