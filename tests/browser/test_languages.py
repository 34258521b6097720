"""A person switches the pages to German; that they are whole in it: test_every_page.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from forms_app.services import batches, uploads
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.demo_form import publish_demo
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_a_person_switches_to_german_and_back(serve: Serve, open_page: OpenPage) -> None:
    page = open_page(serve.url)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Batches", exact=True).click()
    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page).to_have_url(re.compile(r"/batches/\??$"))
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", name="Stapel", exact=True)).to_be_visible()
    page.goto(f"{serve.url}/batches/new")
    expect(page.get_by_role("heading", name="Neuer Stapel")).to_be_visible()
    page.get_by_role("button", name="Sprache: Deutsch").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="New batch")).to_be_visible()


def test_scripts_speak_german_too(
    serve: Serve, open_page: OpenPage, served_app: Application, draft: TemplateVersion
) -> None:
    version = publish_demo(served_app, "Stempel")
    batch = batches.create_batch(served_app, version.id, "Gestempelt")
    uploads.add_file(served_app, batch.id, "leer.pdf", BytesIO(b""))
    page = open_page(f"{serve.url}/batches/{batch.id}", locale="de-CH")
    expect(page.locator("time").first).to_have_text(re.compile(r"gerade eben|vor\s.*\s(Min|Std)"))
    page.goto(f"{serve.url}/templates/versions/{draft.id}/edit")
    expect(page.get_by_role("button", name="Finden", exact=True)).to_be_visible()
