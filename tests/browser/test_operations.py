"""The operations pages: with real workers, and with work that stays where it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import FileRow
from forms_app.store.states import FileState
from tests import factories
from tests.browser.chromium import DESKTOP
from tests.browser.demo_form import filled_forms
from tests.browser.english import english_on
from tests.browser.reach import faults
from tests.browser.wcag import violations
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
READ_LIMIT_MS = 90_000
PHONE = {"width": 390, "height": 844}
WHY = "The disk was full; free some space and try again."


@pytest.fixture
def failed_file(served_app: Application, demo_template: TemplateVersion) -> int:
    """A file of a batch of its own that could not be opened, though nothing is wrong with it."""
    batch = batches.create_batch(served_app, demo_template.id, "Night shift")
    form = filled_forms()[0].read_bytes()
    with served_app.session() as session:
        file = FileRow(
            batch_id=batch.id,
            name="night.jpg",
            content_hash=served_app.files.put(form),
            size=len(form),
            state=FileState.FAILED,
            error_code="storage_full",
            error_message=WHY,
        )
        session.add(file)
        session.flush()
        return file.batch_id


@pytest.fixture
def waiting(app: Application) -> list[int]:
    """Pages that wait, as there is no worker; sent a while ago."""
    pages = factories.make_pages(app, factories.make_batch(app).id, 4)
    factories.let_time_pass(app, 5)
    return pages


def test_a_failed_file_is_tried_again_and_read(
    serve: Serve, open_page: OpenPage, failed_file: int
) -> None:
    page = open_page(serve.url)
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Operations", level=1)).to_be_visible()
    # The worker says that it is there, the clock that it ticks.
    expect(page.locator("#part-workers .state-done")).to_be_visible(timeout=READ_LIMIT_MS)
    expect(page.get_by_role("cell", name=re.compile("^workers@"))).to_be_visible()
    expect(page.locator("#part-clock .state-done")).to_be_visible(timeout=READ_LIMIT_MS)
    reason = page.locator("#reason-file-storage_full")
    expect(reason).to_contain_text(WHY)
    expect(reason).to_contain_text("Night shift")
    reason.get_by_role("link", name="1 file").click()
    expect(page.get_by_role("heading", name="Failed: Files")).to_be_visible()
    page.wait_for_load_state("networkidle")
    line = page.get_by_role("row", name=re.compile("night.jpg"))
    line.get_by_role("button", name="Retry").click()
    expect(page.locator("#operations-said")).to_contain_text("night.jpg is tried again.")
    expect(page.get_by_role("heading", name="Nothing has failed here")).to_be_visible()
    expect(page.locator("#operations-said")).to_be_focused()
    page.goto(f"{serve.url}/batches/{failed_file}")
    expect(page.locator("tr[data-state=done]")).to_have_count(1, timeout=READ_LIMIT_MS)
    page.goto(f"{serve.url}/operations/")
    expect(page.locator("#operations-work ~ p")).to_contain_text("Read in the last 5 min")


def test_what_waits_is_sent_again_stopped_and_taken_out(
    site: str, open_page: OpenPage, waiting: list[int]
) -> None:
    page = open_page(f"{site}/operations/")
    stage = page.locator("#stage-align")
    expect(stage).to_contain_text("4\u00a0pages")
    stage.get_by_role("button", name="Send again").click()
    said = page.locator("#operations-said")
    expect(said).to_contain_text("4 things were sent again.")
    stage.get_by_role("link", name="Lay pages onto the form").click()
    expect(page.get_by_role("heading", name="Lay pages onto the form")).to_be_visible()
    page.wait_for_load_state("networkidle")
    first, second, third = (page.locator(f"#item-{page_id}") for page_id in waiting[:3])
    first.get_by_text("Stop…").press("Enter")
    first.get_by_label("Why").fill("the wrong ward")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("page 1 was stopped")
    expect(first).to_have_count(0)
    second.get_by_role("button", name="Take out").click()
    asked = page.get_by_role("dialog").filter(has_text="can be brought back")
    asked.get_by_role("button", name="Cancel").click()
    expect(second).to_be_visible()
    second.get_by_role("button", name="Take out").click()
    asked.get_by_role("button", name="Take it out").click()
    expect(said).to_contain_text("page 2 was taken out")
    expect(second).to_have_count(0)
    said.get_by_role("button", name="Undo").click()
    expect(said).to_contain_text("page 2 is back")
    expect(second).to_be_visible()
    third.get_by_role("button", name="Send again").click()
    expect(said).to_contain_text("Nothing waits here that was not sent a moment ago.")
    page.goto(f"{site}/operations/failed/page")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("row").filter(has_text="the wrong ward")).to_be_visible()
    page.get_by_role("button", name="Retry all").click()
    expect(said).to_contain_text("1 is tried again.")
    expect(page.get_by_role("heading", name="Nothing has failed here")).to_be_visible()


def test_the_lists_can_be_read_and_reached_by_all(
    site: str, browser: Browser, waiting: list[int]
) -> None:
    with browser.new_context(viewport=PHONE, locale="de-DE", bypass_csp=True) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for path in ("/operations/", "/operations/waiting/align"):
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            page.goto(site + path)
            assert faults(page) == []
            page.set_viewport_size(DESKTOP)
            if page.locator(".stop summary").count():
                page.locator(".stop summary").first.click()
            assert english_on(page) == []
            assert list(violations(page)) == []
