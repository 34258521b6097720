"""Every page a person meets, and an installation where each has something to show.

For all that is asked of every page: its picture, its accessibility, its languages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page

from forms_app import demo
from forms_app.services import batches, exports, page_queue, templates, uploads
from forms_app.services.application import Application
from forms_app.services.dto.sources import SourceKind
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.sources import SourceReport
from forms_app.store.models import MAIN_PROJECT_ID
from tests.browser.demo_form import filled_forms, publish_demo
from tests.browser.keyed_batch import read_and_key
from tests.browser.paper import Paper
from tests.browser.scheduled_exports import schedule_an_export
from tests.browser.team_at_work import put_to_work
from tests.browser.told_programs import tell_a_program
from tests.browser.worked_batch import work_through
from tests.own_pictures import as_jpeg, written_sheet

READ_LIMIT_S = 180.0
WORKER_MS = 120_000


class Screen(NamedTuple):
    """One picture: what to open, and what to press and do once it is there."""

    name: str
    path: str
    press: tuple[str, ...] = ()
    act: Callable[[Page], None] | None = None

    def open(self, page: Page, url: str) -> None:
        """Go there on the installation at `url`, then press and do."""
        page.goto(url + self.path)
        for key in self.press:
            page.keyboard.press(key)
        if self.act:
            self.act(page)


class Prepared(NamedTuple):
    """Ids of what there is to see; `empty_id` is a draft without fields, `worked_id` a batch that
    people have worked through, `keyed_id` one with something in every way of reviewing."""

    batch_id: int
    version_id: int
    draft_id: int
    empty_id: int
    submission_id: int
    page_id: int
    worked_id: int
    keyed_id: int


def screens_of(there: Prepared) -> Iterator[Screen]:
    """Every page a person sees, once there is something to see."""
    batch_id, version_id, draft_id, empty_id, submission_id, page_id, worked_id, keyed_id = there
    yield Screen("home", "/")
    yield Screen("batches", "/batches/")
    yield Screen("batch-new", "/batches/new")
    yield Screen("batch", f"/batches/{batch_id}")
    yield Screen("batch-forms", f"/batches/{batch_id}/forms")
    yield Screen("pages", f"/batches/{batch_id}/pages")
    yield Screen("page", f"/batches/{batch_id}/pages/{page_id}", act=_wait_for_scan)
    yield Screen("export", f"/batches/{batch_id}/export", act=_wait_for_preview)
    yield Screen("export-choices", f"/batches/{batch_id}/export", act=_unfold)
    yield Screen("export-template", f"/batches/{batch_id}/export", act=_go_to_all_batches)
    yield Screen("projects", "/projects/")
    yield Screen("retention", "/retention/")
    yield Screen("erasures", "/erasures/")
    yield Screen("erase", f"/review/forms/{submission_id}", act=_ask_to_erase)
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
    yield Screen("review", f"/review/station?batch={batch_id}", act=_wait_for_field)
    yield Screen("review-start", f"/review/?batch={keyed_id}")
    for mode in ("second_key", "third_key", "sample"):
        shown = f"/review/station?batch={keyed_id}&mode={mode}"
        yield Screen(f"review-{mode.replace('_', '-')}", shown, act=_wait_for_field)
    yield Screen("batch-sample", f"/batches/{keyed_id}#sample")
    sheet = f"/review/sheets?batch={batch_id}&source=all&character=1"
    yield Screen("sheets", sheet, act=_wait_for_glyphs)
    yield Screen("form", f"/review/forms/{submission_id}")
    yield Screen("team", f"/review/team?batch={batch_id}")
    yield Screen("accounts", "/accounts/")
    yield Screen("account-new", "/accounts/new")
    # The first person who has been put to work.
    yield Screen("account", "/accounts/2")
    yield Screen("tokens", "/account/tokens/")
    yield Screen("api", "/api/docs")
    yield Screen("people", "/", act=lambda page: page.locator("#who").click())
    for by in ("day", "field", "operator"):
        yield Screen(f"figures-{by}", f"/figures/?by={by}&batch={worked_id}")
    yield Screen("audit", "/audit/")
    yield Screen("deliveries", "/deliveries/")
    yield Screen("delivery-new", "/deliveries/new")
    yield Screen("delivery", "/deliveries/1")
    yield Screen("sources", "/sources/")
    yield Screen("operations", "/operations/")
    yield Screen("operations-failed", "/operations/failed/page")
    yield Screen("webhooks", "/webhooks/")
    yield Screen("webhook-new", "/webhooks/new")
    # There is one.
    yield Screen("webhook", "/webhooks/1")
    yield Screen("draw", "/draw/", act=lambda page: Paper(page).write_in_cells("247174"))
    yield Screen(
        "draw-line",
        "/draw/?surface=line&characters=alnum",
        act=lambda page: Paper(page).write_on_line("LX7421"),
    )
    yield Screen("draw-picture", "/draw/?surface=picture&characters=digits", act=_show_picture)
    yield Screen("not-found", "/no/such/page")
    yield Screen("shortcuts", "/", ("?",))


def _ask_to_erase(page: Page) -> None:
    page.locator("[data-opens=erase]").click()
    page.locator("#erase-reason").wait_for()


def prepare(app: Application, scans: int | None = None) -> Prepared:
    """A batch of the demo's first `scans` scans (all by default), and one of every other thing."""
    version = publish_demo(app)
    worked_id = work_through(app, version)
    batch = batches.create_batch(app, version.id, "March, week 12")
    forms = filled_forms()[:scans]
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
    tell_a_program(app)
    schedule_an_export(app, version.template_id)
    exports.request_export(app, batch.id, "csv")
    _watch_for_a_while(app)
    draft = _changed_draft(app, version.template_id)
    blank = demo.FOLDER / "blank.png"
    empty = templates.create_template(app, "Home visits", blank.read_bytes(), blank.name)
    submission_id = put_to_work(app, batch.id)
    queue = page_queue.get_queue(app, batch.id)
    half = next(page for page in queue.pages if page.file_name == "half a page.png")
    return Prepared(
        batch.id,
        version.id,
        draft.id,
        empty.id,
        submission_id,
        half.page_id,
        worked_id,
        read_and_key(app),
    )


