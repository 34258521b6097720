"""A template on a blank that was made of filled copies, or of a photograph."""

from __future__ import annotations

import json
from collections.abc import Sequence

import cv2
import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.services import blank_edits, blank_sources, template_jobs, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateJob, TemplateVersion
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


TITLE, PART = [90, 80, 300, 80], [420, 80, 60, 80]
"""The printed title at its start, and a part of it that is then restored."""


def erased(box: list[int]) -> str:
    return json.dumps({"change": "erase", "box": box})


def restored(box: list[int], copy: int) -> str:
    return json.dumps({"change": "restore", "box": box, "copy": copy})


FAULTY = (
    "?",
    "[[]]",
    '[[{"change": "burn"}], []]',
    f"[[{erased([0, 0, 9, 0])}], []]",
    f"[[{erased([9, 9, 9, 5000])}], []]",
    f"[[{restored([0, 0, 9, 9], 3)}], []]",
)


def clean_the_draft(app: Application, version: TemplateVersion) -> None:
    """A draft's blank is erased further, its fields stay, and all of it is on record."""
    assert blank_edits.clean_draft(app, version.id, "") == 0
    with pytest.raises(UserError, match="only from a copy"):
        blank_edits.clean_draft(app, version.id, f"[[{restored(PART, 1)}], []]")
    assert blank_edits.clean_draft(app, version.id, f"[[{erased(PART)}], []]") == 1
    now = templates.get_version(app, version.id)
    assert now.revision == version.revision
    assert not app.files.exists(version.pages[0].blank_key), "the uncleaned picture is gone"
    assert now.pages[1] == version.pages[1]
    blank = decode_grey(templates.page_image(app, version.id, 1))
    assert (blank[Box(*PART).as_slices()] > 240).all()
    record = blank_edits.record_of(app.files, now.pages[0].blank_key)
    assert record["copies"] == 2 and len(record["changes"]) == 3


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
    assert "Made of 2 copies" in pages[0]["warnings"][0] and "6 or more" in pages[0]["warnings"][0]
    assert [copy["name"] for copy in pages[0]["laid"]] == ["copy 1.tiff", "copy 2.tiff"]
    for faulty in FAULTY:
        with pytest.raises(UserError):
            blank_sources.create_from_blank(app, job.id, faulty)
    cleaning = f"[[{erased(TITLE)}, {restored(PART, 2)}], []]"
    version = blank_sources.create_from_blank(app, job.id, cleaning)
    assert (version.name, version.state) == ("Intake", "draft")
    assert [(page.width_px, page.height_px) for page in version.pages] == [
        (page["width"], page["height"]) for page in pages
    ]
    blank = decode_grey(templates.page_image(app, version.id, 1))
    assert ink_left(blank) < 0.02
    assert (blank[Box(*TITLE).as_slices()] > 240).all(), "erased"
    assert blank[Box(*PART).as_slices()].min() < 100, "restored"
    record = blank_edits.record_of(app.files, version.pages[0].blank_key)
    assert record["copies"] == 2 and [c["change"] for c in record["changes"]] == [
        "erase",
        "restore",
    ]
    assert record["changes"][0]["box"] == TITLE and record["changes"][1]["copy"] == 2
    clean_the_draft(app, version)
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
