"""What belongs to the whole template, rules and the code on the page, in the editor's history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests import factories
from tests.browser.canvas import Desk, fields_of

pytestmark = pytest.mark.browser

LABELS = ("Adults", "Children", "Guests")
STEP_MS = 1300  # What is typed within less is one step of the history.


@pytest.fixture
def draft(app: Application) -> TemplateVersion:
    """Three numbers, drawn on an empty sheet."""
    fields = [
        {"name": label.lower(), "label": label, "page": 1, "kind": "digits", "cells": 4}
        | {"box": [100, 200 + 100 * place, 200, 50]}
        for place, label in enumerate(LABELS)
    ]
    return factories.make_draft(app, fields)


@pytest.fixture
def desk(empty_site: str, open_page: Callable[..., Page], draft: TemplateVersion) -> Desk:
    """The editor; no worker is needed."""
    return Desk(open_page(f"{empty_site}/templates/versions/{draft.id}/edit"))


@pytest.fixture
def drawer(desk: Desk) -> Locator:
    """The rules, opened."""
    desk.page.get_by_role("button", name="Rules", exact=True).click()
    return desk.page.locator("[data-part=drawer]")


def _add_sum(drawer: Locator) -> None:
    for label in LABELS[:2]:
        drawer.get_by_role("checkbox", name=label).check()
    drawer.get_by_label("Total").select_option(label="Guests")
    drawer.get_by_role("button", name="Add rule").click()


def _kept(app: Application, version_id: int) -> object:
    return templates.get_version(app, version_id).definition.get("rules", [])


def test_rules_are_undone_and_redone(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    keys, rules = desk.page.keyboard, drawer.locator(".rule > span:not(.actions)")
    _add_sum(drawer)
    drawer.get_by_role("button", name="Change").click()
    expect(drawer.get_by_label("Total")).to_have_value("f3")
    drawer.get_by_role("checkbox", name="Children").uncheck()
    drawer.get_by_label("Kind").select_option("equal")
    drawer.get_by_role("checkbox", name="Guests").check()
    drawer.get_by_role("button", name="Change rule").click()
    expect(rules).to_have_text(["Adults = Guests"])
    keys.press("Control+z")
    expect(rules).to_have_text(["Adults + Children = Guests"])
    expect(desk.page.get_by_text("Undid a change of the rules.")).to_be_visible()
    drawer.get_by_role("button", name="Remove").click()
    expect(rules).to_have_count(0)
    keys.press("Control+z")
    expect(rules).to_have_text(["Adults + Children = Guests"])
    keys.press("Control+z")
    expect(rules).to_have_count(0)
    keys.press("Control+Shift+z")
    expect(rules).to_have_text(["Adults + Children = Guests"])
    keys.press("Control+z")
    keys.press("Control+Shift+z")
    desk.wait_saved()  # Also where what is kept already came back before it was saved.
    sums = {"name": "sum 1", "kind": "sum", "fields": ["adults", "children"], "total": "guests"}
    assert _kept(app, draft.id) == [sums]


def test_a_rule_follows_its_fields_through_names_deleting_and_undo(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    _add_sum(drawer)
    desk.choose("Adults")
    desk.prop("name").fill("grown_ups")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Delete")
    expect(drawer).to_contain_text("“grown_ups” (no such field) + Children = Guests")
    desk.page.keyboard.press("Control+z")
    expect(drawer).to_contain_text("Adults + Children = Guests")
    desk.wait_saved()
    [rule] = _kept(app, draft.id)  # type: ignore[misc]
    assert rule["fields"] == ["grown_ups", "children"]
    assert templates.get_version(app, draft.id).problems == ()


def test_two_people_keep_their_rules(
    desk: Desk,
    drawer: Locator,
    open_page: Callable[..., Page],
    app: Application,
    draft: TemplateVersion,
) -> None:
    open_page.complaints.expected += ["409", "Failed to load resource"]  # type: ignore[attr-defined]
    desk.page.route("**/presence", lambda route: route.abort())
    version = templates.get_version(app, draft.id)
    theirs = {"name": "same", "kind": "equal", "fields": ["adults", "guests"]}
    fields = fields_of(app, draft.id)
    templates.save_draft(app, draft.id, fields, version.revision, rules=[theirs])
    _add_sum(drawer)
    expect(drawer.locator(".rule")).to_have_count(2)
    desk.wait_saved()
    assert {rule["name"] for rule in _kept(app, draft.id)} == {"same", "sum 1"}  # type: ignore[attr-defined]


def test_a_field_renamed_by_somebody_else_keeps_its_rule(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    _add_sum(drawer)
    desk.wait_saved()
    version = templates.get_version(app, draft.id)
    adults, *others = version.definition["fields"]
    fields = [adults | {"name": "grown_ups", "label": "Grown-ups"}, *others]
    [rule] = version.definition["rules"]
    renamed = rule | {"fields": ["grown_ups", "children"]}
    templates.save_draft(app, draft.id, fields, version.revision, rules=[renamed])
    desk.come_back()
    expect(drawer).to_contain_text("Grown-ups + Children = Guests")
    drawer.get_by_role("button", name="Change").click()
    templates.save_draft(app, draft.id, fields, version.revision + 1, "Renamed")
    desk.come_back()
    expect(desk.page.locator("[data-part=name]")).to_have_value("Renamed")
    expect(drawer.get_by_role("button", name="Change rule")).to_be_visible()  # Still open.
    templates.save_draft(app, draft.id, fields[1:], version.revision + 2)
    desk.come_back()
    expect(drawer).to_contain_text("“grown_ups” (no such field) + Children = Guests")
    desk.wait_saved()
    assert _kept(app, draft.id) == [renamed]


def test_the_code_on_the_page_is_explained_tried_and_undone(
    desk: Desk, app: Application, draft: TemplateVersion
) -> None:
    page = desk.page
    page.get_by_text("Code on the page", exact=True).click()
    section = page.locator("[data-part=code]")
    expect(section).to_contain_text("No code is looked for")
    section.get_by_label("What it holds").fill("page:submission")
    expect(section).to_contain_text("A code tells the page and the filled form.")
    expect(section).to_contain_text("For example 1:000123")
    section.get_by_label("Try a text").fill("1:A7")
    expect(section.get_by_role("status")).to_have_text("page 1 · submission A7")
    section.get_by_role("button", name="Read it from this page").click()
    expect(page.get_by_text("No code was found on this blank page")).to_be_visible()
    desk.wait_saved()
    assert templates.get_version(app, draft.id).definition["code"] == "page:submission"
    page.wait_for_timeout(STEP_MS)
    section.get_by_label("What it holds").fill("number")
    expect(section.get_by_role("alert")).to_contain_text("Write the parts that it holds")
    expect(page.locator("[data-part=problems]")).to_contain_text("'code' says what a code")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    expect(section.get_by_label("What it holds")).to_have_value("page:submission")
    page.keyboard.press("Control+z")
    expect(section.get_by_label("What it holds")).to_have_value("")
    desk.wait_saved()
    assert "code" not in templates.get_version(app, draft.id).definition
