"""The template editor with a real server and database: from a blank to a published template."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from forms_app import demo
from forms_app.errors import NotFoundError
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto import TemplateVersion
from tests.browser.canvas import Desk
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
MODULES = "/static/js/editor"


@pytest.fixture
def draft(served_app: Application) -> TemplateVersion:
    """A draft of the demo's blank without fields."""
    blank = demo.FOLDER / "blank.png"
    return templates.create_template(served_app, "Draft", blank.read_bytes(), blank.name)


@pytest.fixture
def desk(serve: Serve, open_page: OpenPage, draft: TemplateVersion) -> Desk:
    """The editor, opened on `draft`."""
    return Desk(open_page(f"{serve.url}/templates/versions/{draft.id}/edit"))


def fields_of(app: Application, version_id: int) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = templates.get_version(app, version_id).definition["fields"]
    return fields


def near(box: list[float], wanted: list[float], px: float = 6) -> bool:
    return all(abs(a - b) <= px for a, b in zip(box, wanted, strict=True))


def test_from_a_blank_to_a_published_template(
    serve: Serve, open_page: OpenPage, served_app: Application
) -> None:
    page = open_page(f"{serve.url}/templates/new")
    page.get_by_label("Blank form").set_input_files(demo.FOLDER / "blank.png")
    page.get_by_label("Name", exact=True).fill("Drawn by hand")
    page.get_by_role("button", name="Upload and draw fields").click()
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
        "cells": 18, "required": True, "case": "upper",
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


