"""`fieldhand user`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app.cli.applications import opened_application
from forms_app.cli.user import command
from forms_app.errors import ConflictError, FieldhandError, NotFoundError
from forms_app.services.accounts import list_accounts
from forms_app.services.invitations import accept, get_invitation
from forms_app.services.people import list_people
from forms_app.store.states import Role
from tests.cli.program import fieldhand


def test_people_are_added_once(tmp_path: Path) -> None:
    added = fieldhand("user", "add", "Anna Berg", "--data", tmp_path)
    assert (added.returncode, added.stdout) == (0, "Anna Berg can be chosen now.\n")
    again = fieldhand("user", "add", "anna berg", "--data", tmp_path)
    assert again.returncode == 2 and "is called anna berg already" in again.stderr
    with opened_application(tmp_path) as app:
        assert [person.name for person in list_people(app)] == ["Anna Berg"]


def said_by(folder: Path, *words: str) -> str:
    """What the command says, in this process; what it raises is told and ends it with 2."""
    done = CliRunner().invoke(command, [*words, "--data", str(folder)])
    if isinstance(done.exception, FieldhandError):
        raise done.exception
    return done.output


def test_a_link_begins_with_the_address_of_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDHAND_ALLOWED_HOSTS", "office.example.org")
    assert "https://office.example.org/invitation/" in said_by(tmp_path, "link")
    monkeypatch.setenv("FIELDHAND_SITE_URL", "https://forms.example.org:8443/")
    assert "https://forms.example.org:8443/invitation/" in said_by(tmp_path, "link")


def test_a_link_lets_the_first_administrator_in(tmp_path: Path) -> None:
    first = ("link", "--url", "https://forms.example.org/")
    token = said_by(tmp_path, *first).split("https://forms.example.org/invitation/")[1].strip()
    with opened_application(tmp_path) as app:
        accept(app, token, "correct horse battery", "ruth", "Ruth")
    with pytest.raises(ConflictError, match="fieldhand user link LOGIN"):
        said_by(tmp_path, *first)
    again = said_by(tmp_path, "link", "ruth")
    assert "Ruth chooses a password" in again
    with opened_application(tmp_path) as app:
        assert get_invitation(app, again.split("/invitation/")[1].strip()).login == "ruth"


def test_people_are_invited_with_their_roles(tmp_path: Path) -> None:
    assert "--login" in said_by(tmp_path, "add", "Bo", "--role", "reviewer")
    given = ("--login", "bo", "--role", "reviewer", "--role", "operator")
    assert "http://127.0.0.1:8080/invitation/" in said_by(tmp_path, "add", "Bo", *given)
    with pytest.raises(NotFoundError, match="no project 'Nowhere'"):
        said_by(tmp_path, "add", "Cy", *given, "--project", "Nowhere")
    with opened_application(tmp_path) as app:
        [bo] = list_accounts(app)
    assert bo.is_invited and bo.roles == {1: {Role.REVIEWER, Role.OPERATOR}}
