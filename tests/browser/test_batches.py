"""From dropped files to exported data, in a real browser with real workers."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from forms_app.services import batches, uploads
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.demo_form import filled_forms
from tests.reading.file_bytes import huge_png
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
READ_LIMIT_MS = 90_000
DROP = """([names, contents]) => {
  const transfer = new DataTransfer();
  names.forEach((name, i) => transfer.items.add(
    new File([Uint8Array.from(atob(contents[i]), (c) => c.charCodeAt(0))], name)));
  const target = document.getElementById("upload");
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(
      new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def new_batch(served_app: Application, demo_template: TemplateVersion) -> Callable[[str], int]:
    return lambda name: batches.create_batch(served_app, demo_template.id, name).id


def test_from_a_new_batch_to_its_data(
    serve: Serve, open_page: OpenPage, demo_template: TemplateVersion, tmp_path: Path
) -> None:
    page = open_page(f"{serve.url}/batches/new")
    page.get_by_label("Name", exact=True).fill("March, week 12")
    page.get_by_role("button", name="Create and add files").click()
    expect(page.get_by_role("heading", name="March, week 12")).to_be_visible()
    page.wait_for_load_state()
    batch_url = page.url

    forms = filled_forms()[:3]
    page.locator("#files").set_input_files(forms)
    words = page.locator("#progress-words")
    expect(words).to_contain_text("3 of 3", timeout=READ_LIMIT_MS)
    expect(page.locator("tr[data-state=done]")).to_have_count(3, timeout=READ_LIMIT_MS)
    expect(page.locator("#uploads")).to_be_hidden()
    expect(page.get_by_role("link", name="Export")).to_be_visible()

    page.get_by_role("link", name="3", exact=True).click()
    expect(page.get_by_role("link", name=forms[0].name)).to_be_visible()
    page.goto(batch_url)
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Export")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    ready = page.get_by_role("link", name="Download")
    expect(ready).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        ready.click()
    saved = tmp_path / "data.csv"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "March_ week 12.csv"
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    assert "surname" in rows[0]


def test_bad_files_say_why_and_the_rest_goes_on(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int]
) -> None:
    form = filled_forms()[3].read_bytes()
    page = open_page(f"{serve.url}/batches/{new_batch('With bad files')}")
    page.locator("#files").set_input_files(
        [
            payload("empty.pdf", b""),
            payload("letter.pdf", b"Dear reader, this is no PDF at all."),
            payload("cut off.jpg", form[: len(form) // 2]),
            payload("good.jpg", form),
            payload("good again.jpg", form),
        ]
    )
    expect(page.locator("tr[data-state=done]")).to_have_count(1, timeout=READ_LIMIT_MS)
    failures = page.get_by_role("region", name="Failures")
    expect(failures.locator("tr", has_text="empty.pdf")).to_contain_text("empty")
    expect(failures.locator("tr", has_text="letter.pdf")).to_contain_text("not a file that can be")
    expect(failures.locator("tr", has_text="cut off.jpg")).to_contain_text("damaged or cut off")
    # Whichever copy arrives first is read; the other is flagged.
    expect(page.locator("tr[data-state=duplicate]")).to_contain_text("duplicate of good")
    expect(page.locator("tr[data-state=failed]")).to_have_count(3)
    expect(page.locator("#progress-words")).to_contain_text("1 of 2 pages read")


def test_removing_a_file_asks_first(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int]
) -> None:
    page = open_page(f"{serve.url}/batches/{new_batch('To be tidied')}")
    page.locator("#files").set_input_files([payload("empty.pdf", b"")])
    failures = page.get_by_role("region", name="Failures")
    failures.get_by_role("button", name="Remove").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("Remove “empty.pdf” from the batch?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(failures).to_be_visible()
    failures.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove the file").click()
    expect(failures).to_be_hidden()


def test_a_refused_retry_is_told(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int], served_app: Application
) -> None:
    open_page.complaints.expected += ["404"]  # type: ignore[attr-defined]
    batch_id = new_batch("Changed elsewhere")
    page = open_page(f"{serve.url}/batches/{batch_id}")
    page.locator("#files").set_input_files([payload("big.png", huge_png(30_000, 30_000))])
    retry = page.get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    page.evaluate("document.getElementById('batch-live').dataset.live = '600'")
    uploads.remove_file(served_app, batches.get_batch(served_app, batch_id).files[0].id)
    retry.click()
    expect(page.locator("#toasts")).to_contain_text("does not exist")
    page.locator("#toasts").get_by_role("button", name="Dismiss").click()
    expect(page.locator("#toasts")).to_be_empty()


def test_files_can_be_dropped_anywhere(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int]
) -> None:
    page = open_page(f"{serve.url}/batches/{new_batch('Dropped')}")
    page.evaluate(DROP, [["first.pdf", "second.pdf"], ["", ""]])
    expect(page.locator("tr[data-state=failed]")).to_have_count(2)


def test_a_renewal_asked_for_while_one_is_on_its_way_is_made_after_it(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int], served_app: Application
) -> None:
    batch_id = new_batch("Renewed")
    page = open_page(f"{serve.url}/batches/{batch_id}")
    page.evaluate("document.getElementById('batch-live').dataset.live = '600'")

    def add_after_the_answer(route: Route) -> None:
        answer = route.fetch()
        if len(answered) == 0:
            uploads.add_file(served_app, batch_id, "late.pdf", BytesIO(b""))
        answered.append(route.request.url)
        route.fulfill(response=answer)

    answered: list[str] = []
    page.route(f"**/batches/{batch_id}/live*", add_after_the_answer)
    twice = "import('/static/js/live.js').then((live) => { live.refreshAll(); live.refreshAll(); })"
    page.evaluate(twice)
    expect(page.locator("tr[data-state]").filter(has_text="late.pdf")).to_be_visible()
    assert len(answered) == 2


def test_too_large_a_file_is_refused_before_it_is_sent(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int]
) -> None:
    page = open_page(f"{serve.url}/batches/{new_batch('Too large')}")
    page.evaluate("document.getElementById('upload').dataset.maxBytes = '1000'")
    page.locator("#files").set_input_files([payload("huge.tif", b"x" * 1001)])
    uploads = page.get_by_role("region", name="Uploads")
    expect(uploads).to_contain_text("more than the limit of 1 kB (setting max_file_mb)")
    uploads.get_by_role("button", name="Clear").click()
    expect(uploads).to_be_hidden()


def test_deleting_a_batch_asks_and_names_what_is_lost(
    serve: Serve, open_page: OpenPage, new_batch: Callable[[str], int]
) -> None:
    page = open_page(f"{serve.url}/batches/{new_batch('Short-lived')}")
    page.locator("#files").set_input_files([payload("empty.pdf", b"")])
    expect(page.locator("tr[data-state=failed]")).to_have_count(1)
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog", name="Delete “Short-lived”?")
    expect(dialog).to_contain_text("1 file, 0 forms and 0 reviewed fields")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Delete…").click()
    dialog.get_by_role("button", name="Delete the batch").click()
    expect(page.get_by_text("The batch “Short-lived” was deleted.")).to_be_visible()
