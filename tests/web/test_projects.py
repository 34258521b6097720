"""Projects are made by administrators, chosen in the top bar, and seen from inside alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from forms_app.services import batches, projects, templates
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.loading import load
from forms_app.store.models import BatchRow, SubmissionRow
from forms_app.store.states import Role
from tests import factories
from tests.accounts import make_account, quick_hashes
from tests.web.signing_in import Stranger, pages_with_sign_in
from tests.web.visitor import Visitor

__all__ = ["quick_hashes"]
LISTS = (
    "/",
    "/live",
    "/batches/",
    "/batches/live",
    "/batches/new",
    "/templates/",
    "/review/",
    "/review/done",
    "/review/team",
    "/review/team/live",
    "/figures/?by=batch",
    "/figures/?by=template",
    "/figures/?by=field",
    "/figures/figures.csv?by=batch",
)


@pytest.fixture
def other_id(app: Application) -> int:
    return projects.create_project(app, "Payroll", 1)


@pytest.fixture
def other_batch(app: Application, other_id: int) -> BatchSummary:
    """In the other project, with a field that waits for a person."""
    name = "Secret salaries"
    draft = templates.create_template(app, name, factories.draw_blank(), "b.tiff", 1, other_id)
    saved = templates.save_draft(app, draft.id, factories.FIELDS, draft.revision)
    version_id = templates.publish(app, saved.id).id
    batch = batches.create_batch(app, version_id, "Secret batch", project_id=other_id)
    factories.make_submission(app, batch.id)
    return batch


def test_one_is_made_chosen_renamed_archived_and_brought_back(
    visitor: Visitor, app: Application
) -> None:
    assert 'id="projects"' not in visitor.get("/").text, "there is nothing to choose from"
    visitor.post("/projects/", {"name": "  Payroll "})
    [other] = [each for each in projects.list_projects(app) if each.name == "Payroll"]
    assert 'id="projects"' in visitor.get("/").text
    visitor.post("/account/project", {"project_id": other.id})
    visitor.post(f"/projects/{other.id}/name", {"name": "Wages"})
    assert "Wages" in visitor.get("/").text
    visitor.post(f"/projects/{other.id}/archive")
    assert 'id="projects"' not in visitor.get("/").text
    assert "Bring back" in visitor.get("/projects/").text
    visitor.post(f"/projects/{other.id}/bring-back")
    assert 'id="projects"' in visitor.get("/").text


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        ("/projects/", "MAIN", "There is a project “MAIN” already"),
        ("/projects/", " ", "Give the project a name."),
        ("/projects/", "7", "not a number"),
        ("/projects/1/archive", "", "the only project"),
    ],
)
def test_what_cannot_be_done_is_said(visitor: Visitor, path: str, name: str, said: str) -> None:
    assert visitor.post(path, {"name": name}).status_code == 303
    assert said in visitor.get("/projects/").text
    assert visitor.post("/projects/99/name", {"name": "New"}).status_code == 404


def test_no_list_tells_of_another_project(
    visitor: Visitor, app: Application, other_id: int, other_batch: BatchSummary
) -> None:
    own = factories.make_batch(app)
    with app.session() as session:
        load(session, BatchRow, own.id).name = "Harvest"
    for path in LISTS:
        assert "Secret" not in visitor.get(path).text, path
    assert "Harvest" in visitor.get("/batches/").text
    visitor.post("/account/project", {"project_id": other_id})
    assert "Secret batch" in visitor.get("/").text
    assert "Secret batch" in visitor.get("/figures/?by=batch").text
    for path in LISTS:
        assert "Harvest" not in visitor.get(path).text, path
    # Whoever follows a link into another project of theirs goes on there.
    visitor.get(f"/batches/{own.id}", headers={"Accept": "text/html"})
    assert "Harvest" in visitor.get("/batches/").text


def test_counts_and_queues_are_of_one_project(
    visitor: Visitor, app: Application, other_id: int, other_batch: BatchSummary
) -> None:
    nothing = visitor.send_json("/review/hand-out", {"window": "w"})
    assert nothing.json == {"items": []}
    assert batches.waiting_fields(app) == 0
    assert batches.waiting_fields(app, other_id) == 2
    visitor.post("/account/project", {"project_id": other_id})
    handed = visitor.send_json("/review/hand-out", {"window": "w"})
    assert [item["batch_name"] for item in handed.json["items"]] == ["Secret batch"]


def test_a_batch_holds_templates_of_its_project_alone(
    visitor: Visitor, app: Application, other_batch: BatchSummary
) -> None:
    own = factories.make_batch(app)
    answer = visitor.post(f"/batches/{own.id}/templates", {"version_id": other_batch.version_id})
    missing = visitor.post(f"/batches/{own.id}/templates", {"version_id": 10**6})
    assert (answer.status_code, missing.status_code) == (404, 404)
    answer = visitor.post(f"/batches/{own.id}/templates/{other_batch.version_id}/take")
    assert answer.status_code == 404
    assert "Secret" not in visitor.get(f"/batches/{own.id}").text
    assert batches.get_summary(app, own.id).templates == ("Intake v1",)


def test_what_scripts_send_of_another_project_is_left_alone(
    visitor: Visitor, app: Application, other_batch: BatchSummary
) -> None:
    own = factories.make_batch(app)
    with app.session() as session:
        form_id = session.scalars(select(SubmissionRow.id)).one()
    for submission_id in (form_id, 10**6):
        glyph = {"submission_id": submission_id, "field_name": "number", "place": 0}
        body = {"glyphs": [glyph | {"seen": "x", "right": True}]}
        answer = visitor.send_json(f"/review/sheets/answer?batch={own.id}", body)
        assert answer.json["left_alone"] == 1
        after = {"submission_id": submission_id, "field_name": "number"}
        handed = visitor.send_json("/review/hand-out", {"window": "w", "after": after})
        assert handed.json == {"items": []}
        for path in ("assign", "lay"):
            sent = {"submission_id": submission_id, "version_id": 1, "template_page": 1}
            answer = visitor.send_json(f"/batches/{own.id}/pages/1/{path}", sent)
            assert answer.status_code == 404


@pytest.mark.usefixtures("quick_hashes")
def test_nobody_is_known_in_a_project_that_they_have_no_part_in(
    app: Application, other_id: int
) -> None:
    make_account(app, "Anna", [Role.SUPERVISOR])
    berta = make_account(app, "Berta", [Role.SUPERVISOR], project_id=other_id)
    anna = Stranger(pages_with_sign_in(app))
    anna.sign_in("anna")
    assert "Anna" in anna.get("/review/team").text
    assert "Berta" not in anna.get("/review/team").text
    token = {"csrf_token": anna.token()}
    for user_id in (berta, 10**6):
        answer = anna.post_without_token(
            "/review/team/take-away", data=token | {"user_id": user_id}
        )
        assert answer.status_code == 404
        assert anna.post_without_token("/people/choose", data=token | {"user_id": berta})
    assert "Berta" not in anna.get("/").text


@pytest.mark.usefixtures("quick_hashes")
def test_an_archived_project_is_closed_to_its_people_until_it_is_back(
    app: Application, other_id: int, other_batch: BatchSummary
) -> None:
    make_account(app, "Berta", list(Role), project_id=other_id)
    berta = Stranger(pages_with_sign_in(app))
    berta.sign_in("berta")
    address = f"/batches/{other_batch.id}"
    assert berta.get(address).status_code == 200
    projects.archive_project(app, other_id, 1)
    assert berta.get(address).status_code == 404
    assert "belong to no project" in berta.get("/").text
    projects.bring_back_project(app, other_id, 1)
    assert berta.get(address).status_code == 200
