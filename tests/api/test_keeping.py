"""What administrators do through the API: what is changed unseen, wrong, and on record."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.store.models import AuditEventRow
from tests.api.program import Program, new_token
from tests.compiled_pages import compiled_once

PLACE = "/srv/accounting"


def _verbs(app: Application, subject_type: str) -> list[str]:
    with app.session() as session:
        of_it = AuditEventRow.subject_type == subject_type
        return list(session.scalars(select(AuditEventRow.verb).where(of_it)))


def test_deliveries_are_not_changed_unseen(app: Application, batch: BatchSummary) -> None:
    site = replace(app, settings=replace(app.settings, delivery_folders=PLACE))
    program = Program(compiled_once(site), new_token(app))
    wish = {"name": "Daily", "rhythm": "day", "place": PLACE, "batch_id": batch.id}
    for wrong in ({"place": "/etc"}, {"folder": "../x"}, {"batch_id": None}, {"template_id": 1}):
        assert program.post("/deliveries", wish | wrong).status_code == 422, wrong
    assert program.post("/deliveries", wish | {"preset_id": 9}).status_code == 404
    address = program.post("/deliveries", wish).headers["Location"].removeprefix("/api/v1")
    seen = {"If-Match": program.get(address).headers["ETag"]}
    paused = program.ask("PATCH", address, seen, json={"is_paused": True})
    assert paused.get_json()["is_paused"]
    assert program.ask("PATCH", address, seen, json={"is_paused": False}).status_code == 412
    assert program.ask("DELETE", address, seen).status_code == 412
    seen = {"If-Match": program.get(address).headers["ETag"]}
    assert program.ask("DELETE", address, seen).status_code == 204
    assert program.get(address).status_code == 404
    assert _verbs(app, "delivery") == ["create", "pause", "delete"]


def test_people_are_listed_by_project(program: Program) -> None:
    project_id = program.post("/projects", {"name": "North"}).get_json()["id"]
    roles = [{"project_id": project_id, "role": "reviewer"}]
    made = program.post("/users", {"name": "Ada", "login": "ada", "memberships": roles})
    listed = program.get(f"/users?project_id={project_id}").get_json()["items"]
    assert [user["id"] for user in listed] == [made.get_json()["user_id"]]
    assert program.get("/users?project_id=1").get_json()["items"] == []


def test_retention_is_not_changed_unseen(app: Application, program: Program) -> None:
    seen = {"If-Match": program.get("/retention").headers["ETag"]}
    for wrong in (0, 36_501, "7"):
        assert program.ask("PUT", "/retention", json={"scans_days": wrong}).status_code == 422
    assert program.ask("PUT", "/retention", seen, json={"scans_days": 7}).status_code == 200
    assert program.ask("PUT", "/retention", seen, json={}).status_code == 412
    assert program.get("/retention").get_json()["scans_days"] == 7
    assert _verbs(app, "project") == ["set_retention"]
