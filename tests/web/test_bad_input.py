"""Every kind of bad file through the upload of the pages: named, explained, and the rest goes on.

`docs/bad-input.md` lists what each one says.
"""

from __future__ import annotations

import io
import re
from html import unescape
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from forms_app.reading.types import GreyImage
from forms_app.services import batches, page_actions, review, templates
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary, FileSummary
from forms_app.services.images import encode_png
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.file_bytes import empty_pdf, encrypted_pdf, huge_png, pdf_of_images
from tests.web.visitor import HTMX, Visitor

PAPER = (factories.HEIGHT_PX, factories.WIDTH_PX)


def filled_sheet() -> GreyImage:
    """The form with a cross in its box."""
    sheet = cv2.imdecode(np.frombuffer(factories.draw_blank(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert sheet is not None
    x, y, width, height = factories.CONSENT["box"]
    cv2.line(sheet, (x + 6, y + 6), (x + width - 6, y + height - 6), 30, 4)
    cv2.line(sheet, (x + 6, y + height - 6), (x + width - 6, y + 6), 30, 4)
    return np.asarray(sheet, np.uint8)


def other_form() -> GreyImage:
    """A sheet with print, but not that of the form."""
    sheet = np.full(PAPER, 255, np.uint8)
    for i in range(40):
        cv2.circle(sheet, (60 + 137 * i % 700, 60 + 211 * i % 1040), 10 + i, 0, 2)
    return sheet


def jpeg(sheet: GreyImage) -> bytes:
    return cv2.imencode(".jpg", sheet)[1].tobytes()


class BadFile(NamedTuple):
    """A file, and what is said about it."""

    name: str
    content: bytes
    code: str
    words: str


EMPTY = BadFile("empty.png", b"", "empty_file", "empty")
TEXT = BadFile("letter.pdf", b"Dear reader,\n" * 9, "unsupported_file", "not a file that can be")
TRUNCATED = BadFile(
    "cut off.jpg", jpeg(filled_sheet())[:20_000], "damaged_file", "damaged or cut off"
)
ENCRYPTED = BadFile("locked.pdf", encrypted_pdf(), "encrypted_file", "password")
THICK = BadFile("book.pdf", empty_pdf(2001), "too_many_pages", "2,001 pages; at most 2,000")
HUGE = BadFile("poster.png", huge_png(30_000, 30_000), "image_too_large", "30,000 × 30,000")
FOREIGN = BadFile(
    "invoice.png", encode_png(other_form()), "foreign_page", "none of “Intake”'s pages"
)
BLANK = BadFile("nothing.png", encode_png(np.full(PAPER, 255, np.uint8)), "blank_page", "blank")
UNREADABLE = (EMPTY, TEXT, TRUNCATED, ENCRYPTED, THICK, HUGE)
BAD = (*UNREADABLE, FOREIGN, BLANK)


@pytest.fixture
def batch(app: Application) -> BatchSummary:
    """An empty batch of the drawn form."""
    return factories.make_batch(app)


def files_by_name(app: Application, batch: BatchSummary) -> dict[str, FileSummary]:
    return {file.name: file for file in batches.get_batch(app, batch.id).files}


def failure_row(html: str, name: str) -> str:
    """The line of the page that says why the file or page called `name` could not be read."""
    rows = re.findall(r'<tr id="failed-.*?</tr>', unescape(html), re.DOTALL)
    (row,) = [row for row in rows if re.search(rf"</span> (<a [^>]*>)?{re.escape(name)}<", row)]
    return row


def test_all_bad_files_at_once_beside_a_good_one(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    """Each bad file fails with its own reason; the good one, uploaded last, is read."""
    good = ("good.png", encode_png(filled_sheet()))
    answer = visitor.upload(batch.id, *((bad.name, bad.content) for bad in BAD), good)
    assert answer.status_code == 303
    run_sent_tasks(app)
    files = files_by_name(app, batch)
    html = visitor.get(f"/batches/{batch.id}").text
    for bad in BAD:
        file = files[bad.name]
        assert (file.state, file.error_code) == ("failed", bad.code)
        assert bad.words in failure_row(html, bad.name)
    assert (files["good.png"].state, files["good.png"].pages_read) == ("done", 1)
    summary = batches.get_batch(app, batch.id).summary
    assert summary.submissions == 1 and summary.state != "reading"


def test_bad_pages_inside_a_file_are_named_by_their_number(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    """A PDF of a form, a page of another form, an empty page, and a form upside down."""
    upside_down = np.ascontiguousarray(np.rot90(filled_sheet(), 2))
    blank = np.full(PAPER, 255, np.uint8)
    pages = [filled_sheet(), other_form(), blank, upside_down]
    visitor.upload(batch.id, ("stack.pdf", pdf_of_images(pages, dpi=100)))
    run_sent_tasks(app)
    file = files_by_name(app, batch)["stack.pdf"]
    assert (file.state, file.pages_read) == ("done", 2)
    assert [(page.number, page.error_code) for page in file.failed_pages] == [
        (2, "foreign_page"),
        (3, "blank_page"),
    ]
    html = visitor.get(f"/batches/{batch.id}").text
    assert FOREIGN.words in failure_row(html, "stack.pdf, page 2")
    assert BLANK.words in failure_row(html, "stack.pdf, page 3")
    assert batches.get_batch(app, batch.id).summary.submissions == 2
    for submission_id in (1, 2):
        assert review.get_item(app, submission_id, "consent").current.value is True


def test_a_page_that_is_no_form_can_be_taken_out(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    """The empty back of a form stands in the way of nothing, neither before nor after."""
    back = np.full(PAPER, 255, np.uint8)
    visitor.upload(batch.id, ("both sides.pdf", pdf_of_images([filled_sheet(), back], dpi=100)))
    run_sent_tasks(app)
    html = visitor.get(f"/batches/{batch.id}").text
    (path,) = re.findall(rf'"(/batches/{batch.id}/pages/\d+/remove)"', html)
    html = visitor.post(path, headers=HTMX).text
    assert "failed" not in html and "1 of 1" in html
    file = files_by_name(app, batch)["both sides.pdf"]
    assert (file.state, file.page_count, file.failed_pages) == ("done", 1, ())
    assert visitor.post(path, headers=HTMX).status_code == 200  # Once more changes nothing.
    assert batches.get_batch(app, batch.id).summary.submissions == 1


def test_a_file_whose_only_page_is_taken_out_has_not_failed(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.upload(batch.id, (BLANK.name, BLANK.content))
    run_sent_tasks(app)
    assert files_by_name(app, batch)[BLANK.name].state == "failed"
    page_actions.drop_page(app, 1)
    file = files_by_name(app, batch)[BLANK.name]
    assert (file.state, file.error_code, file.page_count) == ("done", None, 0)
    assert batches.get_batch(app, batch.id).summary.pages == 0


def test_a_duplicate_is_flagged_and_not_read_twice(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    scan = encode_png(filled_sheet())
    visitor.upload(batch.id, ("monday.png", scan), ("tuesday.png", scan))
    run_sent_tasks(app)
    assert files_by_name(app, batch)["tuesday.png"].duplicate_of == "monday.png"
    assert batches.get_batch(app, batch.id).summary.submissions == 1
    assert "duplicate of monday.png" in visitor.get(f"/batches/{batch.id}").text


@pytest.mark.parametrize("bad", UNREADABLE, ids=lambda bad: bad.name)
def test_a_blank_that_cannot_be_read_makes_no_template(
    visitor: Visitor, app: Application, bad: BadFile
) -> None:
    blank = {"name": "Intake", "blank": (io.BytesIO(bad.content), bad.name)}
    answer = visitor.post("/templates/new", blank)
    assert answer.status_code == 422
    assert bad.name in answer.text and bad.words in answer.text
    assert templates.list_templates(app) == []
