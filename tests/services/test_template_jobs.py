"""Work around a template: asked for, done by a worker, kept for hours, then gone with its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial

import cv2
import numpy as np
import pytest
from sqlalchemy import func, select

from forms_app import queues
from forms_app.errors import NotFoundError, StorageDamagedError, StorageUnavailableError, UserError
from forms_app.reading.form_template import FormTemplate
from forms_app.reading.types import GreyImage
from forms_app.services import dry_run, template_health, template_jobs, templates
from forms_app.services.application import Application
from forms_app.services.dry_run import DrawnSample
from forms_app.services.dto.templates import TemplateJob
from forms_app.services.job_running import run_template_job
from forms_app.services.sweeping import sweep
from forms_app.store.base import utc_now
from forms_app.store.models import BatchRow, FileRow, TemplateJobFileRow, TemplateJobRow
from forms_app.store.states import JobKind
from tests import factories
from tests.fakes import RecordingTaskSender
from workers.sample_drawing import draw_samples


def scan(page: int = 1) -> bytes:
    """The blank of `factories`, filled by nobody, as a PNG of its own."""
    _, images = cv2.imdecodemulti(
        np.frombuffer(factories.draw_blank(page), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    _, data = cv2.imencode(".png", images[page - 1])
    return data.tobytes()


def no_samples(
    template: FormTemplate, blanks: Sequence[GreyImage], count: int, seed: int
) -> Iterator[DrawnSample]:
    raise AssertionError("no sample was asked for")
    yield


def done(app: Application, job: TemplateJob, **more: object) -> TemplateJob:
    run_template_job(app, job.id, more.get("draw", no_samples))  # type: ignore[arg-type]
    return template_jobs.get_job(app, job.id)


def kept_files(app: Application) -> int:
    with app.session() as session:
        return session.scalar(select(func.count()).select_from(TemplateJobFileRow)) or 0


def grow_old(app: Application, job_id: int) -> None:
    with app.session() as session:
        row = session.get_one(TemplateJobRow, job_id)
        row.created_at = utc_now() - template_jobs.KEPT_FOR - timedelta(minutes=1)


def test_the_quick_check_names_what_is_broken_and_looks_at_the_rest(any_app: Application) -> None:
    narrow = factories.NUMBER | {"cells": 40, "min_length": None}
    broken = factories.CONSENT | {"box": [9000, 1, 40, 40]}
    version = factories.make_draft(any_app, [factories.SURNAME, narrow, broken])
    [problem] = version.problems
    found = template_health.quick_health(any_app, version.id)
    assert (found[0].severity, found[0].field) == ("must", "number")
    assert {finding.field for finding in found} <= {"surname", "number", None}
    musts = [finding.message for finding in found if finding.severity == "must"]
    assert problem in musts and "'consent'" in problem


def test_the_quick_check_names_a_rule_on_an_option_that_is_gone(any_app: Application) -> None:
    box = [600, 400, 40, 40]
    choice = {"name": "way", "page": 1, "kind": "choice", "box": box}
    choice["options"] = [{"value": "cash", "box": box}]
    version = factories.make_draft(any_app, [factories.SURNAME, choice])
    rule = {"name": "paid", "kind": "required_if", "fields": ["surname"], "if": "way"}
    fields = version.definition["fields"]
    rules = [rule | {"is": "card"}]
    templates.save_draft(any_app, version.id, fields, version.revision, rules=rules)
    first = template_health.quick_health(any_app, version.id)[0]
    assert (first.severity, first.code) == ("must", "hinders_publishing")
    assert "'card' is no option of the field 'way'; choose one of 'cash'" in first.message


def test_the_registration_is_tested_once_and_again_when_asked(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    version = factories.make_draft(any_app)
    asked = template_health.registration_test(any_app, version.id)
    assert tasks.take() == [(queues.RUN_TEMPLATE_JOB, (asked.id,))]
    job = done(any_app, asked)
    assert (job.state, job.steps_done, job.steps_total) == ("done", 4, 4)
    assert job.result is not None and isinstance(job.result["findings"], list)
    assert template_health.registration_test(any_app, version.id).id == job.id
    assert template_health.registration_test(any_app, version.id, anew=True).id != job.id


def test_a_dry_run_reads_samples_and_shows_refused_pages(any_app: Application) -> None:
    version = factories.make_draft(any_app)
    uploads = [("a.png", scan()), ("b.png", scan(page=2)), ("c.txt", b"no form")]
    job = done(any_app, dry_run.request_dry_run(any_app, version.id, uploads))
    assert job.state == "done" and job.result is not None
    [page] = job.result["pages"]
    assert (page["source"], page["template_page"]) == ("a.png", 1)
    surname = page["fields"][0]
    assert (surname["name"], surname["outcome"], surname["needs_review"]) == (
        "surname",
        "blank",
        True,
    )
    assert surname["reasons"]
    refused = {each["source"]: each for each in job.result["refused"]}
    assert "belongs to none of the form's pages" in refused["b.png"]["message"]
    assert template_jobs.job_page(any_app, job.id, refused["b.png"]["picture"])
    assert refused["c.txt"]["picture"] is None and refused["c.txt"]["message"]
    picture = template_jobs.job_page(any_app, job.id, page["picture"])
    assert picture.startswith(b"\x89PNG")
    with any_app.session() as session:
        for kind in (BatchRow, FileRow):
            assert session.scalar(select(func.count()).select_from(kind)) == 0


def test_synthetic_samples_say_what_was_written(app: Application) -> None:
    version = factories.make_draft(app)
    job = dry_run.request_dry_run(app, version.id, [], synthetic=1)
    finished = done(app, job, draw=draw_samples)
    assert finished.result is not None, finished.error_message
    [page] = finished.result["pages"]
    assert all({"written", "is_right"} <= field.keys() for field in page["fields"])
    assert page["fields"][0]["written"]


def test_what_cannot_be_tried(app: Application) -> None:
    version = templates.create_template(app, "Bare", factories.draw_blank(), "blank.tiff")
    ask = partial(dry_run.request_dry_run, app, version.id)
    with pytest.raises(UserError, match="draw at least one"):
        ask([("a.png", scan())])
    with pytest.raises(UserError, match="Choose one or more"):
        ask([])
    with pytest.raises(UserError, match="too many files"):
        template_jobs.request_job(app, JobKind.DRY_RUN, version.id, {}, [("a.png", b"x")] * 61)


def test_a_fault_of_our_own_is_told_and_not_retried(app: Application) -> None:
    version = factories.make_draft(app)

    def broken(*_: object) -> Iterator[DrawnSample]:
        raise ValueError("a bug")

    job = done(app, dry_run.request_dry_run(app, version.id, [], 1), draw=broken)
    assert job.state == "failed" and "report it" in (job.error_message or "")
    assert template_health.latest_job(app, JobKind.DRY_RUN, version.id) is None


def test_a_store_that_is_away_is_tried_again(app: Application) -> None:
    version = factories.make_draft(app)

    def away(*_: object) -> Iterator[DrawnSample]:
        raise StorageUnavailableError("The file store does not answer.")

    asked = dry_run.request_dry_run(app, version.id, [], 1)
    with pytest.raises(StorageUnavailableError):
        run_template_job(app, asked.id, away)
    assert done(app, asked, draw=draw_samples).state == "done"


def test_jobs_are_sent_again_and_given_up(any_app: Application, tasks: RecordingTaskSender) -> None:
    version = factories.make_draft(any_app)
    tasks.is_down = True
    job = template_health.registration_test(any_app, version.id)
    tasks.is_down = False
    with any_app.session() as session:
        session.get_one(TemplateJobRow, job.id).changed_at -= timedelta(hours=1)
    sweep(any_app)
    assert tasks.take() == [(queues.RUN_TEMPLATE_JOB, (job.id,))]
    with any_app.session() as session:
        session.get_one(TemplateJobRow, job.id).attempts = any_app.settings.max_attempts
    sweep(any_app)
    assert template_jobs.get_job(any_app, job.id).state == "failed"


def test_what_was_tried_is_forgotten_with_its_files(any_app: Application) -> None:
    version = factories.make_draft(any_app)
    first = done(any_app, dry_run.request_dry_run(any_app, version.id, [("a.png", scan())]))
    second = done(any_app, dry_run.request_dry_run(any_app, version.id, [("b.png", scan())]))
    picture = partial(template_jobs.job_page, any_app)
    key = any_app.files.put(scan())
    template_jobs.delete_job(any_app, first.id)
    assert any_app.files.get(key), "the other try still needs the same upload"
    assert picture(second.id, 0)
    grow_old(any_app, second.id)
    sweep(any_app)
    assert kept_files(any_app) == 0
    with pytest.raises(NotFoundError, match="few hours only"):
        template_jobs.get_job(any_app, second.id)
    with pytest.raises(NotFoundError, match="gone"):
        picture(second.id, 0)
    template_jobs.delete_job(any_app, second.id)


def test_the_id_of_a_deleted_job_is_no_other_ones(any_app: Application) -> None:
    version = factories.make_draft(any_app)
    first = dry_run.request_dry_run(any_app, version.id, [("a.png", scan())])
    template_jobs.delete_job(any_app, first.id)
    second = dry_run.request_dry_run(any_app, version.id, [("b.png", scan())])
    assert second.id != first.id
    with pytest.raises(NotFoundError, match="gone"):
        template_jobs.get_job(any_app, first.id)


def test_a_deleted_draft_takes_its_jobs_along(any_app: Application) -> None:
    version = factories.make_draft(any_app)
    upload = b"of this draft alone"
    job = dry_run.request_dry_run(any_app, version.id, [("a.png", upload)])
    templates.delete_draft(any_app, version.id)
    with pytest.raises(StorageDamagedError, match="is missing"):
        any_app.files.get(hashlib.sha256(upload).hexdigest())
    run_template_job(any_app, job.id, no_samples)
    with pytest.raises(NotFoundError):
        template_jobs.get_job(any_app, job.id)
