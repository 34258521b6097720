"""A real `fieldhand serve` with real workers, and a real Chromium that notes every complaint."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from forms_app import demo
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk
from tests.browser.chromium import DESKTOP, EXECUTABLE, Complaints, launch
from tests.browser.demo_form import publish_demo
from tests.browser.every_page import Prepared, prepare
from tests.browser.scheduled_exports import NOT_THERE
from tests.serving import Serve, pages_of

# What `serve` said last is told with a failed test.
SAID_LINES = 60
# A busy machine takes its time to load a page; nothing is asserted of that here.
LOAD_LIMIT_MS = 30_000
expect.set_options(timeout=20_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure of the pages or workers is written in their own log."""
    report = yield
    running = item.funcargs.get("serve")
    if report.failed and isinstance(running, Serve):
        report.sections.append(("serve said", "\n".join(running.lines[-SAID_LINES:])))
    return report


@pytest.fixture(scope="package")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Everything that `fieldhand serve` starts, in a data folder of its own."""
    folder = tmp_path_factory.mktemp("serve")
    with Serve(folder, workers=1, delivery_folders=NOT_THERE) as running:
        yield running


@pytest.fixture(scope="package")
def served_app(serve: Serve) -> Iterator[Application]:
    """The application behind `serve`, to prepare what a test looks at."""
    app = bootstrap(load_settings({}, data_dir=serve.data_dir))
    yield app
    app.close()


@pytest.fixture
def site(app: Application) -> Iterator[str]:
    """Address of the pages alone, over the test's own `app`."""
    with pages_of(app) as address:
        yield address


@pytest.fixture
def empty_site(site: str) -> str:
    """The same, of an installation that nobody has used yet."""
    return site


@pytest.fixture(scope="package")
def demo_template(served_app: Application) -> TemplateVersion:
    """The demo form, published."""
    return publish_demo(served_app)


@pytest.fixture(scope="package")
def everything(served_app: Application) -> Prepared:
    """Something to see on every page of `serve`."""
    return prepare(served_app, scans=3)


@pytest.fixture
def draft(served_app: Application) -> TemplateVersion:
    """A draft of the demo's blank without fields."""
    blank = demo.FOLDER / "blank.png"
    return templates.create_template(served_app, "Ward form", blank.read_bytes(), blank.name)


@pytest.fixture
def desk(serve: Serve, open_page: Callable[..., Page], draft: TemplateVersion) -> Desk:
    """The editor, opened on `draft`."""
    return Desk(open_page(f"{serve.url}/templates/versions/{draft.id}/edit"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ends with the browser tests: its event loop would be in the way of other tests' loops.

    Without a browser a test is skipped on a developer's machine and fails in CI (variable CI set).
    """
    if not Path(EXECUTABLE).exists() and not os.environ.get("CI"):
        pytest.skip(f"needs {EXECUTABLE}: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a window of its own; complaints of the console fail the test."""
    contexts, complaints = [], Complaints()

    def open_at(url: str, **options: object) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LOAD_LIMIT_MS)
        complaints.listen(page)
        page.goto(url)
        return page

    open_at.complaints = complaints  # type: ignore[attr-defined]
    yield open_at
    for context in contexts:
        context.close()
    assert complaints.heard == []
