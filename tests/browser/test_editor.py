"""The template editor with a real server and database: from a blank to a published template."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app import demo
from forms_app.errors import NotFoundError
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk, fields_of, near
from tests.serving import Serve

pytestmark = pytest.mark.browser


def test_from_a_blank_to_a_published_template(
    serve: Serve, open_page: Callable[..., Page], served_app: Application
) -> None:
    page = open_page(f"{serve.url}/templates/new")
    page.get_by_label("Files", exact=True).set_input_files(demo.FOLDER / "blank.png")
    page.get_by_label("Name", exact=True).fill("Drawn by hand")
    page.get_by_role("button", name="Upload", exact=True).click()
    desk = Desk(page)

    desk.draw("c", (170, 560, 1116, 78), "Surname")
    desk.draw("l", (170, 732, 992, 78), "Given name")
    desk.draw("m", (1376, 560, 48, 48), "New patient")
    desk.draw("o", (1521, 560, 48, 48))
    desk.click((1700, 584))
    page.keyboard.type("M")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    desk.prop("label").fill("Sex")
    assert desk.fields() == ["Surname", "Given name", "New patient", "Sex"]

    desk.choose("Surname")
    desk.prop("kind").select_option("letters")
    desk.prop("cells").fill("18")
    desk.prop("required").check()
    desk.prop("second_key").check()
    desk.prop("case").select_option("upper")
    desk.wait_saved()
    page.reload()
    desk = Desk(page)
    assert desk.fields() == ["Surname", "Given name", "New patient", "Sex"]

    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("link", name="Upload filled forms")).to_be_visible()
    version = templates.get_version(served_app, int(page.url.rsplit("/", 1)[1]))
    assert version.state == "published"
    surname, given, mark, sex = version.definition["fields"]
    assert near(surname.pop("box"), [170, 560, 1116, 78])
    assert surname == {
        "name": "surname", "label": "Surname", "page": 1, "kind": "letters", "layout": "comb",
        "cells": 18, "required": True, "second_key": True, "case": "upper",
    }  # fmt: skip
    assert (given["kind"], given["layout"], given["name"]) == ("text", "line", "given_name")
    assert (mark["kind"], mark["name"]) == ("mark", "new_patient")
    assert [option["value"] for option in sex["options"]] == ["1", "M"]
    assert near(sex["options"][1]["box"], [1676, 560, 48, 48])


def test_undo_and_redo_reach_back_to_the_empty_page(desk: Desk) -> None:
    page = desk.page
    desk.draw("m", (300, 600, 60, 60), "One")
    desk.draw("m", (500, 600, 60, 60), "Two")
    page.keyboard.press("Delete")
    assert desk.fields() == ["One"]
    page.keyboard.press("Control+z")
    assert desk.fields() == ["One", "Two"]
    for _ in range(4):
        page.keyboard.press("Control+z")
    assert desk.fields() == []
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    for _ in range(5):
        page.keyboard.press("Control+Shift+z")
    assert desk.fields() == ["One"]


def test_everything_by_keyboard(
    desk: Desk, served_app: Application, draft: TemplateVersion
) -> None:
    page = desk.page
    stage = page.locator("[data-part=stage]")
    stage.focus()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    page.keyboard.type("Date of birth")
    for name, value in zip("xywh", (1252, 732, 496, 78), strict=True):
        page.locator(f"[data-box={name}]").fill(str(value))
        page.keyboard.press("Tab")
    desk.prop("kind").select_option("date")
    desk.prop("cells").fill("8")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+d")
    assert desk.fields() == ["Date of birth", "Date of birth"]
    desk.prop("label").focus()
    page.keyboard.press("Shift+Enter")
    expect(desk.prop("name")).to_have_value("date_of_birth")
    page.keyboard.press("Enter")
    expect(desk.prop("name")).to_have_value("date_of_birth_2")
    page.get_by_role("listbox").focus()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Control+s")
    desk.wait_saved()
    first, second = fields_of(served_app, draft.id)
    assert second["box"] == [1252, 732, 496, 78]
    assert (second["format"], second["cells"]) == ("DDMMYYYY", 8)
    assert (first["name"], second["name"]) == ("date_of_birth_2", "date_of_birth")


def test_a_problem_leads_to_its_field(desk: Desk) -> None:
    page = desk.page
    desk.draw("l", (300, 900, 500, 90), "Code")
    desk.draw("m", (300, 1200, 60, 60), "Tick")
    desk.choose("Code")
    desk.prop("pattern").fill("[A-Z")
    expect(page.locator("[data-problem-count]")).to_have_text("1 to settle before publishing")
    desk.choose("Tick")
    page.locator(".problems summary").click()
    page.get_by_role("button", name="is no regular expression").click()
    expect(desk.prop("pattern")).to_have_value("[A-Z")
    desk.prop("pattern").fill("[A-Z]")
    expect(page.locator("[data-problem-count]")).to_have_text("Ready to publish")


def test_a_published_version_is_only_looked_at(
    serve: Serve, open_page: Callable[..., Page], demo_template: TemplateVersion
) -> None:
    page = open_page(f"{serve.url}/templates/versions/{demo_template.id}/edit")
    desk = Desk(page)
    assert "Surname (capitals)" in desk.fields()
    desk.choose("Surname (capitals)")
    expect(desk.prop("label")).to_be_disabled()
    page.keyboard.press("Delete")
    assert "Surname (capitals)" in desk.fields()
    expect(page.get_by_role("button", name="New version")).to_be_visible()


def test_a_draft_is_deleted_after_asking(
    serve: Serve, open_page: Callable[..., Page], served_app: Application, draft: TemplateVersion
) -> None:
    page = open_page(f"{serve.url}/templates/versions/{draft.id}")
    page.get_by_role("button", name="Delete draft…").click()
    page.get_by_role("button", name="Delete draft", exact=True).click()
    expect(page.get_by_text("was deleted")).to_be_visible()
    with pytest.raises(NotFoundError):
        templates.get_version(served_app, draft.id)


def test_every_key_is_listed_and_on_its_button(desk: Desk) -> None:
    page = desk.page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog.get_by_text("Equal gaps from left to right")).to_be_visible()
    expect(dialog.get_by_text("Repeat in a grid")).to_be_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("button", name="Comb").get_attribute("title") == "Comb (c)"
    assert page.get_by_role("button", name="Redo").get_attribute("title") == "Redo (Ctrl+Shift+z)"
    keyless = page.locator("#editor button[data-command]:not([title*='('])")
    expect(keyless).to_have_text(["Sort"])
