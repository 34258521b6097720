"""The pages of batches, without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.templates import TemplateVersion
from forms_app.web.batch_watching import time_left_s
from tests.fakes import run_sent_tasks
from tests.reading.file_bytes import huge_png
from tests.web.drawn import blank_png, publish_drawn_template
from tests.web.visitor import FETCH, HTMX, Visitor


def test_a_new_batch_asks_for_a_template_first(visitor: Visitor) -> None:
    html = visitor.get("/batches/new").text
    assert "First, a form template" in html
    assert "<form class" not in html


def test_a_batch_is_created_and_shown(visitor: Visitor, published: TemplateVersion) -> None:
    answer = visitor.post("/batches/", {"version_id": published.id, "name": " Week  12 "})
    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert "<h1>Week 12</h1>" in page
    assert "Drop filled forms here" in page


def test_a_batch_without_a_name_is_named_after_template_and_day(
    visitor: Visitor, published: TemplateVersion
) -> None:
    answer = visitor.post("/batches/", {"version_id": published.id, "name": "  "})
    assert re.search(r"<h1>Clinic intake \d{4}-\d\d-\d\d</h1>", visitor.get(answer.location).text)


def test_a_batch_of_several_templates_or_of_any(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    other = publish_drawn_template(app, "Survey")
    sent = {"version_id": [published.id, other.id], "name": ""}
    page = visitor.get(visitor.post("/batches/", sent).headers["Location"]).text
    assert "Clinic intake and others" in page and "Clinic intake v1, Survey v1" in page
    page = visitor.get(visitor.post("/batches/", {"takes_any": "on"}).headers["Location"]).text
    assert "Any template" in page
    answer = visitor.post("/batches/", {"name": "None"})
    assert answer.status_code == 422 and "Choose the form templates" in answer.text


def test_a_batch_needs_a_published_template(visitor: Visitor, app: Application) -> None:
    assert visitor.post("/batches/").status_code == 422
    draft = templates.create_template(app, "Survey", blank_png(), "blank.png")
    answer = visitor.post("/batches/", {"version_id": draft.id, "name": "x"})
    assert answer.status_code == 409
    assert "still a draft" in answer.text


def test_names_are_shown_as_text(visitor: Visitor, app: Application, batch: BatchSummary) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    other = batches.create_batch(app, batch.version_id, hostile)
    visitor.upload(other.id, (f"{hostile}.pdf", b""))
    for path in ("/", "/batches/", f"/batches/{other.id}"):
        assert "<img" not in visitor.get(path).text


def test_bad_files_are_kept_with_their_reason_and_the_rest_goes_on(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    answer = visitor.upload(
        batch.id,
        ("empty.pdf", b""),
        ("letter.pdf", b"Dear reader, this is no PDF."),
        ("letter again.pdf", b"Dear reader, this is no PDF."),
        headers=FETCH,
    )
    assert answer.status_code == 201
    assert answer.json is not None
    assert [file["state"] for file in answer.json["files"]] == ["failed", "uploaded", "duplicate"]
    run_sent_tasks(app)
    html = visitor.get(f"/batches/{batch.id}").text
    assert "empty.pdf: The file is empty" in html
    assert "letter.pdf is not a file that can be read" in html
    assert "duplicate of letter.pdf" in html


def test_a_failed_file_can_be_retried_and_removed(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.upload(batch.id, ("poster.png", huge_png(30_000, 30_000)))
    run_sent_tasks(app)
    (file,) = batches.get_batch(app, batch.id).files
    retried = visitor.post(f"/batches/{batch.id}/files/{file.id}/retry", headers=HTMX)
    assert retried.status_code == 200
    assert f'id="file-{file.id}" data-state="uploaded"' in retried.text
    removed = visitor.post(f"/batches/{batch.id}/files/{file.id}/remove", headers=HTMX)
    assert f'id="file-{file.id}"' not in removed.text
    assert batches.get_batch(app, batch.id).files == ()


def test_retry_is_not_offered_where_it_cannot_help(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.upload(batch.id, ("a.bmp", b"BM" + bytes(200)), ("poster.png", huge_png(9**5, 9**5)))
    run_sent_tasks(app)
    unknown, poster = batches.get_batch(app, batch.id).files
    html = visitor.get(f"/batches/{batch.id}").text
    assert f"retry-file-{unknown.id}" not in html and f"remove-file-{unknown.id}" in html
    assert "Save it as PDF, TIFF, JPEG, PNG, WebP or HEIC and upload that." in html
    assert f"retry-file-{poster.id}" in html


def test_what_cannot_be_retried_says_why(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.upload(batch.id, ("empty.pdf", b""))
    (file,) = batches.get_batch(app, batch.id).files
    assert f"retry-file-{file.id}" not in visitor.get(f"/batches/{batch.id}").text
    answer = visitor.post(f"/batches/{batch.id}/files/{file.id}/retry", headers=HTMX)
    assert answer.status_code == 409
    assert answer.json is not None
    assert "upload it again" in answer.json["message"]


def test_without_scripts_the_forms_still_work(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    answer = visitor.upload(batch.id, ("empty.pdf", b""))
    assert answer.status_code == 303
    assert answer.location == f"/batches/{batch.id}"
    (file,) = batches.get_batch(app, batch.id).files
    assert visitor.post(f"/batches/{batch.id}/files/{file.id}/remove").status_code == 303


def test_an_upload_without_files_is_explained(visitor: Visitor, batch: BatchSummary) -> None:
    answer = visitor.post(f"/batches/{batch.id}/files", headers=FETCH)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "No file was chosen" in answer.json["message"]


def test_deleting_says_what_is_lost_and_takes_it_away(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    visitor.upload(batch.id, ("empty.pdf", b""))
    page = visitor.get(f"/batches/{batch.id}").text
    assert "Delete “March, week 12”?" in page
    assert "1\u00a0file, 0\u00a0forms and 0\u00a0reviewed fields" in page
    answer = visitor.post(f"/batches/{batch.id}/delete", follow_redirects=True)
    assert "“March, week 12” was deleted" in answer.text
    assert batches.list_batches(app) == []


def test_the_list_goes_on_to_older_batches(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    for number in range(52):
        batches.create_batch(app, published.id, f"Batch no {number:02}")
    newest = visitor.get("/batches/").text
    assert "Batch no 51" in newest
    assert "Batch no 01" not in newest
    found = re.search(r'href="([^"]+before=\d+)"', newest)
    assert found
    older = visitor.get(found[1]).text
    assert "Batch no 01" in older
    assert "Older batches" not in older


def test_many_files_are_shown_in_parts(
    visitor: Visitor,
    app: Application,
    batch: BatchSummary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("forms_app.web.batch_watching.FILES_SHOWN", 3)
    monkeypatch.setattr("forms_app.web.batch_watching.FAILURES_SHOWN", 2)
    visitor.upload(batch.id, *((f"scan {number}.pdf", b"") for number in range(7)))
    start = visitor.get(f"/batches/{batch.id}").text
    assert "Files 1 to 3 of 7" in start and "Earlier files" not in start
    assert start.count('<tr id="file-') == 3
    assert start.count('<tr id="failed-file-') == 2 and "and 5 more" in start
    middle = visitor.get(link_to("Later files", start)).text
    end = visitor.get(link_to("Later files", middle)).text
    assert "Files 7 to 7 of 7" in end and "Later files" not in end
    assert link_to("Earlier files", end) == link_to("Later files", start)
    first = link_to("Later files", middle).partition("?")[2]
    assert f'hx-get="/batches/{batch.id}/live?{first}"' in end
    *_, last = re.findall(rf'hx-post="([^"]+/remove\?{first})" hx-target', end)
    assert "Files 4 to 6 of 6" in visitor.post(last, headers=HTMX).text


def link_to(words: str, html: str) -> str:
    found = re.search(rf'href="([^"]+)">{words}<', html)
    assert found
    return found[1]


def test_a_page_that_is_gone_cannot_be_retried(visitor: Visitor, batch: BatchSummary) -> None:
    assert visitor.post(f"/batches/{batch.id}/pages/77/retry", headers=HTMX).status_code == 404


def test_the_forms_of_an_empty_batch_lead_back(visitor: Visitor, batch: BatchSummary) -> None:
    html = visitor.get(f"/batches/{batch.id}/forms").text
    assert "No forms yet" in html
    assert f'href="/batches/{batch.id}">To the batch' in html
    assert visitor.get("/batches/999/forms").status_code == 404


def test_the_time_left_counts_files_not_opened_yet(batch: BatchSummary) -> None:
    half = replace(batch, files=10, pages=20, pages_read=10, eta_s=30.0)
    assert time_left_s(half, unopened=0) == 30.0
    # Five opened files have 20 pages, so the five others probably have 20 more.
    assert time_left_s(half, unopened=5) == 90.0
    assert time_left_s(replace(half, eta_s=None), unopened=5) is None
    assert time_left_s(replace(half, pages_read=20), unopened=5) == 30.0
