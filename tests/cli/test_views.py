"""`fieldhand views`."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import text

from forms_app.cli.applications import opened_application
from forms_app.cli.views import command
from tests import factories


def test_views_are_made_again_and_listed(tmp_path: Path) -> None:
    with opened_application(tmp_path) as app:
        factories.make_published(app)
        with app.engine.begin() as connection:
            connection.execute(text("DROP VIEW view_intake_1"))
    done = CliRunner().invoke(command, ["refresh", "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (0, "view_intake_1\tIntake\n")
    with opened_application(tmp_path) as app, app.engine.connect() as connection:
        assert connection.execute(text("SELECT surname FROM view_intake_1")).all() == []
