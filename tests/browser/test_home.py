"""Home and the shell around every page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.chromium import DESKTOP, TABLET
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def named_batch(served_app: Application, demo_template: TemplateVersion) -> int:
    return batches.create_batch(served_app, demo_template.id, "Seen from home").id


def test_first_visit_leads_to_a_template(empty_site: str, open_page: OpenPage) -> None:
    page = open_page(empty_site)
    expect(page.get_by_role("heading", name="Read your first paper forms")).to_be_visible()
    expect(page.get_by_role("link", name="Create a template")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET], ids=["desktop", "tablet"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_raise_no_complaint(
    serve: Serve, open_page: OpenPage, named_batch: int, scheme: str, viewport: object
) -> None:
    page = open_page(serve.url, color_scheme=scheme, viewport=viewport)
    batch = f"/batches/{named_batch}"
    for path in ("/", "/batches/", "/batches/new", batch, f"{batch}/forms", f"{batch}/export"):
        page.goto(serve.url + path)
        expect(page.locator("#main")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_the_theme_is_a_choice_that_lasts(serve: Serve, open_page: OpenPage) -> None:
    page = open_page(serve.url, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark


def test_the_keyboard_is_enough(serve: Serve, open_page: OpenPage, named_batch: int) -> None:
    page = open_page(serve.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name="Batches", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("n")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("g b ? n")
    expect(page.get_by_label("Name", exact=True)).to_have_value("g b ? n")


def test_dialogs_open_while_scripts_are_on_their_way(serve: Serve, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/js/shell.js", lambda route: held.append(route))
    page.goto(serve.url, wait_until="commit")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    for route in held:
        route.continue_()


def test_home_renews_itself(
    serve: Serve, open_page: OpenPage, named_batch: int, served_app: Application
) -> None:
    page = open_page(serve.url)
    expect(page.get_by_role("link", name="Seen from home")).to_be_visible()
    page.evaluate("document.querySelector('[data-live]').dataset.live = '0.5'")
    version_id = batches.get_batch(served_app, named_batch).summary.version_id
    batches.create_batch(served_app, version_id, "Appears by itself")
    expect(page.get_by_role("link", name="Appears by itself")).to_be_visible()


def test_a_server_that_does_not_answer_is_told_once(empty_site: str, open_page: OpenPage) -> None:
    open_page.complaints.expected += ["ERR_INTERNET_DISCONNECTED", "error: htmx:"]  # type: ignore[attr-defined]
    page = open_page(f"{empty_site}/batches/")
    expect(page.get_by_text("No batches yet")).to_be_visible()
    page.context.set_offline(True)
    page.evaluate("document.querySelector('[data-live]').dataset.live = '0.5'")
    notice = page.get_by_text("Fieldhand does not answer at the moment")
    expect(notice).to_have_count(1)
    page.context.set_offline(False)
    expect(notice).to_have_count(0)


def test_an_unknown_page_has_the_look_of_the_house(serve: Serve, open_page: OpenPage) -> None:
    open_page.complaints.expected.append("404")  # type: ignore[attr-defined]
    page = open_page(f"{serve.url}/no/such/page")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).last.click()
    expect(page).to_have_title("Home · Fieldhand")
