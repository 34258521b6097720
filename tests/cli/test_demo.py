"""The demo goes through the real broker, workers and export, and says what it read."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

from forms_app import demo

PROGRAM = [sys.executable, "-c", "from forms_app.cli import main; main()"]


def test_demo_reads_its_forms_and_writes_the_data(tmp_path: Path) -> None:
    result = subprocess.run(
        [*PROGRAM, "demo", "--data", str(tmp_path / "data"), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    right, total, accepted, wrong = map(
        int,
        re.search(  # type: ignore[union-attr]
            r"(\d+) of (\d+) fields right; (\d+) accepted without review, (\d+) of", result.stdout
        ).groups(),
    )
    assert right / total > 0.93
    assert accepted / total > 0.4
    assert wrong == 0
    truth = json.loads(demo.TRUTH.read_text())
    with (tmp_path / "demo.csv").open(newline="", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["_file"] for row in rows] == [row["source"] for row in truth]
    assert len(json.loads((tmp_path / "demo.json").read_text())) == len(truth)