def test_boxes_move_by_mouse_and_arrows_together(desk: Desk) -> None:
    page = desk.page
    desk.draw("l", (300, 900, 500, 90), "Upper")
    desk.draw("l", (300, 1200, 500, 90), "Lower")
    desk.click((600, 945), shift=True)
    expect(page.get_by_role("heading", name="2 fields")).to_be_visible()
    page.keyboard.down("Alt")
    desk.drag((600, 945), (900, 1045))
    page.keyboard.up("Alt")
    desk.choose("Upper")
    assert near(desk.box(), [600, 1000, 500, 90])
    before = desk.box()
    desk.page.locator("[data-part=stage]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    assert desk.box() == [before[0] + 1, before[1] + 10, *before[2:]]
    desk.choose("Lower")
    assert near(desk.box(), [600, 1300, 500, 90])


def test_a_corner_resizes_and_neighbours_snap(desk: Desk) -> None:
    desk.draw("l", (300, 900, 500, 120), "First")
    desk.drag((800, 1020), (1000, 1080))
    assert near(desk.box(), [300, 900, 700, 180])
    desk.draw("l", (320, 1500, 500, 120), "Second")
    desk.drag((600, 1560), (586, 1660))
    desk.choose("First")
    left = desk.box()[0]
    desk.choose("Second")
    assert desk.box()[0] == left


def test_pages_zoom_and_paste(
    serve: Serve, open_page: OpenPage, served_app: Application, tmp_path: Path
) -> None:
    sheets = [Image.open(demo.FOLDER / "blank.png").convert("1") for _ in range(2)]
    sheets[0].save(tmp_path / "two.tiff", save_all=True, append_images=sheets[1:])
    blank = (tmp_path / "two.tiff").read_bytes()
    draft = templates.create_template(served_app, "Two pages", blank, "two.tiff")
    page = open_page(f"{serve.url}/templates/versions/{draft.id}/edit")
    desk = Desk(page)
    desk.draw("m", (300, 600, 60, 60), "One")
    desk.draw("m", (500, 600, 60, 60), "Two")

    def width() -> float:
        return float(page.locator("[data-part=blank]").evaluate("(image) => image.clientWidth"))

    page.keyboard.press("0")
    whole = width()
    corner = desk.on_screen((300, 600))
    page.mouse.move(*corner)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    assert width() == pytest.approx(whole * 1.2, rel=0.02)
    assert desk.on_screen((300, 600)) == pytest.approx(corner, abs=1.5)
    page.keyboard.press("1")
    assert width() == 2480
    page.keyboard.press("0")

    desk.drag((250, 500), (700, 700))
    expect(page.get_by_role("heading", name="2 fields")).to_be_visible()
    page.keyboard.press("Control+c")
    page.keyboard.press("PageDown")
    page.keyboard.press("Control+v")
    desk.wait_saved()
    fields = fields_of(served_app, draft.id)
    assert [(field["name"], field["page"]) for field in fields] == [
        ("one", 1), ("two", 1), ("one_2", 2), ("two_2", 2),
    ]  # fmt: skip


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


def test_nothing_is_lost_while_the_server_is_away(
    desk: Desk, open_page: OpenPage, served_app: Application, draft: TemplateVersion
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


def test_two_windows_on_one_draft(
    desk: Desk, open_page: OpenPage, served_app: Application, draft: TemplateVersion
) -> None:
    open_page.complaints.expected.append("409")  # type: ignore[attr-defined]
    theirs = {"name": "theirs", "page": 1, "kind": "mark", "box": [10, 10, 40, 40]}
    templates.save_draft(served_app, draft.id, [theirs], draft.revision)
    desk.draw("m", (300, 1200, 60, 60), "Mine")
    expect(desk.page.locator("[data-part=save-notice]")).to_contain_text("changed elsewhere")
    desk.page.get_by_role("button", name="Keep mine instead").click()
    desk.wait_saved()
    assert [field["name"] for field in fields_of(served_app, draft.id)] == ["mine"]


def test_a_published_version_is_only_looked_at(
    serve: Serve, open_page: OpenPage, demo_template: TemplateVersion
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
    serve: Serve, open_page: OpenPage, served_app: Application, draft: TemplateVersion
) -> None:
    page = open_page(f"{serve.url}/templates/versions/{draft.id}")
    page.get_by_role("button", name="Delete draft…").click()
    page.get_by_role("button", name="Delete draft", exact=True).click()
    expect(page.get_by_text("was deleted")).to_be_visible()
    with pytest.raises(NotFoundError):
        templates.get_version(served_app, draft.id)


def test_pure_parts(desk: Desk) -> None:
    """The model's functions, run where they run: in the browser."""
    found = desk.page.evaluate(
        """async (modules) => {
          const [fields, geometry, model] = await Promise.all(
            ["fields", "geometry", "model"].map((name) => import(`${modules}/${name}.js`)));
          const pages = [{width_px: 1000, height_px: 1000}];
          const [a, b] = fields.fromFile([
            {name: "a", kind: "text", layout: "comb", box: [100, 300, 200, 40], cells: 5},
            {name: "b", kind: "choice", options: [
              {value: "F", box: [500, 100, 20, 20]}, {value: "M", box: [540, 100, 20, 20]}]}]);
          const both = [a, b];
          const pasted = model.paste(both, both, 1, pages, 600);
          return {
            cells: fields.cellBoxes(a)[4],
            stopped: model.moveBy(both, [a.id], 9999, -9999, pages)[0].box,
            order: model.inReadingOrder(both).map((field) => field.name),
            names: pasted.fields.map((field) => field.name),
            pastedInside: model.extentOf(pasted.fields[3]),
            lastOption: model.remove(both, [`${b.id}:0`, `${b.id}:1`]).length,
            next: fields.newOption(b.options, [0, 0, 1, 1]).value,
            date: fields.withKind(a, "date", a.box),
            name: fields.nameFrom("Größe (cm)"),
            snapped: geometry.snap([103, 50, 20, 20], [[100, 0, 30, 30]], 5).dx,
          };
        }""",
        MODULES,
    )
    assert found["cells"] == [260, 300, 40, 40]
    assert found["stopped"] == [800, 0, 200, 40]
    assert found["order"] == ["b", "a"]
    assert found["names"] == ["a", "b", "a_2", "b_2"]
    assert found["pastedInside"] == [940, 700, 60, 20]
    assert found["lastOption"] == 1
    assert found["next"] == "N"
    assert found["date"]["format"] == "DDMMYYYY"
    assert found["name"] == "grosse_cm"
    assert found["snapped"] == 2
