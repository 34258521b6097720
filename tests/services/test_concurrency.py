"""Several workers and people at once, on both databases."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from sqlalchemy import func, select

from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.services.assembly import assemble_file
from forms_app.services.reading import read_pages
from forms_app.store.models import DecisionRow, PageRow, ReadingRow, SubmissionRow
from forms_app.store.states import PageState
from tests import factories

FORMS = 5
FIELDS = [*factories.FIELDS, {**factories.CONSENT, "name": "agreed", "page": 2}]


def test_the_same_file_uploaded_by_many_is_read_once(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    data = cv2.imencode(".png", np.full((9, 9), 77, np.uint8))[1].tobytes()
    with ThreadPoolExecutor(6) as pool:
        names = [f"{number}.png" for number in range(12)]
        files = list(pool.map(lambda name: factories.upload(any_app, batch.id, data, name), names))
    assert Counter(file.state for file in files) == {"uploaded": 1, "duplicate": 11}


def test_pages_of_a_form_read_at_once_finish_it_once(any_app: Application) -> None:
    """Whoever reads the last page of a form must see that the other one is read."""
    batch = factories.make_batch(any_app, FIELDS, pages=2)
    pages = factories.make_pages(any_app, batch.id, 2 * FORMS, PageState.ALIGNED)
    blank = any_app.files.put(factories.aligned_blank())
    with any_app.session() as session:
        for number, page_id in enumerate(pages):
            page = session.get_one(PageRow, page_id)
            page.template_page, page.aligned_hash = number % 2 + 1, blank
            file_id = page.file_id
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: assemble_file(any_app, file_id), range(4)))
        claimed = sum(pool.map(lambda _: read_pages(any_app, 1), range(2 * FORMS + 2)))
    assert claimed == 2 * FORMS
    with any_app.session() as session:
        states = session.scalars(select(SubmissionRow.state)).all()
        readings = session.scalar(select(func.count()).select_from(ReadingRow))
    assert states == ["needs_review"] * FORMS
    assert readings == FORMS * len(FIELDS)
    [file] = batches.get_batch(any_app, batch.id).files
    assert (file.state, file.pages_read) == ("done", 2 * FORMS)


def test_two_people_deciding_the_same_field(any_app: Application) -> None:
    """Both words are kept, one after the other, and the form ends in one state."""
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    values = [str(number) * 6 for number in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda value: review.decide(any_app, submission_id, "number", "correct", value),
                values,
            )
        )
    with any_app.session() as session:
        decisions = session.scalars(select(DecisionRow).order_by(DecisionRow.id)).all()
    assert sorted(decision.value for decision in decisions) == values
    assert len({decision.replaces_id for decision in decisions}) == len(values)
    current = review.get_item(any_app, submission_id, "number").current
    assert current.value == decisions[-1].value
