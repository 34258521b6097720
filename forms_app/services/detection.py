"""Proposes the fields of a draft's blank pages; nothing is changed until a person accepts them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.images import decode_grey
from forms_app.services.job_work import JobWork
from forms_app.services.printed_words import text_of
from forms_app.services.template_jobs import jobs_of, request_job
from forms_app.services.templates import get_version, page_image
from forms_app.store.states import JobKind, JobState
from forms_app.templating.detection import detect_fields
from forms_app.templating.field_rules import field_to_json
from forms_app.templating.label_reading import INSTALL_COMMAND, NoReader, best_reader


def request_detection(app: Application, version_id: int, pages: Sequence[int]) -> TemplateJob:
    """Have the fields of some pages looked for, or what is looking for those of them already.

    Raises:
        NotFoundError: There is no such version, or it has not all of these pages.
    """
    asked = sorted(set(pages))
    there = {page.number for page in get_version(app, version_id).pages}
    if not asked or not there.issuperset(asked):
        raise NotFoundError("The template has no such page; reload the editor.")
    for job in detections(app, version_id):
        if job.state == JobState.PENDING and job.request["pages"] == asked:
            return job
    return request_job(app, JobKind.DETECTION, version_id, {"pages": asked})


def detections(app: Application, version_id: int) -> tuple[TemplateJob, ...]:
    """What was or is looked for, newest first; kept until it is dealt with, for hours at most."""
    return jobs_of(app, JobKind.DETECTION, version_id)


def do_detection(work: JobWork) -> dict[str, Any]:
    """The worker's part of `request_detection`, a step a page.

    Gives `{pages: [{number, fields}], install}`: fields as a template file has them, in reading
    order, and the command that brings the reader of labels, None where nothing was left unread.
    """
    assert work.version_id is not None
    version = get_version(work.app, work.version_id)
    names = {str(field.get("name", "")) for field in version.definition["fields"]}
    numbers: list[int] = work.request["pages"]
    pages, is_unread = [], False
    for done, number in enumerate(numbers):
        work.step(done, len(numbers))
        fields, is_named = _proposals(work.app, work.version_id, number, names)
        names.update(field["name"] for field in fields)
        is_unread = is_unread or (bool(fields) and not is_named)
        pages.append({"number": number, "fields": fields})
    return {"pages": pages, "install": INSTALL_COMMAND if is_unread else None}


def _proposals(
    app: Application, version_id: int, number: int, taken: Collection[str]
) -> tuple[list[dict[str, Any]], bool]:
    """What a page has printed to be filled in, and whether anything could read its labels."""
    png = page_image(app, version_id, number)
    text = text_of(png)
    reader = best_reader(text.words)
    fields = detect_fields(decode_grey(png), text.dpi, number, reader, taken)
    return [dict(field_to_json(field)) for field in fields], not isinstance(reader, NoReader)
