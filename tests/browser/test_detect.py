"""The Detect button: proposals found by a worker, corrected with a click, taken as one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app import demo
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.detection import detections
from forms_app.store.states import JobState
from forms_app.templating.label_reading import ocr_is_installed
from tests.browser.canvas import Desk, fields_of
from tests.browser.detected import (
    NURSE,
    SEX,
    SURNAME,
    add_job,
    editor,
    row_of,
    two_pages,
)
from tests.serving import Serve

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


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
