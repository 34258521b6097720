"""`fieldhand audit`."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from forms_app.cli.applications import opened_application
from forms_app.cli.audit import command
from forms_app.errors import UserError
from tests.services.audit_trail import remove_guards, run, write_events


def test_the_trail_is_anchored_verified_and_exported(tmp_path: Path) -> None:
    with opened_application(tmp_path) as app:
        write_events(app, 3)
    anchors = tmp_path / "anchors"
    anchors.write_text(_audit("anchor", "--data", tmp_path).stdout)
    assert json.loads(anchors.read_text())["id"] == 3
    fine = _audit("verify", "--from", anchors, "--data", tmp_path)
    assert fine.exit_code == 0
    assert fine.stdout.startswith("3 events are as they were written, up to event 3.")
    exported = _audit("export", "--data", tmp_path).stdout.splitlines()
    assert [json.loads(line)["source"] for line in exported] == ["cli"] * 4
    with opened_application(tmp_path) as app:
        remove_guards(app)
        run(app, "DELETE FROM audit_events WHERE id > 1")
    cut = _audit("verify", "--from", anchors, "--data", tmp_path)
    assert (cut.exit_code, cut.stdout) == (3, "")
    assert "The trail ends with event 1, but it had reached event 3" in cut.stderr
    anchors.write_text("three")
    refused = _audit("verify", "--from", anchors).exception
    assert isinstance(refused, UserError)
    assert refused.message.startswith("Line 1 is no anchor")


def _audit(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments])
