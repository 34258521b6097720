"""A new template out of an uploaded blank, of copies or of a photograph."""

from __future__ import annotations

import io
from typing import Any

import pytest

from forms_app.services.application import Application
from forms_app.services.job_running import run_template_job
from tests import factories
from tests.services.test_template_jobs import no_samples
from tests.web.drawn import blank_png
from tests.web.visitor import Visitor


def upload(visitor: Visitor, name: str, content: bytes, title: str = "") -> Any:
    return visitor.post("/templates/new", {"name": title, "blank": (io.BytesIO(content), name)})


def test_a_template_is_named_after_its_file(visitor: Visitor) -> None:
    answer = upload(visitor, "clinic_intake.png", blank_png())
    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert 'value="clinic intake"' in page
    assert "clinic intake" in visitor.get("/templates/").text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("form.pdf", b"", "form.pdf"),
        ("form.pdf", b"only some text", "form.pdf"),
        ("scan.jpg", b"\xff\xd8\xff\xe0" + bytes(60), "scan.jpg"),
    ],
)
def test_a_bad_blank_is_named_in_place(
    visitor: Visitor, name: str, content: bytes, words: str
) -> None:
    answer = upload(visitor, name, content, "Kept name")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and words in answer.text
    assert 'value="Kept name"' in answer.text
    assert "Traceback" not in answer.text


def test_without_a_file_the_page_asks_for_one(visitor: Visitor) -> None:
    answer = visitor.post("/templates/new", {"name": "x"})
    assert answer.status_code == 422 and "Choose the blank form" in answer.text


def test_a_template_from_copies_is_watched_looked_at_and_used(
    visitor: Visitor, app: Application
) -> None:
    copy = factories.draw_blank()
    files = [(io.BytesIO(copy), "one.tiff")]
    answer = visitor.post("/templates/new", {"source": "copies", "blank": files})
    assert answer.status_code == 303
    address = answer.location
    assert "Taking the writing out of the copies" in visitor.get(address).text
    for _, args in app.tasks.take():  # type: ignore[attr-defined]
        run_template_job(app, *args, no_samples)
    assert "data-live" not in visitor.get(f"{address}/live").text
    page = visitor.get(address).text
    assert "Made of one copy" in page and "/templates/jobs/" in page
    used = visitor.post(f"{address}/use")
    assert used.status_code == 303 and used.location.endswith("/edit")
    assert visitor.get(used.location).status_code == 200
    assert visitor.get(address).status_code == 404


def test_what_cannot_be_combined_is_told(visitor: Visitor, app: Application) -> None:
    files = [(io.BytesIO(factories.draw_blank(n)), f"{n}.tiff") for n in (1, 2)]
    refused = visitor.post("/templates/new", {"source": "copies", "name": "In", "blank": files})
    assert refused.status_code == 422 and "different numbers of pages" in refused.text
    assert 'value="copies" checked' in refused.text and 'value="In"' in refused.text
    files = [(io.BytesIO(factories.draw_blank()), f"{n}.tiff") for n in (1, 2)]
    refused = visitor.post("/templates/new", {"blank": files})
    assert refused.status_code == 422 and "into one file" in refused.text
    files = [(io.BytesIO(b"x"), "copy.txt")]
    refused = visitor.post("/templates/new", {"source": "photograph", "blank": files})
    assert "is not a file that can be read" in refused.text


def test_starting_over_forgets_the_files(visitor: Visitor, app: Application) -> None:
    files = [(io.BytesIO(factories.draw_blank()), "one.tiff")]
    address = visitor.post("/templates/new", {"source": "photograph", "blank": files}).location
    answer = visitor.post(f"{address}/forget")
    assert answer.location.endswith("/templates/new")
    assert visitor.get(address).status_code == 404
