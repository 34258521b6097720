"""A template on a blank that was made of filled copies, or of a photograph."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.reading.types import GreyImage
from forms_app.services import blank_sources, template_jobs, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.images import decode_grey
from tests.services.test_template_jobs import done, kept_files
from tests.templating.test_blank_from_copies import filled, ink_left, print_of
from tests.templating.test_photograph import photograph


def as_tiff(*pages: GreyImage) -> bytes:
    _, data = cv2.imencodemulti(".tiff", pages)
    return bytes(data)


def ask(app: Application, source: str, *files: bytes) -> TemplateJob:
    uploads = [(f"copy {n}.tiff", data) for n, data in enumerate(files, start=1)]
    return blank_sources.request_blank(app, "Intake", source, uploads)


@pytest.fixture(scope="module")
def copies() -> Sequence[GreyImage]:
    return [filled(number) for number in (0, 1)]


def test_copies_of_a_whole_form_become_a_template(
    app: Application, copies: Sequence[GreyImage]
) -> None:
    other = filled(9, page=2)
    files = [as_tiff(copies[0], other), as_tiff(copies[1], other)]
    job = done(app, ask(app, "copies", *files))
    assert job.state == "done" and job.result is not None
    pages = job.result["pages"]
    assert [page["copies"] for page in pages] == [2, 2]
    assert "two copies" in pages[0]["warnings"][0]
    version = blank_sources.create_from_blank(app, job.id)
    assert (version.name, version.state) == ("Intake", "draft")
    assert [(page.width_px, page.height_px) for page in version.pages] == [
        (page["width"], page["height"]) for page in pages
    ]
    assert ink_left(decode_grey(templates.page_image(app, version.id, 1))) < 0.02
    assert kept_files(app) == 0
    with pytest.raises(NotFoundError):
        template_jobs.get_job(app, job.id)


def test_a_photograph_becomes_a_template(app: Application) -> None:
    picture = photograph(print_of(1), 60)
    job = done(app, ask(app, "photograph", as_tiff(picture)))
    assert job.result is not None
    [page] = job.result["pages"]
    assert page["height"] / page["width"] == pytest.approx(2**0.5, abs=0.01)
    assert not any("edges" in warning for warning in page["warnings"])
    scan = done(app, ask(app, "photograph", as_tiff(print_of(1))))
    assert scan.result is not None
    assert "edges of the sheet were not found" in scan.result["pages"][0]["warnings"][0]


def test_what_makes_no_blank(app: Application, copies: Sequence[GreyImage]) -> None:
    one = as_tiff(copies[0])
    for source, files, said in (
        ("drawing", [one], "Choose what the files show"),
        ("copies", [], "Choose the files first"),
        ("copies", [one] * 13, "12 copies are enough"),
        ("copies", [one, as_tiff(*copies)], "different numbers of pages"),
        ("copies", [b"no picture"], "is not a file that can be read"),
    ):
        with pytest.raises(UserError, match=said):
            ask(app, source, *files)
    waiting = ask(app, "copies", one)
    with pytest.raises(ConflictError, match="not made yet"):
        blank_sources.create_from_blank(app, waiting.id)
    # The pages of a single file are copies of one page; these are not.
    mixed = done(app, ask(app, "copies", as_tiff(copies[0], filled(3, page=2))))
    assert mixed.state == "failed" and "do not belong together" in (mixed.error_message or "")
