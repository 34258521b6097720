"""What Detect proposed is corrected in its row, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app.services.application import Application
from tests.browser.canvas import Desk, fields_of
from tests.browser.detected import (
    MARK,
    SEX,
    SURNAME,
    editor,
    two_pages,
)
from tests.serving import Serve

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


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
