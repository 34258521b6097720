"""The Detect button: proposals on the page, corrected with a click, taken as one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app import demo
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.templating.label_reading import ocr_is_installed
from tests.browser.canvas import Desk, fields_of
from tests.serving import Serve

pytestmark = pytest.mark.browser


def test_proposals_are_corrected_dismissed_and_taken_in_one_step(
    serve: Serve, open_page: Callable[..., Page], served_app: Application
) -> None:
    blank = (demo.FOLDER / "blank.png").read_bytes()
    draft = templates.create_template(served_app, "Detected", blank, "blank.png")
    page = open_page(f"{serve.url}/templates/versions/{draft.id}/edit")
    desk = Desk(page)
    desk.draw("c", (170, 560, 1116, 78), "Surname")

    page.get_by_role("button", name="Detect", exact=True).click()
    rows = page.locator(".detect-row")
    summary = page.locator(".detect-summary")
    expect(summary).to_contain_text("19 fields proposed", timeout=20_000)
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
    rows.last.locator(".detect-name").focus()
    page.keyboard.press("Delete")
    expect(rows).to_have_count(18)
    rows.nth(0).locator(".detect-name").click()
    page.get_by_role("button", name="Accept selected").click()
    expect(rows).to_have_count(17)
    assert len(desk.fields()) == 2

    page.get_by_role("button", name="Accept all").click()
    expect(page.locator(".proposed-box")).to_have_count(0)
    assert len(desk.fields()) == 19
    page.keyboard.press("Control+z")
    assert len(desk.fields()) == 2
    page.keyboard.press("Control+Shift+z")
    desk.wait_saved()
    saved = fields_of(served_app, draft.id)
    assert len({field["name"] for field in saved}) == 19
    assert templates.get_version(served_app, draft.id).problems == ()
