"""Proposals for a draft, named by the words of its PDF."""

from __future__ import annotations

import pytest

from forms_app import queues
from forms_app.errors import LeaseLostError, NotFoundError
from forms_app.reading.geometry import Box
from forms_app.reading.pdf_words import PrintedWord
from forms_app.services import detection, template_jobs, templates
from forms_app.services.application import Application
from forms_app.services.attempts import claim
from forms_app.services.dto.templates import TemplateJob, TemplateVersion
from forms_app.services.images import decode_grey, encode_png
from forms_app.services.job_running import run_template_job
from forms_app.services.job_work import JobWork
from forms_app.services.printed_words import PageText, text_of, with_text
from forms_app.store.models import TemplateJobRow
from forms_app.store.states import JobState
from tests import factories
from tests.fakes import RecordingTaskSender
from tests.templating.pdf_blank import pdf_blank
from workers.sample_drawing import draw_samples


def two_pages(app: Application) -> TemplateVersion:
    """A draft without fields whose blank has two pages."""
    return templates.create_template(app, "Intake", factories.draw_blank(2), "blank.tiff")


def done(app: Application, asked: TemplateJob) -> TemplateJob:
    run_template_job(app, asked.id, draw_samples)
    return template_jobs.get_job(app, asked.id)


def test_a_pdfs_words_name_the_proposals(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    job = done(app, detection.request_detection(app, draft.id, [1]))
    assert job.state == "done" and job.result is not None and job.result["install"] is None
    [page] = job.result["pages"]
    telephone, signature = page["fields"]
    assert (telephone["name"], telephone["kind"], telephone["cells"]) == ("telephone", "digits", 10)
    assert (signature["name"], signature["kind"]) == ("signature", "signature")
    assert templates.get_version(app, draft.id).definition["fields"] == []
    saved = templates.save_draft(app, draft.id, page["fields"], draft.revision)
    assert saved.problems == ()


def test_a_page_that_is_not_there(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    for pages in ([2], [1, 2], []):
        with pytest.raises(NotFoundError, match="no such page"):
            detection.request_detection(app, draft.id, pages)


def test_all_pages_are_looked_at_one_after_the_other_and_asking_twice_looks_once(
    any_app: Application, tasks: RecordingTaskSender
) -> None:
    draft = two_pages(any_app)
    asked = detection.request_detection(any_app, draft.id, [2, 1])
    assert detection.request_detection(any_app, draft.id, [1, 2]).id == asked.id
    assert tasks.take() == [(queues.RUN_TEMPLATE_JOB, (asked.id,))]
    other = detection.request_detection(any_app, draft.id, [2])
    job = done(any_app, asked)
    assert (job.state, job.steps_done, job.steps_total) == ("done", 2, 2)
    assert job.result is not None
    assert [page["number"] for page in job.result["pages"]] == [1, 2]
    names = [field["name"] for page in job.result["pages"] for field in page["fields"]]
    assert names and len(set(names)) == len(names)
    assert [kept.id for kept in detection.detections(any_app, draft.id)] == [other.id, asked.id]
    assert detection.request_detection(any_app, draft.id, [1, 2]).id not in {asked.id, other.id}


def test_a_cancelled_one_is_not_looked_for(app: Application) -> None:
    draft = two_pages(app)
    asked = detection.request_detection(app, draft.id, [1])
    template_jobs.delete_job(app, asked.id)
    run_template_job(app, asked.id, draw_samples)
    assert detection.detections(app, draft.id) == ()


def test_what_is_cancelled_while_it_is_done_ends_before_the_next_page(app: Application) -> None:
    draft = two_pages(app)
    asked = detection.request_detection(app, draft.id, [1, 2])
    lease = claim(app, TemplateJobRow, asked.id, JobState.PENDING)
    assert lease is not None
    work = JobWork(app, lease, draft.id, dict(asked.request), ())
    work.step(0, 2)
    assert work.lease.until > lease.until, "each page has a lease of its own"
    template_jobs.delete_job(app, asked.id)
    with pytest.raises(LeaseLostError):
        detection.do_detection(work)


def test_words_travel_inside_the_picture(app: Application) -> None:
    draft = templates.create_template(app, "Survey", pdf_blank(), "survey.pdf")
    png = templates.page_image(app, draft.id, 1)
    text = text_of(png)
    assert text.dpi == app.settings.pdf_dpi
    assert [word.text for word in text.words] == ["Telephone", "Signature"]
    grey = decode_grey(png)
    assert text_of(encode_png(grey)) == PageText()
    word = PrintedWord("Größe", Box(1.0, 2.0, 3.0, 4.0))
    again = with_text(encode_png(grey), 300.0, [word])
    assert text_of(again) == PageText(300.0, (word,))
    assert (decode_grey(again) == grey).all()
