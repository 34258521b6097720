"""`fieldhand doctor` and `fieldhand config` as an operator meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app.cli import config as config_verb
from forms_app.cli import doctor as doctor_verb
from forms_app.config.loading import DECLARATIONS
from tests.cli.program import fieldhand
from tests.serving import start_fieldhand

HEALTHY = {"settings", "database", "broker", "files", "model", "gpu", "clock", "process", "work"}


def test_a_fresh_installation_is_well_and_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDHAND_MAX_FILE_BM", "5")
    data = tmp_path / "data"
    done = fieldhand("doctor", "--data", data, "--json")
    assert not data.exists()
    report = json.loads(done.stdout)
    # How much space this machine has is not ours to say.
    assert done.returncode == {"warning": 1, "failed": 2}[report["verdict"]]
    findings = [one for one in report["findings"] if one["group"] != "disk"]
    assert [one for one in findings if one["verdict"] == "failed"] == []
    assert {one["group"] for one in findings} >= HEALTHY
    [slip] = [one for one in findings if one["name"] == "unknown"]
    assert slip["verdict"] == "warning" and "mean FIELDHAND_MAX_FILE_MB?" in slip["said"]


def test_wrong_settings_are_findings_too() -> None:
    environment = {
        "FIELDHAND_PDF_DPI": "many",
        "FIELDHAND_DATABASE_URL": "mysql://me:hunter2@host/name",
    }
    told = CliRunner().invoke(doctor_verb.command, [], env=environment)
    assert told.exit_code == 2
    *wrong, summary = told.output.splitlines()
    assert [line.split()[:5] for line in sorted(wrong)] == [
        ["failed", "settings", "The", "setting", "database_url"],
        ["failed", "settings", "The", "setting", "pdf_dpi"],
    ]
    assert summary == "0 ok, 0 warnings, 2 failed."
    assert "hunter2" not in told.output


def test_settings_are_shown_with_their_sources_and_without_passwords(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hunter2\n")
    environment = {
        "FIELDHAND_DATABASE_URL": "postgresql://me:hunter2@host/name?password=hunter2",
        "FIELDHAND_SECRET_KEY_FILE": str(file),
        "FIELDHAND_LEASE_SECONDS": "90",
        "FIELDHAND_LEASE_SECOND": "80",
    }
    told = CliRunner().invoke(config_verb.command, ["--data", str(tmp_path)], env=environment)
    assert told.exit_code == 0
    assert "hunter2" not in told.output
    lines = dict(line.split(" = ", 1) for line in told.stdout.splitlines() if " = " in line)
    assert set(lines) == set(DECLARATIONS)
    assert lines["lease_seconds"].split() == [
        "90",
        "#",
        "environment",
        "variable",
        "FIELDHAND_LEASE_SECONDS",
    ]
    assert lines["data_dir"].endswith("# command line")
    assert lines["secret_key"].startswith('"***"') and lines["secret_key"].endswith(
        f"# file {file}"
    )
    assert lines["database_url"].startswith('"postgresql://me:***@host/name?***"')
    assert lines["pdf_dpi"].endswith("# default")
    assert "did you mean FIELDHAND_LEASE_SECONDS?" in told.stderr


@pytest.mark.redis
def test_serve_does_not_start_where_pages_could_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    process = start_fieldhand(
        *("serve", "--data", str(tmp_path / "data"), "--port", "0"),
        FIELDHAND_MODEL_DIR=str(tmp_path / "model"),
    )
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 2
    assert "model_card.json: the model card cannot be read" in said.splitlines()[-1]
    assert said.splitlines()[-1].startswith("fieldhand: ")
