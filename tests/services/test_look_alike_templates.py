"""Two published templates of one form: pages wait for a person, unless something settles it."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from sqlalchemy import select

from forms_app.reading.types import GreyImage
from forms_app.services import (
    batches,
    form_lists,
    page_actions,
    page_images,
    page_queue,
    rescans,
    retries,
    template_health,
    template_jobs,
    templates,
)
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.job_running import run_template_job
from forms_app.services.page_placements import PagePlacement
from forms_app.services.page_queue import QueuedPage
from forms_app.store.models import PageRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.sheets import draw_blank
from tests.reading.test_page_codes import sheet_with_code
from tests.services.two_page_scans import tiff_of
from workers.sample_drawing import draw_samples

WIDTH_PX, HEIGHT_PX = 1240, 1754
BOX = [900, 1560, 60, 60]


def blank() -> GreyImage:
    grey = draw_blank(4, HEIGHT_PX, WIDTH_PX)
    cv2.rectangle(grey, (BOX[0], BOX[1]), (BOX[0] + 60, BOX[1] + 60), 0, 2)
    return grey


def filled() -> GreyImage:
    grey = blank()
    cv2.line(grey, (908, 1568), (952, 1612), 30, 6)
    cv2.line(grey, (952, 1568), (908, 1612), 30, 6)
    return grey


def published(app: Application, name: str, code: str = "") -> TemplateVersion:
    """A template of the form, its blank drawn a little softer for each name."""
    soft = cv2.GaussianBlur(blank(), (0, 0), 0.4 + 0.1 * len(name))
    png = cv2.imencode(".png", soft)[1].tobytes()
    draft = templates.create_template(app, name, png, "blank.png")
    field = {"name": "tick", "page": 1, "kind": "mark", "box": BOX}
    saved = templates.save_draft(app, draft.id, [field], draft.revision, code=code)
    return templates.publish(app, saved.id)


def batch_with(app: Application, version_ids: list[int], page: GreyImage, *, any_: bool) -> int:
    """A batch of one page that has been read, or waits."""
    batch = batches.create_batch(app, version_ids, "Batch", takes_any=any_)
    factories.upload(app, batch.id, tiff_of([page]), "scan.tiff")
    run_sent_tasks(app)
    return batch.id


def queued(app: Application, batch_id: int) -> QueuedPage:
    [page] = page_queue.get_queue(app, batch_id).pages
    return page


def forms(app: Application, batch_id: int) -> list[str]:
    return [form.template_name for form in form_lists.list_forms(app, batch_id)]


def page_of(app: Application, submission_id: int) -> int:
    with app.session() as session:
        return session.scalars(
            select(PageRow.id).where(PageRow.submission_id == submission_id)
        ).one()


def test_a_page_of_either_waits_until_a_person_says_which(any_app: Application) -> None:
    clinic, copy = published(any_app, "Clinic"), published(any_app, "Clinic copy")
    batch_id = batch_with(any_app, [], filled(), any_=True)
    page = queued(any_app, batch_id)
    assert (page.reason, page.is_laid, forms(any_app, batch_id)) == ("ambiguous_page", False, [])
    assert "could be page 1 of “Clinic" in page.message and " or page 1 of “" in page.message
    assert "“Clinic”" in page.message and "“Clinic copy”" in page.message
    assert "Archive the one that is not in use" in page.message
    assert batches.get_batch(any_app, batch_id).summary.templates == ()
    start = page_images.start_points(any_app, page.page_id, (copy.id, 1))
    placement = PagePlacement(start.version_id, start.template_page, start.points)
    page_actions.lay_page(any_app, page.page_id, placement)
    run_sent_tasks(any_app)
    assert forms(any_app, batch_id) == ["Clinic copy"]
    assert clinic.id != copy.id


def test_archiving_one_and_trying_again_settles_it(app: Application) -> None:
    published(app, "Clinic")
    other = published(app, "Clinic copy")
    batch_id = batch_with(app, [], filled(), any_=True)
    templates.archive_template(app, other.template_id)
    retries.retry_page(app, queued(app, batch_id).page_id)
    run_sent_tasks(app)
    assert forms(app, batch_id) == ["Clinic"]


def test_a_batch_of_one_of_them_has_no_doubt(app: Application) -> None:
    clinic, copy = published(app, "Clinic"), published(app, "Clinic copy")
    for version in (clinic, copy):
        assert forms(app, batch_with(app, [version.id], filled(), any_=False)) == [version.name]
    page = queued(app, batch_with(app, [clinic.id, copy.id], filled(), any_=False))
    assert page.reason == "ambiguous_page" and "Keep them in separate batches" in page.message


def test_a_code_that_names_the_template_settles_it(app: Application) -> None:
    for name in ("Clinic", "Clinic copy"):
        published(app, name, code="template:submission")
    page = sheet_with_code(filled(), "Clinic copy:17")
    assert forms(app, batch_with(app, [], page, any_=True)) == ["Clinic copy"]


def test_a_code_with_a_name_that_two_templates_have_does_not(app: Application) -> None:
    first = published(app, "Clinic", code="template:submission")
    second = published(app, "Clinic", code="template:submission")
    page = sheet_with_code(filled(), "Clinic:17")
    message = queued(app, batch_with(app, [], page, any_=True)).message
    for version in (first, second):
        assert f"“Clinic v1 (template {version.template_id})”" in message


def test_versions_of_one_template_keep_their_rule(app: Application) -> None:
    first = published(app, "Clinic")
    second = templates.publish(app, templates.new_draft(app, first.template_id).id)
    batch_id = batch_with(app, [second.id, first.id], filled(), any_=False)
    assert forms(app, batch_id) == ["Clinic"]
    assert batches.get_batch(app, batch_id).summary.templates[0] == "Clinic v2"


def test_a_new_scan_of_a_form_page_stays_with_its_form(app: Application) -> None:
    clinic = published(app, "Clinic")
    batch_id = batch_with(app, [clinic.id], filled(), any_=True)
    [form] = form_lists.list_forms(app, batch_id)
    published(app, "Clinic copy")
    png = cv2.imencode(".png", np.rot90(filled(), 2))[1].tobytes()
    rescans.replace_scan(app, page_of(app, form.id), "again.png", BytesIO(png))
    run_sent_tasks(app)
    assert forms(app, batch_id) == ["Clinic"]
    assert page_queue.get_queue(app, batch_id).pages == ()


def test_the_check_before_publishing_names_the_other_template(app: Application) -> None:
    other, own = published(app, "Clinic"), published(app, "Clinic copy")
    templates.archive_template(app, published(app, "Old clinic").template_id)
    draft = templates.new_draft(app, own.template_id)
    job = template_health.registration_test(app, draft.id)
    run_template_job(app, job.id, draw_samples)
    done = template_jobs.get_job(app, job.id)
    assert (done.state, done.steps_done, done.steps_total) == ("done", 5, 5), done.error_message
    found = [each["message"] for each in (done.result or {})["findings"]]
    assert [message for message in found if "published template" in message] == [
        "Page 1 carries the same print as page 1 of the published template “Clinic”: in a batch "
        "that takes both, every page waits for a person to say which it is."
    ]
    assert other.template_id != own.template_id
