"""The editor when the server is away, and when two people have one draft open."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk, fields_of
from tests.serving import Serve

pytestmark = pytest.mark.browser


def test_nothing_is_lost_while_the_server_is_away(
    desk: Desk, open_page: Callable[..., Page], served_app: Application, draft: TemplateVersion
) -> None:
    open_page.complaints.expected.append("Failed to load resource")  # type: ignore[attr-defined]
    page = desk.page
    page.route("**/draft", lambda route: route.abort())
    desk.draw("m", (300, 1200, 60, 60), "Tick")
    expect(page.locator("[data-part=status]")).to_have_text("Not saved · trying again")
    expect(page.locator("[data-part=save-notice]")).to_contain_text("does not answer")
    page.unroute("**/draft")
    desk.wait_saved()
    expect(page.locator("[data-part=save-notice]")).to_be_hidden()
    assert [field["name"] for field in fields_of(served_app, draft.id)] == ["tick"]


def test_two_people_are_told_of_each_other_and_joined(
    serve: Serve,
    desk: Desk,
    open_page: Callable[..., Page],
    served_app: Application,
    draft: TemplateVersion,
) -> None:
    open_page.complaints.expected += ["409", "Failed to load resource"]  # type: ignore[attr-defined]
    desk.draw("m", (300, 1200, 60, 60), "Mine")
    desk.wait_saved()
    other = Desk(open_page(f"{serve.url}/templates/versions/{draft.id}/edit"))
    others = other.page.locator("[data-part=others]")
    expect(others).to_contain_text("Also open here: Somebody with Chrome on Linux")
    other.choose("Mine")
    other.draw("m", (900, 1200, 60, 60), "Theirs")
    other.wait_saved()
    desk.choose("Mine")
    other.choose("Mine")
    desk.come_back()
    expect(desk.page.locator("[data-part=taken]")).to_contain_text("has this field selected, too")
    rows = desk.page.locator("[data-part=fields] .field-row-label")
    expect(rows).to_have_text(["Mine", "Theirs"])  # Followed without being asked.
    desk.page.route("**/presence", lambda route: route.abort())
    other.draw("m", (900, 1400, 60, 60), "Their second")
    other.wait_saved()
    desk.draw("m", (300, 1400, 60, 60), "My second")
    desk.wait_saved()
    labels = [field["label"] for field in fields_of(served_app, draft.id)]
    assert sorted(labels) == ["Mine", "My second", "Their second", "Theirs"]


def test_changes_of_one_field_are_a_conflict(
    desk: Desk, open_page: Callable[..., Page], served_app: Application, draft: TemplateVersion
) -> None:
    open_page.complaints.expected.append("409")  # type: ignore[attr-defined]
    desk.draw("m", (300, 1200, 60, 60), "Mine")
    desk.wait_saved()
    version = templates.get_version(served_app, draft.id)
    [field] = version.definition["fields"]
    templates.save_draft(served_app, draft.id, [field | {"label": "Theirs"}], version.revision)
    desk.choose("Mine")
    desk.prop("label").fill("Changed")
    notice = desk.page.locator("[data-part=save-notice]")
    expect(notice).to_contain_text("Somebody else changed “mine” at the same time")

    def meanwhile(route: Route) -> None:
        latest = templates.get_version(served_app, draft.id).revision
        templates.save_draft(served_app, draft.id, [field | {"label": "Again"}], latest)
        route.continue_()

    keep = desk.page.get_by_role("button", name="Keep mine instead")
    desk.page.route("**/draft", meanwhile)
    with desk.page.expect_response("**/draft"):
        keep.click()
    desk.page.unroute("**/draft")
    expect(notice).to_contain_text("Somebody else changed “mine” at the same time")
    keep.click()
    desk.wait_saved()
    assert [field["label"] for field in fields_of(served_app, draft.id)] == ["Changed"]