def _watch_for_a_while(app: Application) -> None:
    report = SourceReport(app, SourceKind.FOLDER, "/srv/scans", MAIN_PROJECT_ID)
    report.rule("Clinic intake", "day")
    report.taken("reception/scan 0041.pdf", "scan 0041")
    report.failed("scan 0042.pdf: It is empty (0 bytes). Scan or export it again.")
    report.alive(2, None)
    report.stopped()


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


def _wait_for_preview(page: Page) -> None:
    page.locator(".export-count").wait_for()


def _unfold(page: Page) -> None:
    """All that can be chosen for an export."""
    _wait_for_preview(page)
    for summary in page.locator(".export-more > summary").all():
        if summary.is_visible():
            summary.click()


def _go_to_all_batches(page: Page) -> None:
    page.locator(".page-head .actions a[href*='/templates/']").click()
    _wait_for_preview(page)


def _helper(page: Page, place: int) -> Locator:
    """The button under the page that detects, has rules, checks or tries, in any language."""
    return page.locator("[data-part=assist] button").nth(place)


def _detect(page: Page) -> None:
    """What was found once shows itself when the editor is opened again."""
    page.wait_for_load_state("networkidle")
    opener = _helper(page, 0)
    if opener.get_attribute("aria-pressed") != "true":
        opener.click()
    page.locator(".proposed-box").first.wait_for(timeout=WORKER_MS)


def _check(page: Page) -> None:
    _helper(page, 2).click()
    page.locator(".health-test button").wait_for(timeout=WORKER_MS)


def _try(page: Page) -> None:
    _helper(page, 3).click()
    page.locator("[data-part=drawer] input[type=file]").set_input_files(filled_forms()[0])
    page.locator(".overlay-mark").first.wait_for(timeout=WORKER_MS)


def _wait_for_scan(page: Page) -> None:
    page.locator("#workbench[data-ready]").wait_for()


def _wait_for_glyphs(page: Page) -> None:
    page.locator("#sheets[data-ready]").wait_for()
    page.wait_for_load_state("networkidle")


def _wait_for_field(page: Page) -> None:
    page.locator("#review[data-ready]").wait_for()


def _show_picture(page: Page) -> None:
    """A yellow note in one of the shipped hands, one character pointed at."""
    notes = as_jpeg(written_sheet(["30 82 75", "1946", "1283"]))
    file: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": notes}
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".draw-box").nth(2).hover()
