"""Pages of templates that a batch does not hold: added with a click, chosen on the workbench."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app.services import batches, page_queue
from forms_app.services.application import Application
from tests.fakes import run_sent_tasks
from tests.services.one_box_forms import filled, published, upload
from tests.services.two_page_scans import foreign_page

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PATIENCE_MS = 60_000


def test_pages_of_another_template_are_taken_with_one_click(
    app: Application, site: str, open_page: OpenPage
) -> None:
    first, _ = published(app, 1), published(app, 2)
    batch = batches.create_batch(app, first.id, "March")
    upload(app, batch.id, [filled(1), filled(2), foreign_page()], "scan.tiff")
    page = open_page(f"{site}/batches/{batch.id}/pages")
    page.set_default_timeout(PATIENCE_MS)
    expect(page.get_by_text("1 page belongs to Form 2, which this batch")).to_be_visible()
    page.get_by_role("button", name="Add it and read 1 page").click()
    expect(page.get_by_text("1 page belongs to Form 2")).to_have_count(0)
    run_sent_tasks(app)
    assert [waiting.number for waiting in page_queue.get_queue(app, batch.id).pages] == [3]
    page.goto(f"{site}/batches/{batch.id}")
    expect(page.get_by_text("Form 1 v1, Form 2 v1")).to_be_visible()
    page.get_by_role("button", name="Try 1 refused page again").click()
    expect(page.get_by_role("button", name="Try 1 refused page again")).to_have_count(0)
    run_sent_tasks(app)


def test_a_template_is_added_on_the_batch_page(
    app: Application, site: str, open_page: OpenPage
) -> None:
    first = published(app, 1)
    for seed in range(10, 19):
        published(app, seed)
    batch = batches.create_batch(app, first.id, "March")
    page = open_page(f"{site}/batches/{batch.id}")
    page.set_default_timeout(PATIENCE_MS)
    page.get_by_role("button", name="Add a template…").click()
    page.get_by_label("Find a template").fill("form 13")
    expect(page.get_by_label("Form 14")).to_be_hidden()
    page.get_by_label("Form 13").check()
    page.get_by_label("Find a template").fill("nothing")
    expect(page.get_by_label("Form 13")).to_be_visible()  # What is ticked stays in sight.
    page.get_by_role("button", name="Add to the batch").click()
    expect(page.get_by_text("“Form 13” added to the batch.")).to_be_visible()
    expect(page.get_by_text("Form 1 v1, Form 13 v1")).to_be_visible()


def test_a_page_is_laid_on_a_template_outside_of_the_batch(
    app: Application, site: str, open_page: OpenPage
) -> None:
    first = published(app, 1)
    for seed in range(2, 14):
        published(app, seed)
    batch = batches.create_batch(app, first.id, "March")
    upload(app, batch.id, [foreign_page()], "scan.tiff")
    page = open_page(f"{site}/batches/{batch.id}/pages/1")
    page.set_default_timeout(PATIENCE_MS)
    page.locator("#workbench[data-ready]").wait_for()
    note = page.locator("[data-part=adds]")
    expect(note).to_be_empty()
    page.get_by_label("Find a template").fill("form 12")
    choice = page.get_by_label("Page of the form")
    assert choice.locator("option").all_inner_texts() == ["Form 1, page 1", "Form 12, page 1"]
    page.keyboard.press("Enter")
    expect(note).to_contain_text("it adds Form 12 to the templates of this batch")
    expect(page.get_by_role("button", name="Show the result")).to_be_enabled()
    page.locator(".workbench-stage").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use this")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/batches/{batch.id}/pages")
    run_sent_tasks(app)
    assert batches.get_batch(app, batch.id).summary.templates == ("Form 1 v1", "Form 12 v1")
