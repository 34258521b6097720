"""`fieldhand export`: what was read, as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_app.cli.export import command
from forms_app.errors import NotFoundError
from forms_app.services import batches, export_offers, export_presets, exports
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from tests import factories
from tests.services.exported_data import FIELDS, make_form


@pytest.fixture
def site(app: Application, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A site that the command finds."""
    monkeypatch.setenv("FIELDHAND_DATABASE_URL", app.settings.database_url)
    monkeypatch.setenv("FIELDHAND_FILES_URL", app.settings.files_url)
    return app


def run(app: Application, *words: object) -> Result:
    arguments = [*map(str, words), "--data", str(app.settings.data_dir)]
    return CliRunner().invoke(command, arguments)


def test_a_batch_with_a_preset(site: Application, tmp_path: Path) -> None:
    batch = factories.make_batch(site, FIELDS)
    make_form(site, batch.id)
    make_form(site, batch.id, "open.png", needs_review=True)
    [template] = export_offers.templates_of_batch(site, batch.id)
    columns = (ExportColumn("born", "Date of birth"), ExportColumn("amount"))
    choice = ExportChoice(columns=columns, head=False, decimal_mark=",", separator=";")
    export_presets.save_preset(site, template.id, "Accounts", "csv", choice)
    file = tmp_path / "march.csv"
    result = run(site, "--batch", "March", "--preset", "accounts", "--finished", "-o", file)
    assert (result.exit_code, result.output) == (0, f"1 forms are in {file}.\n")
    rows = list(csv.reader(file.read_text().splitlines(), delimiter=";"))
    assert rows == [["Date of birth", "amount"], ["1980-02-29", "-1234,50"]]
    assert exports.list_exports(site, batch.id) == []  # The file alone is kept.


def test_all_batches_of_a_template(site: Application, tmp_path: Path) -> None:
    version = factories.make_published(site, FIELDS)
    for name in ("May", "June"):
        make_form(site, batches.create_batch(site, version.id, name).id, needs_review=True)
    file = tmp_path / "all.jsonl"
    result = run(site, "--template", "Intake", "-o", file)
    assert result.output == f"2 forms are in {file}.\n2 fields of them wait for review.\n"
    assert len(file.read_text().splitlines()) == 2
    assert [each.name for each in tmp_path.glob("*")].count("all.jsonl") == 1


def test_what_there_is_not(site: Application, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    assert run(site, "-o", file).exit_code == 2
    assert isinstance(run(site, "--batch", "None", "-o", file).exception, NotFoundError)
    assert not file.exists()
