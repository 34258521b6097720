"""From the first link to a second person at work; a session that ends in the middle of a field."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from forms_app.services import account_changes
from forms_app.services.application import Application
from forms_app.services.invitations import first_link
from forms_app.store.models import DecisionRow
from forms_app.store.states import Role
from tests import factories
from tests.accounts import PASSWORD, make_account, quick_hashes
from tests.browser.chromium import DESKTOP
from tests.browser.english import english_on
from tests.browser.reach import SIDEWAYS, faults
from tests.browser.review_station import FIELDS, Station, form_of, written
from tests.browser.wcag import violations
from tests.serving import pages_of, wait_until
from tests.web.signing_in import guarded

__all__ = ["quick_hashes"]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quick_hashes")]
OpenPage = Callable[..., Page]
# 1280 x 800 at 200 %.
ZOOMED: ViewportSize = {"width": 640, "height": 400}


@pytest.fixture
def guarded_site(app: Application) -> Iterator[str]:
    """Address of the pages alone, where people sign in."""
    with pages_of(guarded(app)) as address:
        yield address


def sign_in(page: Page, login: str) -> None:
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def choose_password(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Keep it and go on").click()


def places(page: Page) -> list[str]:
    """The main menu, without the count of what waits."""
    expect(page.locator("nav a[data-go]").first).to_be_visible(timeout=30_000)
    return [text.split()[0] for text in page.locator("nav a[data-go]").all_inner_texts()]


def test_from_the_first_link_to_a_second_person(
    guarded_site: str, open_page: OpenPage, app: Application
) -> None:
    root = open_page(f"{guarded_site}/invitation/{first_link(app)}")
    root.get_by_label("Your name").fill("Ruth")
    root.get_by_label("Login").fill("ruth")
    choose_password(root)
    assert {"Home", "Templates", "Review", "Operations"} <= set(places(root))
    root.locator("#who").click()
    root.get_by_role("link", name="People").click()
    root.get_by_role("link", name="Invite somebody").click()
    root.get_by_label("Name", exact=True).fill("Bo")
    root.get_by_label("Login").fill("bo")
    root.get_by_label("Operator in Main").check()
    root.get_by_role("button", name="Make the link").click()
    link = root.get_by_label("Hand this link to Bo").input_value()

    bo = open_page(link)
    choose_password(bo)
    bo.locator("#who").click()
    bo.get_by_role("button", name="Sign out").click()
    bo.goto(f"{guarded_site}/batches/")
    sign_in(bo, "bo")
    expect(bo).to_have_url(f"{guarded_site}/batches/")
    assert {"Home", "Batches", "Templates"} <= set(places(bo))
    assert not {"Review", "Operations", "Audit"} & set(places(bo))
    bo.locator("#who").click()
    expect(bo.get_by_role("link", name="My account")).to_be_visible()
    expect(bo.get_by_role("link", name="People")).to_be_hidden()


def test_a_field_on_screen_survives_the_end_of_its_session(
    guarded_site: str, open_page: OpenPage, app: Application
) -> None:
    anna = make_account(app, roles=[Role.REVIEWER])
    make_account(app, "Bo", roles=[Role.REVIEWER])
    batch_id = factories.make_batch(app, FIELDS).id
    form = form_of(app, batch_id, written("surname", "BO", 0.9))
    open_page.complaints.expected += ["401", "400"]  # type: ignore[attr-defined]
    page = open_page(f"{guarded_site}/review/station?batch={batch_id}")
    sign_in(page, "anna")
    station = Station(page, app, form)
    account_changes.end_sessions(app, anna, anna)
    station.press("Control+a")
    station.type("BOA")
    station.press("Enter")
    notice = page.locator("#signed-out")
    expect(notice).to_contain_text("Nothing on this page is lost")

    beside = page.context.new_page()
    beside.goto(f"{guarded_site}/sign-in?next=/sign-in/done")
    sign_in(beside, "bo")
    expect(notice).to_contain_text("Somebody else has signed in")
    assert decided_by(app) == []
    beside.locator("#who").click()
    beside.get_by_role("button", name="Sign out").click()
    beside.goto(page.evaluate("document.querySelector('#signed-out a').href"))
    sign_in(beside, "anna")
    expect(beside.get_by_role("heading", name="You are signed in")).to_be_visible()
    wait_until(lambda: decided_by(app) == [anna], 30, "the decision that waited")
    expect(notice).to_have_count(0)
    assert station.field("surname").value == "BOA"


def test_pages_of_signing_in_keep_the_rules_of_all_pages(
    guarded_site: str, browser: Browser, app: Application
) -> None:
    make_account(app, roles=[Role.REVIEWER])
    link = f"/invitation/{first_link(app)}"
    shown: list[str] = []
    options = {"viewport": ZOOMED, "locale": "de-DE", "bypass_csp": True}
    with browser.new_context(**options, reduced_motion="reduce") as context:
        page = context.new_page()
        for path in ("/sign-in", link, "/account/", "/sign-in/done"):
            page.set_viewport_size(ZOOMED)
            page.goto(guarded_site + path)
            if path == "/account/":
                page.locator("#login").fill("anna")
                page.locator("#password").fill(PASSWORD)
                page.locator("main button").click()
                page.locator("#who").click()
            shown += [f"{path}: {line}" for line in faults(page)]
            page.set_viewport_size(DESKTOP)
            shown += [f"{path}: {line}" for line in (*english_on(page), *violations(page))]
            shown += [f"{path}: too wide"] if page.evaluate(SIDEWAYS) else []
    assert not shown, "\n".join(shown)


def decided_by(app: Application) -> list[int]:
    with app.session() as session:
        return list(session.scalars(select(DecisionRow.user_id)))
