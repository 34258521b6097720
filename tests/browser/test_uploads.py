"""Uploads in a real browser: folders, broken connections, reloads, restarts of the server."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import FileRow
from tests.browser.test_batches import payload
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
PART = 100_000
NO_CONNECTION = ("net::ERR_", "Failed to load resource")


@pytest.fixture
def batch_id(served_app: Application, demo_template: TemplateVersion) -> int:
    return batches.create_batch(served_app, demo_template.id, "Uploads").id


@pytest.fixture
def page(serve: Serve, open_page: OpenPage, batch_id: int) -> Page:
    """The page of an empty batch, sending small parts."""
    shown = open_page(f"{serve.url}/batches/{batch_id}")
    _send_small_parts(shown)
    return shown


def _send_small_parts(page: Page) -> None:
    page.evaluate(f"document.getElementById('upload').dataset.partBytes = '{PART}'")


def _names(app: Application, batch_id: int) -> list[str]:
    return sorted(file.name for file in batches.get_batch(app, batch_id).files)


def _content_hash(app: Application, batch_id: int) -> str | None:
    [file] = batches.get_batch(app, batch_id).files
    with app.session() as session:
        return session.get_one(FileRow, file.id).content_hash


def _scans(folder: Path, count: int) -> list[str]:
    """Files of one byte each that nobody reads for long, in nested folders, with some litter."""
    paths = [f"{'north' if n % 2 else 'south/late'}/scan {n:03}.pdf" for n in range(count)]
    for number, path in enumerate(paths):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"%d" % number)
    (folder / "Thumbs.db").write_bytes(b"litter")
    (folder / "north" / ".DS_Store").write_bytes(b"litter")
    return sorted(f"{folder.name}/{path}" for path in paths)


def _drop(page: Page, path: Path) -> None:
    """Drop a real file or folder, as the desktop would."""
    box = page.locator("#upload").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + 20,
                "y": box["y"] + 20,
                "data": {"items": [], "files": [str(path)], "dragOperationsMask": 1},
            },
        )


def test_a_large_folder_that_is_dropped_arrives_with_its_names(
    page: Page, served_app: Application, batch_id: int, tmp_path: Path
) -> None:
    """More than the 100 entries that Chromium lists at once; rows for some of them only."""
    folder = tmp_path / "week 12"
    expected = _scans(folder, 120)
    _drop(page, folder)
    expect(page.locator("#uploads")).to_be_visible()
    assert page.locator("#uploads-list li").count() <= 60
    expect(page.locator("#uploads")).to_be_hidden(timeout=60_000)
    assert _names(served_app, batch_id) == expected


def test_a_chosen_folder_arrives_with_its_names(
    page: Page, served_app: Application, batch_id: int, tmp_path: Path
) -> None:
    folder = tmp_path / "chosen"
    expected = _scans(folder, 5)
    page.locator("#folder").set_input_files(folder)
    expect(page.locator("tr[data-state]")).to_have_count(5)
    assert _names(served_app, batch_id) == expected


def test_a_broken_connection_costs_one_part_at_most(
    page: Page, open_page: OpenPage, served_app: Application, batch_id: int
) -> None:
    open_page.complaints.expected += NO_CONNECTION  # type: ignore[attr-defined]
    data = os.urandom(10 * PART + 7)
    starts: list[int] = []

    def break_some(route: Route) -> None:
        starts.append(int(route.request.headers["upload-offset"]))
        if len(starts) in (3, 6):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/*", lambda route: _only_patches(route, break_some))
    page.locator("#files").set_input_files([payload("scan.pdf", data)])
    expect(page.locator("tr[data-state]")).to_have_count(1, timeout=20_000)
    assert _content_hash(served_app, batch_id) == hashlib.sha256(data).hexdigest()
    # Two parts were sent twice, none was skipped.
    assert sorted({*starts}) == list(range(0, len(data), PART))
    assert len(starts) == 13


def test_the_last_answer_lost_does_not_double_the_file(
    page: Page, open_page: OpenPage, served_app: Application, batch_id: int
) -> None:
    open_page.complaints.expected += NO_CONNECTION  # type: ignore[attr-defined]
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        lost.append(route.request.url)
        route.abort("connectionreset")

    page.route("**/uploads/*", lambda route: _only_patches(route, lose_the_answer))
    page.locator("#files").set_input_files([payload("scan.pdf", b"%PDF, but no more")])
    expect(page.locator("tr[data-state]")).to_have_count(1, timeout=20_000)
    expect(page.locator("#uploads")).to_be_hidden()
    assert len(lost) == 1
    assert [file.state for file in batches.get_batch(served_app, batch_id).files] != ["duplicate"]


def test_a_server_that_cannot_say_how_far_it_is_is_asked_again(
    page: Page, open_page: OpenPage, served_app: Application, batch_id: int
) -> None:
    """As a proxy answers while Fieldhand restarts: the file must not be sent anew."""
    open_page.complaints.expected += NO_CONNECTION  # type: ignore[attr-defined]
    seen: list[str] = []

    def misbehave(route: Route) -> None:
        seen.append(route.request.method)
        if route.request.method == "PATCH" and seen.count("PATCH") == 1:
            route.fetch()
            route.abort("connectionreset")
        elif route.request.method == "HEAD" and seen.count("HEAD") == 1:
            route.fulfill(status=502)
        else:
            route.continue_()

    page.route("**/uploads/*", misbehave)
    page.locator("#files").set_input_files([payload("scan.pdf", b"%PDF, but no more")])
    expect(page.locator("#uploads")).to_be_hidden(timeout=20_000)
    assert seen == ["PATCH", "HEAD", "HEAD"]
    assert len(batches.get_batch(served_app, batch_id).files) == 1


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    page: Page, served_app: Application, batch_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(os.urandom(10 * PART))
    page.on("dialog", lambda dialog: dialog.accept())
    hold = [True]

    def hold_the_fifth(route: Route) -> None:
        if hold[0] and route.request.headers["upload-offset"] == str(4 * PART):
            return  # never answered: the page is left meanwhile
        route.continue_()

    page.route("**/uploads/*", lambda route: _only_patches(route, hold_the_fifth))
    page.locator("#files").set_input_files(path)
    expect(page.locator("#uploads-list")).to_contain_text("40")
    page.reload()
    hold[0] = False
    _send_small_parts(page)
    with page.expect_request(_is_patch) as first:
        page.locator("#files").set_input_files(path)
    assert first.value.headers["upload-offset"] == str(4 * PART)
    expect(page.locator("tr[data-state]")).to_have_count(1)
    assert _content_hash(served_app, batch_id) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_restart_of_the_server_is_waited_for(
    serve: Serve, page: Page, open_page: OpenPage, served_app: Application, batch_id: int
) -> None:
    open_page.complaints.expected += NO_CONNECTION  # type: ignore[attr-defined]
    data = os.urandom(20 * PART)
    killed: list[int] = []

    def kill_in_the_middle(route: Route) -> None:
        if route.request.headers["upload-offset"] == str(8 * PART) and not killed:
            killed.extend(serve.pids_of("forms_app.embedded.web_process"))
            os.kill(killed[0], signal.SIGKILL)
        route.continue_()

    page.route("**/uploads/*", lambda route: _only_patches(route, kill_in_the_middle))
    page.locator("#files").set_input_files([payload("scan.pdf", data)])
    expect(page.locator("tr[data-state]")).to_have_count(1, timeout=40_000)
    assert killed
    assert _content_hash(served_app, batch_id) == hashlib.sha256(data).hexdigest()


def test_stopping_gives_up_what_is_on_its_way(
    page: Page, served_app: Application, batch_id: int
) -> None:
    page.route("**/uploads/*", lambda route: _only_patches(route, lambda _: None))
    page.locator("#files").set_input_files([payload(f"{n}.pdf", b"%PDF") for n in range(5)])
    uploads = page.get_by_role("region", name="Uploads")
    expect(uploads.locator("li")).to_have_count(5)
    uploads.get_by_role("button", name="Stop").click()
    expect(uploads).to_contain_text("0 of 5 uploaded · 5 not uploaded")
    assert batches.get_batch(served_app, batch_id).files == ()
    page.unroute_all(behavior="ignoreErrors")
    uploads.get_by_role("button", name="Retry all").click()
    expect(page.locator("tr[data-state]")).to_have_count(5)
    expect(uploads).to_be_hidden()


def _is_patch(request: Request) -> bool:
    return request.method == "PATCH"


def _only_patches(route: Route, act: Callable[[Route], object]) -> None:
    if route.request.method == "PATCH":
        act(route)
    else:
        route.continue_()
