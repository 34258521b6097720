"""Pictures of every page for `docs/screens`, light and dark, desktop and tablet.

Run as `make screens`. The demo's form is read by a real `serve`, so the pictures show real
readings; a change of the face is then seen in review.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, sync_playwright

from forms_app import demo
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, exports, page_queue, review, templates, uploads
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.chromium import DESKTOP, TABLET, Complaints, launch
from tests.browser.demo_form import filled_forms, publish_demo
from tests.browser.paper import Paper
from tests.own_pictures import as_jpeg, written_sheet
from tests.serving import Serve

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
READ_LIMIT_S = 180.0
SETTLE_MS = 500
WORKER_MS = 120_000
COLOURS = 128


class Screen(NamedTuple):
    """One picture: what to open, and what to press and do once it is there."""

    name: str
    path: str
    press: tuple[str, ...] = ()
    act: Callable[[Page], None] | None = None


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES: dict[str, ViewportSize] = {"desktop": DESKTOP, "tablet": TABLET}


class Prepared(NamedTuple):
    """Ids of what there is to see; `empty_id` is a draft without fields."""

    batch_id: int
    version_id: int
    draft_id: int
    empty_id: int
    submission_id: int
    page_id: int


def screens_of(there: Prepared) -> Iterator[Screen]:
    """Every page a person sees, once there is something to see."""
    batch_id, version_id, draft_id, empty_id, submission_id, page_id = there
    yield Screen("home", "/")
    yield Screen("batches", "/batches/")
    yield Screen("batch-new", "/batches/new")
    yield Screen("batch", f"/batches/{batch_id}")
    yield Screen("batch-forms", f"/batches/{batch_id}/forms")
    yield Screen("pages", f"/batches/{batch_id}/pages")
    yield Screen("page", f"/batches/{batch_id}/pages/{page_id}", act=_wait_for_scan)
    yield Screen("export", f"/batches/{batch_id}/export")
    yield Screen("templates", "/templates/")
    yield Screen("template-new", "/templates/new")
    yield Screen("template", f"/templates/versions/{version_id}")
    yield Screen("editor", f"/templates/versions/{draft_id}/edit")
    yield Screen("detect", f"/templates/versions/{empty_id}/edit", act=_detect)
    yield Screen("check", f"/templates/versions/{draft_id}/edit", act=_check)
    yield Screen("try", f"/templates/versions/{draft_id}/edit", act=_try)
    yield Screen("clean", f"/templates/versions/{empty_id}/blank")
    differences = f"/templates/versions/{draft_id}/differences?against={version_id}"
    yield Screen("differences", differences)
    yield Screen("review", f"/review/?batch={batch_id}")
    yield Screen("form", f"/review/forms/{submission_id}")
    yield Screen("draw", "/draw/", act=lambda page: Paper(page).write_in_cells("247174"))
    yield Screen(
        "draw-line",
        "/draw/?surface=line&characters=alnum",
        act=lambda page: Paper(page).write_on_line("LX7421"),
    )
    yield Screen("draw-picture", "/draw/?surface=picture&characters=digits", act=_show_picture)
    yield Screen("not-found", "/no/such/page")
    yield Screen("shortcuts", "/", ("?",))


def take_all() -> int:
    """Fill a fresh installation, then picture it; returns how many complaints were heard."""
    folder = Path(tempfile.mkdtemp(prefix="fh-screens-"))
    try:
        with Serve(folder, workers=2) as serve, sync_playwright() as playwright:
            browser = launch(playwright)
            complaints = Complaints()
            complaints.expected.append("404")
            _take(browser, serve.url, [Screen("first-steps", "/")], complaints)
            app = bootstrap(load_settings({}, data_dir=folder))
            _take(browser, serve.url, list(screens_of(_prepare(app))), complaints)
            app.close()
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(complaints.heard), file=sys.stderr)
    return len(complaints.heard)


def _prepare(app: Application) -> Prepared:
    version = publish_demo(app)
    batch = batches.create_batch(app, version.id, "March, week 12")
    forms = filled_forms()
    for path in [*forms, forms[0]]:
        with path.open("rb") as stream:
            uploads.add_file(app, batch.id, path.name, stream)
    scan = forms[1].read_bytes()
    uploads.add_file(app, batch.id, "cut off.jpg", BytesIO(scan[: len(scan) // 2]))
    uploads.add_file(app, batch.id, "half a page.png", _upper_half(forms[2]))
    batches.create_batch(app, version.id, "Walk-ins")
    end = time.monotonic() + READ_LIMIT_S
    while batches.get_batch(app, batch.id).summary.state in ("empty", "reading"):
        if time.monotonic() > end:
            raise TimeoutError(f"the demo was not read within {READ_LIMIT_S:g} s")
        time.sleep(0.5)
    exports.request_export(app, batch.id, "csv")
    draft = _changed_draft(app, version.template_id)
    blank = demo.FOLDER / "blank.png"
    empty = templates.create_template(app, "Home visits", blank.read_bytes(), blank.name)
    submission_id = review.list_items(app, batch.id, 1)[0].key.submission_id
    queue = page_queue.get_queue(app, batch.id)
    half = next(page for page in queue.pages if page.file_name == "half a page.png")
    return Prepared(batch.id, version.id, draft.id, empty.id, submission_id, half.page_id)


def _changed_draft(app: Application, template_id: int) -> TemplateVersion:
    """The next version: a field gone, one required, one with another label."""
    draft = templates.new_draft(app, template_id)
    fields = [dict(field) for field in draft.definition["fields"]][:-1]
    fields[0]["label"] = "Family name (capitals)"
    fields[1]["required"] = True
    return templates.save_draft(app, draft.id, fields, draft.revision)


def _upper_half(path: Path) -> BytesIO:
    """A sheet of which the machine finds too little: it waits in the page queue."""
    sheet, half = Image.open(path), BytesIO()
    sheet.crop((0, 0, sheet.width, sheet.height // 2)).save(half, "PNG")
    half.seek(0)
    return half


def _take(browser: Browser, url: str, screens: list[Screen], complaints: Complaints) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for size, viewport in SIZES.items():
            with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
                page = context.new_page()
                complaints.listen(page)
                for screen in screens:
                    _shoot(page, url, screen, FOLDER / f"{screen.name}-{scheme}-{size}.png")


def _detect(page: Page) -> None:
    """What was found once shows itself when the editor is opened again."""
    page.wait_for_load_state("networkidle")
    opener = page.get_by_role("button", name="Detect", exact=True)
    if opener.get_attribute("aria-pressed") != "true":
        opener.click()
    page.locator(".proposed-box").first.wait_for(timeout=WORKER_MS)


def _check(page: Page) -> None:
    page.get_by_role("button", name="Check", exact=True).click()
    page.get_by_text("Worn copies of every page").wait_for(timeout=WORKER_MS)


def _try(page: Page) -> None:
    page.get_by_role("button", name="Try", exact=True).click()
    page.locator("[data-part=drawer] input[type=file]").set_input_files(filled_forms()[0])
    page.locator(".overlay-mark").first.wait_for(timeout=WORKER_MS)


def _wait_for_scan(page: Page) -> None:
    page.locator("#workbench[data-ready]").wait_for()


def _show_picture(page: Page) -> None:
    """A yellow note in one of the shipped hands, one character pointed at."""
    notes = as_jpeg(written_sheet(["30 82 75", "1946", "1283"]))
    file: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": notes}
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".draw-box").nth(2).hover()


def _shoot(page: Page, url: str, screen: Screen, target: Path) -> None:
    page.goto(url + screen.path)
    for key in screen.press:
        page.keyboard.press(key)
    if screen.act:
        screen.act(page)
    page.wait_for_timeout(SETTLE_MS)
    # A palette keeps the pictures small in the repository; scans are grey anyway.
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target.name)


if __name__ == "__main__":
    sys.exit(min(1, take_all()))
