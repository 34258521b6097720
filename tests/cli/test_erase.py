"""`fieldhand erase`: a form is deleted, and looked for afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from forms_app.cli.erase import command
from forms_app.services.application import Application
from forms_app.services.people import add_person
from forms_app.store.models import DeletionRow, FileRow
from tests import factories


@pytest.fixture
def site(app: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A site that the command finds."""
    monkeypatch.setenv("FIELDHAND_DATABASE_URL", app.settings.database_url)
    monkeypatch.setenv("FIELDHAND_FILES_URL", app.settings.files_url)
    return app


def run(app: Application, *words: str) -> Result:
    return CliRunner().invoke(command, [*words, "--data", str(app.settings.data_dir)])


def test_a_form_goes_and_what_is_left_is_told(site: Application, tmp_path: Path) -> None:
    batch = factories.make_batch(site)
    submission_id = factories.make_submission(site, batch.id)
    certificate = tmp_path / "certificate.json"
    add_person(site, "Ada")
    words = ("--submission", str(submission_id), "--reason", "By letter", "--by", "ada")
    assert run(site, *words[:-1], "nobody").exit_code != 0
    result = run(site, *words, "--output", str(certificate))
    assert result.exit_code == 0 and "Nothing of it is left" in result.output
    said = json.loads(certificate.read_text(encoding="utf-8"))
    assert (said["reason"], said["erased_by"]["name"]) == ("By letter", "Ada")
    assert run(site, "--verify", "1").exit_code == 0
    # A backup that was restored brings a form back.
    with site.session() as session:
        session.scalars(select(DeletionRow)).one().submission_id = submission_id + 1
    factories.make_submission(site, batch.id, name="other.png")
    with site.session() as session:
        assert session.scalars(select(FileRow)).one()
    again = run(site, "--verify", "1")
    assert again.exit_code == 3 and "the table readings has 3 rows" in again.output


def test_what_is_missing_is_asked_for(site: Application) -> None:
    assert run(site).exit_code == 2
    assert run(site, "--submission", "1", "--verify", "1").exit_code == 2
    assert run(site, "--submission", "1", "--reason", "x").exception is not None
