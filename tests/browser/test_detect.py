"""The Detect button: proposals found by a worker, corrected with a click, taken as one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app import demo
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.detection import detections
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import TemplateJobRow
from forms_app.store.states import JobKind, JobState
from forms_app.templating.label_reading import ocr_is_installed
from tests import factories
from tests.browser.canvas import Desk, fields_of
from tests.serving import Serve

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SURNAME = {
    "name": "surname", "label": "Surname", "page": 1, "kind": "text", "layout": "comb",
    "box": [100, 200, 400, 40], "cells": 6,
}  # fmt: skip
MARK = {"name": "first", "label": "First", "page": 1, "kind": "mark", "box": [100, 400, 30, 30]}
OPTIONS = [
    {"value": value, "box": [200 + 60 * i, 300, 30, 30]} for i, value in enumerate(("F", "M", "X"))
]
SEX = {"name": "sex", "label": "Sex", "page": 1, "kind": "choice", "options": OPTIONS}
PRINTED = factories.draw_blank(2, [*factories.FIELDS, *(f | {"page": 2} for f in factories.FIELDS)])
"""Two pages with the same boxes."""
NURSE = SURNAME | {"name": "nurse", "label": "Nurse", "page": 2}


def two_pages(app: Application, *found: dict[str, Any]) -> TemplateVersion:
    """A draft of two pages without fields; `found` has been proposed on them already."""
    draft = templates.create_template(app, "Detected", PRINTED, "blank.tiff")
    if found:
        pages = [
            {"number": number, "fields": [f for f in found if f["page"] == number]}
            for number in (1, 2)
        ]
        result = {"pages": pages, "install": None}
        add_job(app, draft, state=JobState.DONE, result=result, steps_done=2, steps_total=2)
    return draft


def add_job(app: Application, draft: TemplateVersion, **columns: Any) -> None:
    with app.session() as session:
        request = {"pages": [1, 2]}
        row = TemplateJobRow(kind=JobKind.DETECTION, version_id=draft.id, request=request)
        for name, value in columns.items():
            setattr(row, name, value)
        session.add(row)


def editor(serve: Serve, draft: TemplateVersion) -> str:
    return f"{serve.url}/templates/versions/{draft.id}/edit"


def row_of(page: Page, label: str) -> Locator:
    """The row of the proposal with this label."""
    at = page.eval_on_selector_all(
        ".detect-label", "(all, label) => all.findIndex(({value}) => value === label)", label
    )
    assert at >= 0
    return page.locator(".detect-row").nth(at)


def test_proposals_are_corrected_dismissed_and_taken_in_one_step(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    blank = (demo.FOLDER / "blank.png").read_bytes()
    draft = templates.create_template(served_app, "Detected", blank, "blank.png")
    page = open_page(editor(serve, draft))
    desk = Desk(page)
    desk.draw("c", (170, 560, 1116, 78), "Surname")

    page.get_by_role("button", name="Detect", exact=True).click()
    rows = page.locator(".detect-row")
    summary = page.locator(".detect-summary")
    expect(summary).to_contain_text("Looking for fields")
    expect(summary).to_contain_text("19 fields proposed", timeout=120_000)
    expect(summary).to_contain_text("1 more have a field already")
    expect(page.locator(".proposed-box").first).to_be_visible()
    expect(rows).to_have_count(19)
    unread = page.locator(".detect .notice")
    expect(unread).to_be_visible(visible=not ocr_is_installed())
    if not ocr_is_installed():
        expect(unread).to_contain_text("No labels could be read")
        expect(unread.locator("code")).to_have_text("pip install 'fieldhand[detect]'")

    comb = rows.filter(has_text="cells").first
    before = comb.locator(".value").inner_text()
    comb.get_by_label("One cell more").click()
    expect(comb.locator(".value")).to_have_text(f"{int(before.split()[0]) + 1} cells")
    page.keyboard.press("-")
    expect(comb.locator(".value")).to_have_text(before)
    rows.last.locator(".detect-tick").focus()
    page.keyboard.press("Delete")
    expect(rows).to_have_count(18)
    rows.nth(0).locator(".detect-tick").click()
    page.get_by_role("button", name="Accept selected").click()
    expect(rows).to_have_count(17)
    assert len(desk.fields()) == 2

    page.get_by_role("button", name="Accept all").click()
    expect(page.locator(".proposed-box")).to_have_count(0)
    expect(page.locator("[data-part=drawer]")).to_be_hidden()
    assert len(desk.fields()) == 19
    page.keyboard.press("Control+z")
    assert len(desk.fields()) == 2
    page.keyboard.press("Control+Shift+z")
    desk.wait_saved()
    saved = fields_of(served_app, draft.id)
    assert len({field["name"] for field in saved}) == 19
    assert templates.get_version(served_app, draft.id).problems == ()
    assert detections(served_app, draft.id) == ()


def test_an_empty_form_is_looked_at_as_a_whole_and_taken_as_a_whole(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    draft = two_pages(served_app)
    page = open_page(editor(serve, draft))
    desk = Desk(page)
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(page.locator(".detect-summary")).to_contain_text("proposed on page 1", timeout=120_000)
    assert [job.request for job in detections(served_app, draft.id)] == [{"pages": [1, 2]}]
    here = page.locator(".detect-row").count()
    there = int(page.get_by_role("button", name="Page 2 ·").inner_text().split(" · ")[1])
    assert here and there
    expect(page.get_by_role("button", name=f"Accept all {here + there}")).to_be_visible()
    page.get_by_role("button", name="Page 2 ·").click()
    expect(page.locator(".detect-row")).to_have_count(there)
    expect(page.locator(".page-thumb[aria-current]")).to_have_attribute("data-page", "2")
    page.get_by_role("button", name="Accept this page").click()
    assert len(desk.fields()) == there
    expect(page.locator(".detect-summary")).to_contain_text(f"{here} more on other pages")
    page.get_by_role("button", name="Accept all").click()
    assert len(desk.fields()) == here + there


def test_one_page_is_looked_at_where_fields_are_drawn_already(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    draft = two_pages(served_app)
    templates.save_draft(served_app, draft.id, [SURNAME], draft.revision)
    page = open_page(editor(serve, draft))
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(page.locator(".detect-summary")).to_contain_text("proposed on page 1", timeout=120_000)
    page.keyboard.press("Escape")
    page.locator(".page-thumb").nth(1).click()
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(page.locator(".detect-summary")).to_contain_text("Page 2 has not been looked at")
    page.get_by_role("button", name="Detect this page").click()
    expect(page.locator(".detect-summary")).to_contain_text("proposed on page 2", timeout=120_000)
    assert [job.request["pages"] for job in detections(served_app, draft.id)] == [[2], [1]]


def test_what_was_found_and_corrected_is_there_when_the_page_is_opened_again(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    draft = two_pages(served_app, SURNAME, SEX, NURSE)
    again = {"pages": [{"number": 1, "fields": [SURNAME, SEX]}], "install": None}
    add_job(served_app, draft, state=JobState.DONE, result=again)
    page = open_page(editor(serve, draft))
    expect(page.locator(".detect-row")).to_have_count(2)
    row_of(page, "Sex").get_by_label("Dismiss Sex").click()
    page.locator(".detect-label").fill("Family name")
    page.keyboard.press("Tab")
    page.reload()
    expect(page.locator(".detect-row")).to_have_count(1)
    expect(page.locator(".detect-label")).to_have_value("Family name")
    page.get_by_role("button", name="Dismiss all").click()
    expect(page.locator("[data-part=drawer]")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert detections(served_app, draft.id) == ()
    page.reload()
    Desk(page)
    expect(page.locator("[data-part=drawer]")).to_be_hidden()


def test_looking_says_how_far_it_is_goes_on_meanwhile_and_is_cancelled(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    draft = two_pages(served_app)
    add_job(served_app, draft, steps_done=1, steps_total=2)
    page = open_page(editor(serve, draft))
    summary = page.locator(".detect-summary")
    expect(summary).to_have_text("Looking for fields on page 2 of 2…")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Detect", exact=True).click()
    expect(summary).to_have_text("Looking for fields on page 2 of 2…")
    assert len(detections(served_app, draft.id)) == 1
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-part=drawer]")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert detections(served_app, draft.id) == ()


def test_a_row_corrects_label_kind_and_options(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    draft = two_pages(served_app, SURNAME, SEX, MARK)
    page = open_page(editor(serve, draft))
    desk = Desk(page)
    rows = page.locator(".detect-row")

    surname = rows.first
    surname.get_by_label("Kind").select_option("signature")
    expect(surname.locator(".value")).to_have_count(0)
    surname.get_by_label("Kind").select_option("date")
    expect(surname.locator(".value")).to_have_text("6 cells")
    expect(surname.get_by_label("Kind").locator("option:checked")).to_have_text("date DDMMYY")
    surname.get_by_label("Label", exact=True).fill("Born")

    rows.nth(1).get_by_label("Split before X").click()
    expect(rows).to_have_count(4)
    rows.nth(2).get_by_label("Join X with the next").click()
    expect(rows).to_have_count(3)
    rows.nth(1).get_by_label("Drop the option M").click()
    page.get_by_role("button", name="Accept all").click()
    desk.wait_saved()
    fields = {field["name"]: field for field in fields_of(served_app, draft.id)}
    assert {name: field["kind"] for name, field in fields.items()} == {
        "born": "date",
        "f": "mark",
        "x": "choice",
    }
    assert (fields["born"]["cells"], fields["born"]["format"]) == (6, "DDMMYY")
    assert [option["value"] for option in fields["x"]["options"]] == ["X", "First"]


def test_rows_are_corrected_without_a_mouse(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    page = open_page(editor(serve, two_pages(served_app, SURNAME, SEX)))
    desk = Desk(page)
    rows = page.locator(".detect-row")
    rows.first.locator(".detect-tick").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("Family name")
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator(".detect-label")).to_be_focused()
    page.keyboard.type("!")
    page.keyboard.press("Escape")
    expect(rows.nth(1).locator(".detect-label")).to_have_value("Sex")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.first.get_by_label("Kind")).to_have_value("digits")
    expect(rows.first.get_by_label("Kind")).to_be_focused()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.control") == "drop-1":
            break
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator(".detect-option")).to_have_count(2)
    rows.first.locator(".detect-tick").focus()
    page.keyboard.press("Enter")
    assert desk.fields() == ["Family name"]
    expect(rows.first.locator(".detect-tick")).to_be_focused()


def test_the_drawer_is_made_as_high_as_wanted_and_stays_so(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    low = SURNAME | {"box": [100, 1080, 400, 40]}
    page = open_page(
        editor(serve, two_pages(served_app, low)), viewport={"width": 1280, "height": 800}
    )
    desk = Desk(page)
    drawer = page.locator("[data-part=drawer]")
    grip = page.get_by_role("separator", name="Height of what was found")

    def height() -> float:
        box = drawer.bounding_box()
        assert box is not None
        return box["height"]

    usual = height()
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] - 96, steps=4)
    page.mouse.up()
    assert abs(height() - usual - 100) <= 2
    grip.press("ArrowDown")
    assert abs(height() - usual - 76) <= 2
    page.reload()
    Desk(page)
    assert abs(height() - usual - 76) <= 2
    grip.press("End")
    stage = page.locator("[data-part=stage]").bounding_box()
    assert stage is not None and 100 <= stage["height"] <= 180, "the page stays in sight"

    page.mouse.move(stage["x"] + 200, stage["y"] + 60)
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(200)
    y = desk.on_screen((300, 1100))[1]
    assert stage["y"] <= y <= stage["y"] + stage["height"]
    grip.press("Enter")
    assert abs(height() - usual) <= 2
