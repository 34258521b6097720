"""The page queue when things go wrong: files that are none, two people, a batch that is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from forms_app.services import batches, page_actions, page_queue
from forms_app.services.application import Application
from tests import factories
from tests.fakes import run_sent_tasks
from tests.prepared_apps import copy_of, prepare_once
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, forms_of, tiff_of

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NO_IMAGE: FilePayload = {"name": "notes.png", "mimeType": "image/png", "buffer": b"milk, bread"}
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Page 3 is a first page, page 4 of another form; a file of its own holds a foreign page."""

    def read(app: Application) -> None:
        batch = factories.make_batch(app, FIELDS, pages=2)
        pages = [filled_page(1), filled_page(2), filled_page(1), foreign_page()]
        factories.upload(app, batch.id, tiff_of(pages), "scan.tiff")
        factories.upload(app, batch.id, tiff_of([np.flipud(foreign_page())]), "alone.tiff")
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


def _wait_ready(page: Page) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.locator("#workbench[data-ready]").wait_for()


def test_what_is_refused_leaves_the_page_as_it_was(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    open_page.complaints.expected += ["422", "409", "404"]  # type: ignore[attr-defined]
    page = open_page(f"{site}/batches/{batch_id}")
    page.set_default_timeout(PATIENCE_MS)
    page.get_by_role("link", name="alone.tiff").click()
    _wait_ready(page)
    page.locator("#rescan").set_input_files(NO_IMAGE)
    expect(page.get_by_text("notes.png is not a file that can be read")).to_be_visible()
    expect(page.get_by_role("button", name="Replace the scan…")).to_be_enabled()

    page.goto(f"{site}/batches/{batch_id}/pages/4")
    _wait_ready(page)
    page_actions.drop_page(app, 4)  # Somebody else is faster.
    page.get_by_role("button", name="Take out of the batch").click()
    expect(page.get_by_text("was changed after you opened it")).to_be_visible()
    page.get_by_role("button", name="Look again").click()
    _wait_ready(page)

    page.goto(f"{site}/batches/{batch_id}/pages")
    page.locator(".scan-again input[type=file]").first.set_input_files(NO_IMAGE)
    expect(page.get_by_text("notes.png is not a file that can be read")).to_be_visible()
    good = cv2.imencode(".png", filled_page(2))[1].tobytes()
    page.locator(".scan-again input[type=file]").first.set_input_files(NO_IMAGE | {"buffer": good})
    expect(page.get_by_text("The scan was taken")).to_be_visible()
    batches.delete_batch(app, batch_id)
    expect(page.get_by_text("was deleted meanwhile")).to_be_visible(timeout=PATIENCE_MS)


def test_a_page_that_lies_well_moves_to_another_form(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages/2")
    _wait_ready(page)
    expect(page.get_by_role("button", name="It fits")).to_be_visible()
    page.get_by_label("Belongs to").select_option(label="scan.tiff, form 2 (page 2 is missing)")
    page.get_by_role("button", name="Put it into the form").click()
    page.wait_for_url("**/pages/4")
    run_sent_tasks(app)
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(2, 2), (3, 1)]]


def test_more_than_four_points_bend_the_scan(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages/4")
    _wait_ready(page)
    box = page.locator("canvas[data-part=lines]").bounding_box()
    assert box is not None
    places = [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.5, 0.5)]
    for x, y in places:
        place = (box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.mouse.move(*place)
        page.mouse.down()
        page.mouse.move(place[0] + (30 if x == 0.5 else 4), place[1], steps=2)
        page.mouse.up()
    expect(page.get_by_text("5 points set")).to_be_visible()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.2 * box["height"])
    expect(page.get_by_text("6 points set")).to_be_visible()
    page.keyboard.press("Delete")
    page.keyboard.press("n")
    expect(page.locator("canvas[data-part=bent]")).to_be_visible()
    expect(page.locator("img[data-part=scan]")).to_be_hidden()
    page.keyboard.press("Delete")
    expect(page.get_by_text("4 points set")).to_be_visible()
    expect(page.locator("img[data-part=scan]")).to_be_visible()
    assert [p.number for p in page_queue.get_queue(app, batch_id).pages] == [4, 1]
