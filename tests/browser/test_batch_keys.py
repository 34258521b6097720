"""Every key that the list under `?` names on the pages of a batch does what it says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from forms_app.services import batches
from forms_app.services.application import Application
from tests import factories
from tests.fakes import run_sent_tasks
from tests.prepared_apps import copy_of, prepare_once
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, tiff_of

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PATIENCE_MS = 60_000
# The review comes last: it opens with its field to type in.
PLACES = {
    "h": "/$",
    "t": "/templates/",
    "w": "/draw/",
    "b": "/batches/",
    "o": "/operations/",
    "r": "/review/",
    "a": "/audit/",
    "f": "/figures/",
}
EVERYWHERE = Counter({"g": len(PLACES), **dict.fromkeys([*PLACES, "?", "Esc"], 1)})


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """Page 1 is read and lacks its second; pages 2 to 4 are of no form."""

    def read(app: Application) -> None:
        batch = factories.make_batch(app, FIELDS, pages=2)
        pages = [filled_page(1), *[foreign_page()] * 3]
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


def _listed(page: Page) -> set[str]:
    """The keys under `?` that are the page's own; the list opens and closes by its keys."""
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()
    keys = Counter(page.locator("#help kbd").all_inner_texts())
    page.keyboard.press("Escape")
    expect(page.locator("dialog#help")).to_be_hidden()
    assert keys >= EVERYWHERE
    return set(keys - EVERYWHERE)


def _opens_a_file_choice(page: Page, key: str) -> None:
    with page.expect_file_chooser():
        page.keyboard.press(key)


def test_keys_of_the_lists(app: Application, batch_id: int, site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/batches/")
    page.set_default_timeout(PATIENCE_MS)
    for key, place in PLACES.items():
        page.keyboard.press("g")
        page.keyboard.press(key)
        # To its end: the first place's address begins every other.
        page.wait_for_url(re.compile(rf"^{re.escape(site)}{place}(\?.*)?$"))
    page.goto(f"{site}/batches/")
    assert _listed(page) == {"n"}
    page.keyboard.press("n")
    page.wait_for_url("**/batches/new")

    empty = factories.make_batch(app)
    # Choices are caught from here on: switched on with the key press, catching may come too late.
    page.on("filechooser", lambda _: None)
    page.goto(f"{site}/batches/{empty.id}")
    assert _listed(page) == {"u", "o", "e"}
    _opens_a_file_choice(page, "u")
    _opens_a_file_choice(page, "o")
    page.keyboard.press("e")
    expect(page.get_by_text("There is nothing to export yet")).to_be_visible()
    page.goto(f"{site}/batches/{batch_id}")
    page.keyboard.press("e")
    page.wait_for_url("**/export")
    page.goto(f"{site}/batches/{batch_id}/forms")
    assert _listed(page) == set()
    page.goto(f"{site}/batches/{batch_id}/pages")
    assert _listed(page) == {"Enter"}
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/2")


def test_keys_of_the_workbench(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages/2")
    page.set_default_timeout(PATIENCE_MS)
    ready = page.locator("#workbench[data-ready]")
    lines = page.locator("canvas[data-part=lines]")

    def width() -> float:
        box = lines.bounding_box()
        assert box is not None
        return box["width"]

    ready.wait_for()
    moves = {"Enter", "Esc", "p", "n", "Arrows", "Delete", "[", "]", "o", "+", "-", "0", "j", "k"}
    assert _listed(page) == moves
    page.keyboard.press("n")
    expect(page.get_by_text("No point is set yet")).to_be_visible()
    whole = width()
    page.keyboard.press("+")
    assert width() > whole
    page.keyboard.press("0")
    assert width() == pytest.approx(whole)
    page.keyboard.press("-")
    assert width() < whole
    page.keyboard.press("o")
    expect(lines).to_be_hidden()


def test_keys_lead_through_the_queue(
    app: Application, batch_id: int, site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{site}/batches/{batch_id}/pages/2")
    page.set_default_timeout(PATIENCE_MS)
    ready, hint = page.locator("#workbench[data-ready]"), page.locator("[data-part=hint]")
    ready.wait_for()
    page.keyboard.press("k")
    expect(page.get_by_text("This is the first page of the queue")).to_be_visible()
    page.keyboard.press("p")
    expect(hint).to_have_text("1 point set")
    page.keyboard.press("j")
    expect(page.get_by_text("The points that you set are lost")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(hint).to_have_text("no point set")
    page.keyboard.press("j")
    page.wait_for_url("**/pages/3")
    ready.wait_for()
    page.keyboard.press("j")
    page.wait_for_url("**/pages/4")
    ready.wait_for()
    page.keyboard.press("j")
    expect(page.get_by_text("There is no further page in the queue")).to_be_visible()
    page.keyboard.press("k")
    page.wait_for_url("**/pages/3")
    ready.wait_for()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Use this")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show the result")).to_be_visible()

    page.goto(f"{site}/batches/{batch_id}/pages/1")  # It lies well: points are set all the same.
    ready.wait_for()
    page.keyboard.press("p")
    expect(hint).to_have_text("1 point set")


def test_tooltips_name_keys_of_the_list(batch_id: int, site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}/batches/")
    page.set_default_timeout(PATIENCE_MS)
    for path in (
        "",
        f"{batch_id}",
        f"{batch_id}/pages",
        f"{batch_id}/pages/3",
        f"{batch_id}/forms",
    ):
        page.goto(f"{site}/batches/{path}")
        listed = _listed(page) | set(EVERYWHERE)
        titles = page.eval_on_selector_all("[title]", "found => found.map(each => each.title)")
        named = [match[1] for title in titles if (match := re.search(r"\((\S+)\)$", title))]
        assert set(named) <= listed, path
