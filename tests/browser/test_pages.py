"""The page workbench: a scan is dragged onto its form with mouse and keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from forms_app.services import batches, page_queue, review
from forms_app.services.application import Application
from tests import factories
from tests.fakes import run_sent_tasks
from tests.prepared_apps import copy_of, prepare_once
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, tiff_of

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Page 1 is half a sheet, turned; page 2 is whole; page 3 is of another form."""

    def read(app: Application) -> None:
        torn = np.asarray(cv2.resize(filled_page(1)[:480], None, fx=1.5, fy=1.5), dtype=np.uint8)
        batch = factories.make_batch(app, FIELDS, pages=2)
        pages = [np.ascontiguousarray(np.rot90(torn)), filled_page(2), foreign_page()]
        factories.upload(app, batch.id, tiff_of(pages), "scan.tiff")
        run_sent_tasks(app)

    return prepare_once(tmp_path_factory.mktemp("read"), migrated_sqlite, read)


@pytest.fixture
def app(read_once: Path, tmp_path: Path) -> Iterator[Application]:
    with copy_of(read_once, tmp_path) as application:
        yield application


@pytest.fixture
def batch_id(app: Application) -> int:
    [batch] = batches.list_batches(app)
    return batch.id


def _handles(page: Page) -> list[list[float]]:
    """Where the points lie on the screen."""
    found: list[list[float]] = page.evaluate(
        """() => {
          const area = document.querySelector(".workbench-stage").getBoundingClientRect();
          return Konva.stages[0].find("Circle").map(
            (mark) => [area.left + mark.x(), area.top + mark.y()]);
        }"""
    )
    return found


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_a_page_is_laid_by_its_corners(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages")
    page.keyboard.press("Enter")
    page.locator("#workbench[data-ready]").wait_for(timeout=60_000)
    page.get_by_label("Page of the form").select_option("Page 1")
    expect(page.get_by_role("button", name="Show the result")).to_be_enabled(timeout=30_000)
    page.locator(".workbench-stage").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")  # Away from where it may lie already.
    box = page.locator("canvas[data-part=lines]").bounding_box()
    assert box is not None
    scale = box["width"] / 826

    def put(handle: int, x: float, y: float) -> None:
        corner = _handles(page)[handle]
        _drag(page, (corner[0], corner[1]), (box["x"] + x * scale, box["y"] + y * scale))

    # The sheet lies on its side: the scan's first corner is the form's top right one.
    put(0, 826, 0)
    expect(page.get_by_text("1 point set")).to_be_visible()
    put(2, 40, 460)
    put(1, 0, 480)  # The same corner again: set ones come first.
    expect(page.get_by_text("2 points set")).to_be_visible()
    page.locator(".workbench-stage").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use this")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.get_by_label("Belongs to").select_option(label="scan.tiff, form 1 (page 1 is missing)")
    page.locator(".workbench-stage").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use this")).to_be_visible(timeout=30_000)
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/3", timeout=30_000)
    run_sent_tasks(app)
    assert [p.number for p in page_queue.get_queue(app, batch_id).pages] == [3]
    consent = review.get_item(app, 1, "consent").current
    assert consent.outcome == "read" and consent.value is True


def test_a_page_is_moved_turned_and_taken_out_by_keys(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages/3")
    page.locator("#workbench[data-ready]").wait_for(timeout=60_000)
    before = _handles(page)
    page.keyboard.press("Shift+ArrowRight")
    moved = _handles(page)
    assert moved[0][0] == pytest.approx(before[0][0] + 10, abs=0.5)
    page.keyboard.press("]")
    assert _handles(page)[0][0] > moved[0][0] + 100
    page.keyboard.press("p")
    expect(page.get_by_text("1 point set")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Delete")
    expect(page.get_by_text("no point set")).to_be_visible()
    page.keyboard.press("o")
    expect(page.locator("canvas[data-part=lines]")).to_be_hidden()
    page.get_by_role("button", name="Take out of the batch").click()
    page.wait_for_url("**/pages/1")
    assert [p.number for p in page_queue.get_queue(app, batch_id).dropped] == [3]
