"""The reference of the API in a browser: a GET is tried with the session alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app.services.application import Application
from tests import factories

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_what_changes_nothing_can_be_tried(
    app: Application, site: str, open_page: OpenPage
) -> None:
    batch = factories.make_batch(app)
    page = open_page(f"{site}/api/docs#getBatch")
    operation = page.locator("#getBatch")
    operation.locator("summary").click()
    operation.get_by_label("batch_id").fill(str(batch.id))
    operation.get_by_role("button", name="Try it").click()
    expect(operation.get_by_role("status")).to_contain_text('"name": "March"')
