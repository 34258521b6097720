"""Pages about people: administrators invite and allow, everybody looks after themselves."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from forms_app.services import accounts, people
from forms_app.services.application import Application
from forms_app.store.models import AuditEventRow, ProjectRow, UserRow
from forms_app.store.states import Role
from tests.accounts import PASSWORD, make_account, quick_hashes
from tests.compiled_pages import compiled_once
from tests.web.signing_in import Stranger, pages_with_sign_in

__all__ = ["quick_hashes"]
pytestmark = pytest.mark.usefixtures("quick_hashes")
NEW = "another good one"


@pytest.fixture
def root_id(app: Application) -> int:
    return make_account(app, "Root", is_admin=True)


@pytest.fixture
def root(app: Application, root_id: int) -> Stranger:
    """An administrator, signed in."""
    visitor = Stranger(pages_with_sign_in(app))
    visitor.sign_in("root")
    return visitor


def invitation_on(page: str) -> str:
    found = re.search(r'value="http://localhost(/invitation/[^"]+)"', page)
    assert found, page
    return found[1]


def test_somebody_is_invited_and_comes_in(app: Application, root: Stranger) -> None:
    with app.session() as session:
        session.add(ProjectRow(name="Survey"))
    page = root.get("/accounts/new").text
    assert "Reviewer in Survey" in page
    given = {"name": "Bo Lund", "login": "Bo", "role": ["1:reviewer", "2:operator"]}
    answer = root.post("/accounts/", given)
    assert answer.headers["Cache-Control"] == "no-store"
    link = invitation_on(answer.text)
    assert "invited" in root.get("/accounts/").text
    bo = Stranger(root.flask_app)
    assert "For Bo Lund" in bo.get(link).text
    refused = bo.post(link, {"password": "short", "repeated": "short"})
    assert refused.status_code == 422 and "at least 10 characters" in refused.text
    assert bo.post(link, {"password": NEW, "repeated": NEW}).location == "/"
    page = bo.get("/account/").text
    assert "Survey" in page and "Operator" in page
    assert bo.post(link, {"password": NEW, "repeated": NEW}).status_code == 410
    assert Stranger(root.flask_app).sign_in("bo", NEW).location == "/"
    bo.post("/account/project", {"project_id": 2})
    assert 'value="2" aria-current="true"' in bo.get("/account/").text


def test_an_invitation_that_cannot_be_made_is_told(app: Application, root: Stranger) -> None:
    given = {"name": "Bo", "login": "bo", "role": ["1:reviewer"]}
    for change, said in (
        ({"role": []}, "Choose at least one role"),
        ({"login": "no spaces"}, "A login has 2 to 64 characters"),
        ({"login": "root"}, "Somebody signs in as root already"),
        ({"name": "Root"}, "Root has a login already"),
        ({"role": ["9:reviewer"]}, "This project does not exist"),
        ({"role": ["1:emperor"]}, "could not be understood"),
    ):
        answer = root.post("/accounts/", {**given, **change})
        assert answer.status_code == 422
        assert said in answer.text
    assert [account.name for account in accounts.list_accounts(app)] == ["Root"]


def test_who_has_worked_here_before_keeps_their_name(app: Application, root: Stranger) -> None:
    bo = people.add_person(app, "Bo")
    root.post("/accounts/", {"name": "Bo", "login": "bo", "role": ["1:auditor"]})
    account = accounts.get_account(app, bo.id)
    assert (account.login, account.roles) == ("bo", {1: frozenset({Role.AUDITOR})})


def test_roles_are_given_and_taken(app: Application, root: Stranger) -> None:
    bo_id = make_account(app, "Bo", roles=[Role.REVIEWER])
    bo = Stranger(root.flask_app)
    bo.sign_in("bo")
    assert bo.get("/templates/new").status_code == 403
    page = root.get(f"/accounts/{bo_id}").text
    assert re.search(r'value="1:reviewer"[^>]* checked', page)
    root.post(f"/accounts/{bo_id}/roles", {"role": ["1:designer"]})
    assert bo.get("/templates/new").status_code == 200
    assert bo.get("/review/").status_code == 403
    root.post(f"/accounts/{bo_id}/roles", {"is_admin": "on"})
    assert bo.get("/accounts/").status_code == 200


def test_the_last_administrator_stays(app: Application, root: Stranger, root_id: int) -> None:
    for way in ("roles", "disable"):
        root.post(f"/accounts/{root_id}/{way}")
        assert "is the last administrator" in root.get("/accounts/").text
    make_account(app, "Other", is_admin=True)
    root.post(f"/accounts/{root_id}/disable")
    assert root.get("/accounts/").status_code == 303


def test_an_account_is_disabled_enabled_and_given_a_link(app: Application, root: Stranger) -> None:
    bo_id = make_account(app, "Bo", roles=[Role.REVIEWER])
    old_link = invitation_on(root.post(f"/accounts/{bo_id}/link").text)
    root.post(f"/accounts/{bo_id}/disable")
    assert "disabled" in root.get("/accounts/").text
    bo = Stranger(root.flask_app)
    assert bo.get(old_link).status_code == 410
    assert root.post(f"/accounts/{bo_id}/link").status_code == 303
    root.post(f"/accounts/{bo_id}/enable")
    link = invitation_on(root.post(f"/accounts/{bo_id}/link").text)
    assert bo.get(old_link).status_code == 410, "a newer link replaces it"
    bo.post(link, {"password": NEW, "repeated": NEW})
    assert bo.get("/batches/").status_code == 200
    root.post(f"/accounts/{bo_id}/sessions/end")
    assert bo.get("/batches/").status_code == 303
    assert root.get("/accounts/1").status_code == 404, "the local user is nobody's account"


def test_people_look_after_themselves(app: Application) -> None:
    make_account(app, roles=[Role.REVIEWER])
    pages = pages_with_sign_in(app)
    anna, elsewhere = Stranger(pages), Stranger(pages)
    anna.sign_in()
    elsewhere.sign_in()
    assert "In 2 browsers" in anna.get("/account/").text
    anna.post("/account/name", {"name": "Anna Berg"})
    for sent, said in (
        ({"old": "wrong", "new": NEW, "repeated": NEW}, "present password is another one"),
        ({"old": PASSWORD, "new": NEW, "repeated": "x"}, "two passwords differ"),
        ({"old": PASSWORD, "new": NEW, "repeated": NEW}, "password was changed"),
    ):
        anna.post("/account/password", sent)
        assert said in anna.get("/account/").text
    assert "Anna Berg" in anna.get("/account/").text
    assert elsewhere.get("/account/").status_code == 303
    elsewhere.sign_in("anna", NEW)
    anna.post("/account/sessions/end")
    assert anna.get("/account/").status_code == elsewhere.get("/account/").status_code == 303


def test_what_is_done_with_accounts_is_written_down(app: Application, root: Stranger) -> None:
    link = invitation_on(
        root.post("/accounts/", {"name": "Bo", "login": "bo", "role": ["1:reviewer"]}).text
    )
    bo = Stranger(root.flask_app)
    bo.post(link, {"password": NEW, "repeated": NEW})
    [bo_id] = [each.id for each in accounts.list_accounts(app) if each.name == "Bo"]
    root.post(f"/accounts/{bo_id}/roles", {"role": ["1:auditor"]})
    bo.post("/sign-out")
    Stranger(root.flask_app).sign_in("bo", "wrong")
    root.post(f"/accounts/{bo_id}/disable")
    with app.session() as session:
        rows = session.scalars(
            select(AuditEventRow)
            .where(AuditEventRow.subject_id == bo_id)
            .order_by(AuditEventRow.id)
        ).all()
        secrets = session.scalars(select(UserRow.password_hash)).all()
    assert [row.verb for row in rows] == [
        *("invite", "choose_password", "sign_in", "set_roles"),
        *("sign_out", "sign_in_failed", "disable"),
    ]
    told = " ".join(str(row.detail) for row in rows)
    assert not any(secret in told for secret in (NEW, link[-20:], *filter(None, secrets)))


def test_where_nobody_signs_in_the_pages_say_so(app: Application) -> None:
    visitor = Stranger(compiled_once(app))
    assert "everybody on this computer is the administrator" in visitor.get("/").text
    assert "may do everything" in visitor.get("/accounts/").text
    assert "Nobody signs in here" in visitor.get("/account/").text
    assert visitor.post("/account/name", {"name": "x"}).status_code == 404
    assert visitor.get("/sign-in").location == "/"
    assert visitor.post("/sign-in", {"login": "x"}).location == "/"


@pytest.mark.usefixtures("root_id")
def test_a_link_leads_to_the_address_of_the_site(app: Application) -> None:
    root = Stranger(pages_with_sign_in(app, site_url="https://forms.example.org/office"))
    root.sign_in("root")
    given = {"name": "Bo Lund", "login": "bo", "role": ["1:reviewer"]}
    answer = root.post("/accounts/", given)
    assert 'value="https://forms.example.org/office/invitation/' in answer.text


def test_a_link_made_behind_tls_leads_there(root: Stranger) -> None:
    given = {"name": "Bo Lund", "login": "bo", "role": ["1:reviewer"]}
    answer = root.post("/accounts/", given, headers={"X-Forwarded-Proto": "https"})
    assert 'value="https://localhost/invitation/' in answer.text
