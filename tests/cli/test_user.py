"""`fieldhand user`."""

from __future__ import annotations

from pathlib import Path

from forms_app.cli.applications import opened_application
from forms_app.services.people import list_people
from tests.cli.program import fieldhand


def test_people_are_added_once(tmp_path: Path) -> None:
    added = fieldhand("user", "add", "Anna Berg", "--data", tmp_path)
    assert (added.returncode, added.stdout) == (0, "Anna Berg can be chosen now.\n")
    again = fieldhand("user", "add", "anna berg", "--data", tmp_path)
    assert again.returncode == 2 and "is called anna berg already" in again.stderr
    with opened_application(tmp_path) as app:
        assert [person.name for person in list_people(app)] == ["Anna Berg"]
