"""A batch of several templates: each page finds its own, and data leaves as a table for each."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest

from forms_app.errors import ConflictError, UserError
from forms_app.reading.types import GreyImage
from forms_app.services import (
    batches,
    exports,
    form_lists,
    page_queue,
    page_work,
    review,
    templates,
)
from forms_app.services.application import Application
from forms_app.store.models import SubmissionRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.one_box_forms import filled, published, upload
from tests.services.two_page_scans import foreign_page


def _templates_of_forms(app: Application, batch_id: int) -> list[str]:
    return [form.template_name for form in form_lists.list_forms(app, batch_id)]


def _exported(app: Application, batch_id: int, kind: str) -> tuple[str, bytes]:
    export = exports.request_export(app, batch_id, kind)
    run_sent_tasks(app)
    name, _, chunks = exports.open_export(app, export.id)
    return name, b"".join(chunks)


def test_each_page_is_read_as_the_form_it_is(any_app: Application) -> None:
    versions = [published(any_app, seed) for seed in (1, 2)]
    batch = batches.create_batch(any_app, [version.id for version in versions], "Mixed")
    assert batch.templates == ("Form 1 v1", "Form 2 v1")
    upload(any_app, batch.id, [filled(2), filled(1), filled(3), filled(2)])
    assert _templates_of_forms(any_app, batch.id) == ["Form 2", "Form 1", "Form 2"]
    [foreign] = page_queue.get_queue(any_app, batch.id).pages
    assert (foreign.number, foreign.reason) == (3, "foreign_page")
    assert "none of the 2 templates of this batch (“Form 1” and “Form 2”)" in foreign.message
    assert "publish its template, add that to the batch, then retry" in foreign.message
    assert review.get_item(any_app, 1, "tick_2").current.value is True
    assert [value.field.name for value in review.get_submission(any_app, 2).fields] == ["tick_1"]
    name, data = _exported(any_app, batch.id, "csv")
    assert name == "Mixed.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["Form 1.csv", "Form 2.csv"]
        rows = list(csv.DictReader(archive.read("Form 2.csv").decode().splitlines()))
    assert [row["tick_2"] for row in rows] == ["true", "true"]
    name, data = _exported(any_app, batch.id, "json")
    assert name == "Mixed.json"
    assert [form["template"] for form in json.loads(data)] == ["Form 1", "Form 2", "Form 2"]
    _, data = _exported(any_app, batch.id, "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert 'name="Form 2"' in book.read("xl/workbook.xml").decode()


def test_any_published_template_is_found_among_many(app: Application) -> None:
    """More templates than the shortlist holds; the page's own joins the batch when it is known."""
    for seed in range(1, 8):
        published(app, seed)
    batch = batches.create_batch(app, [], "Any", takes_any=True)
    assert batch.templates == ()
    upload(app, batch.id, [filled(6), filled(3), foreign_page()])
    assert _templates_of_forms(app, batch.id) == ["Form 6", "Form 3"]
    summary = batches.get_batch(app, batch.id).summary
    assert (summary.templates, summary.takes_any) == (("Form 6 v1", "Form 3 v1"), True)
    assert (summary.pages_read, summary.pages_queued) == (2, 1)
    [foreign] = page_queue.get_queue(app, batch.id).pages
    tried = "none of the 7 templates published (“Form 6”, “Form 3”, “Form 1” and 4 more)"
    assert tried in foreign.message and "publish its template, then retry" in foreign.message


def _refusal(app: Application, version_ids: list[int], page: GreyImage) -> str:
    """What a person is told of the only page of a new batch."""
    batch = batches.create_batch(app, version_ids, "Refused")
    upload(app, batch.id, [page])
    [refused] = page_queue.get_queue(app, batch.id).pages
    return refused.message


def test_versions_of_one_template_are_told_apart(app: Application) -> None:
    first, other = published(app, 1), published(app, 2)
    draft = templates.new_draft(app, first.template_id)
    second = templates.publish(app, draft.id)
    message = _refusal(app, [first.id, second.id, other.id], foreign_page())
    named = "none of the 3 templates of this batch (“Form 1 v1”, “Form 1 v2” and “Form 2”)"
    assert named in message
    assert "“Form 1”" in _refusal(app, [first.id], foreign_page())


def test_a_page_that_resembles_a_template_is_told_which(app: Application) -> None:
    """The lower half of the sheet moved by a line, as when a question was added."""
    edition = filled(1)
    edition[900:] = np.roll(edition[900:], 60, axis=0)
    versions = [published(app, seed).id for seed in (2, 1)]
    message = _refusal(app, versions, edition)
    assert "page 1 of “Form 1”" in message


def test_a_page_laid_by_hand_could_be_of_either_version(app: Application) -> None:
    first = published(app, 1)
    draft = templates.new_draft(app, first.template_id)
    second = templates.publish(app, draft.id)
    batch = batches.create_batch(app, [first.id, second.id], "Both")
    upload(app, batch.id, [foreign_page()])
    [page] = page_queue.get_queue(app, batch.id).pages
    work = page_work.get_work(app, page.page_id)
    assert [target.label for target in work.targets] == ["Form 1 v1, page 1", "Form 1 v2, page 1"]


def test_a_form_keeps_to_its_template(app: Application) -> None:
    batch = factories.make_batch(app)
    submission_id = factories.make_submission(app, batch.id)
    with app.session() as session:
        session.get_one(SubmissionRow, submission_id).version_id = None
    assert _templates_of_forms(app, batch.id) == ["Intake"]  # Without one it is of the first.
    assert review.get_item(app, submission_id, "surname").current.value == "MILLER"


def test_drafts_and_nothing_at_all_are_refused(app: Application) -> None:
    draft = factories.make_draft(app)
    with pytest.raises(UserError, match="Choose the form templates"):
        batches.create_batch(app, [], "None")
    with pytest.raises(ConflictError, match="draft"):
        batches.create_batch(app, [draft.id], "Draft")
    with pytest.raises(UserError, match="Choose the form templates"):
        batches.create_batch(app, [], "Any", takes_any=True)
