"""The drawer under the page, which holds what Detect, Check and Try found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from forms_app.services.application import Application
from tests.browser.canvas import Desk
from tests.browser.detected import (
    SURNAME,
    editor,
    two_pages,
)
from tests.serving import Serve

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def test_the_drawer_is_made_as_high_as_wanted_and_stays_so(
    serve: Serve, open_page: Open, served_app: Application
) -> None:
    low = SURNAME | {"box": [100, 1080, 400, 40]}
    page = open_page(
        editor(serve, two_pages(served_app, low)), viewport={"width": 1280, "height": 800}
    )
    desk = Desk(page)
    drawer = page.locator("[data-part=drawer]")
    grip = page.get_by_role("separator", name="Height of what was found")

    def height() -> float:
        box = drawer.bounding_box()
        assert box is not None
        return box["height"]

    usual = height()
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] - 96, steps=4)
    page.mouse.up()
    assert abs(height() - usual - 100) <= 2
    grip.press("ArrowDown")
    assert abs(height() - usual - 76) <= 2
    page.reload()
    Desk(page)
    assert abs(height() - usual - 76) <= 2
    grip.press("End")
    stage = page.locator("[data-part=stage]").bounding_box()
    assert stage is not None and 100 <= stage["height"] <= 180, "the page stays in sight"

    page.mouse.move(stage["x"] + 200, stage["y"] + 60)
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(200)
    y = desk.on_screen((300, 1100))[1]
    assert stage["y"] <= y <= stage["y"] + stage["height"]
    grip.press("Enter")
    assert abs(height() - usual) <= 2
