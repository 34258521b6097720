"""The charts of the figures, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from forms_app.services.application import Application
from forms_app.store.base import utc_now
from tests import factories, figure_rows
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def batch_id(served_app: Application) -> int:
    """Two forms that came in on two days, a field of each decided."""
    batch = factories.make_batch(served_app)
    for days, name in enumerate(("a.png", "b.png")):
        form = factories.make_submission(served_app, batch.id, name=name)
        at = utc_now() - timedelta(days=days)
        figure_rows.came_in(served_app, form, at)
        figure_rows.decided(served_app, form, "number", "1", 1, 4, 2000 * (days + 1), at)
    return batch.id


def test_charts_over_days_are_drawn_from_the_table(
    serve: Serve, open_page: OpenPage, batch_id: int
) -> None:
    page = open_page(f"{serve.url}/figures/?by=day&batch={batch_id}")
    expect(page.locator("#figures tbody tr")).to_have_count(2)
    expect(page.locator(".chart canvas")).to_have_count(4)
    time = page.locator("[data-column=seconds].chart")
    box = time.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    expect(time.locator("output")).to_contain_text("2.0\u00a0s")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_charts_follow_the_theme(serve: Serve, open_page: OpenPage, batch_id: int) -> None:
    page = open_page(f"{serve.url}/figures/?by=day&batch={batch_id}", color_scheme="light")
    picture = "document.querySelector('.chart canvas').toDataURL()"
    page.locator(".chart canvas").first.wait_for()
    light = page.evaluate(picture)
    page.get_by_role("button", name="Switch between light and dark").click()
    page.wait_for_function(f"light => {picture} !== light", arg=light)


def test_without_scripts_the_table_has_it_all(
    serve: Serve, open_page: OpenPage, batch_id: int
) -> None:
    page = open_page(f"{serve.url}/figures/?by=day&batch={batch_id}", java_script_enabled=False)
    expect(page.locator("#charts")).to_be_hidden()
    expect(page.locator("#figures tbody tr").first).to_contain_text("2.0\u00a0s")
