"""A real browser between the pages and a real OpenID Connect provider on another site."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from forms_app.services.application import Application
from forms_app.store.states import Role
from tests.accounts import make_account
from tests.browser.chromium import DESKTOP
from tests.browser.english import english_on
from tests.browser.reach import SIDEWAYS, faults
from tests.browser.wcag import violations
from tests.oidc_provider import CLIENT_ID, SECRET, Provider, running_provider
from tests.serving import pages_of
from tests.web.signing_in import guarded

pytestmark = pytest.mark.browser
NAME = "Office SSO"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def site(app: Application, provider: Provider) -> Iterator[str]:
    """The pages: for a browser another site than the provider, so its rules for cookies count."""
    settings = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": SECRET,
        "oidc_name": NAME,
    }
    with pages_of(guarded(app, **settings)) as pages:
        address = pages.replace("127.0.0.1", "localhost")
        provider.back_to = f"{address}/sign-in/oidc/back"
        yield address


def test_in_and_out_again(app: Application, site: str, open_page: Callable[..., Page]) -> None:
    make_account(app, roles=[Role.OPERATOR])
    page = open_page(f"{site}/batches/")
    page.get_by_role("link", name=f"Sign in with {NAME}").click()
    expect(page).to_have_url(f"{site}/batches/")
    page.locator("#who").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name=f"Sign out of {NAME}, too").click()
    expect(page).to_have_url(f"{site}/sign-in")


def test_its_pages_keep_the_rules_of_all_pages(site: str, browser: Browser) -> None:
    shown: list[str] = []
    options = {"viewport": DESKTOP, "locale": "de-DE", "bypass_csp": True}
    with browser.new_context(**options, reduced_motion="reduce") as context:
        page = context.new_page()
        for path in ("/sign-in", "/sign-in/oidc/left", "/sign-in/oidc/back"):
            page.goto(site + path)
            shown += [f"{path}: {line}" for line in (*faults(page), *english_on(page))]
            shown += [f"{path}: {line}" for line in violations(page)]
            shown += [f"{path}: too wide"] if page.evaluate(SIDEWAYS) else []
    assert not shown, "\n".join(shown)
