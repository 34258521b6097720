"""Readings: idempotent, and never stronger than a person's decision."""

from __future__ import annotations

from sqlalchemy import func, select

from forms_app.services import review
from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.models import PageRow, ReadingRow
from forms_app.store.states import PageState
from forms_app.store.upserts import insert_missing
from tests import factories


def _page_of(app: Application, submission_id: int) -> int:
    with app.session() as session:
        return session.scalars(
            select(PageRow.id).where(PageRow.submission_id == submission_id)
        ).one()


def _count(app: Application) -> int | None:
    with app.session() as session:
        return session.scalar(select(func.count()).select_from(ReadingRow))


def test_reading_again_with_the_same_model_replaces(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    page_id = _page_of(any_app, submission_id)
    again = [factories.reading("number", "654321", 0.5, needs_review=True)]
    factories.save_page(any_app, page_id, again)
    assert _count(any_app) == 3
    assert review.get_item(any_app, submission_id, "number").current.value == "654321"


def test_another_model_adds_readings_and_its_readings_count(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    page_id = _page_of(any_app, submission_id)
    factories.save_page(any_app, page_id, factories.READINGS, model_id="newer-model")
    assert _count(any_app) == 6
    item = review.get_item(any_app, submission_id, "number")
    assert item.current.reading.model_id == "newer-model"


def test_reading_again_never_overwrites_a_decision(any_app: Application) -> None:
    submission_id = factories.make_submission(any_app, factories.make_batch(any_app).id)
    review.decide(any_app, submission_id, "number", "correct", "111111")
    sure = [factories.reading("number", "999999", 0.999)]
    for model_id in (factories.MODEL_ID, "newer-model"):
        factories.save_page(any_app, _page_of(any_app, submission_id), sure, model_id)
        current = review.get_item(any_app, submission_id, "number").current
        assert (current.value, current.state) == ("111111", "decided")
        assert current.reading.value == "999999"


def test_more_rows_than_a_statement_has_parameters_for(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    [page_id] = factories.make_pages(any_app, batch.id, 1)
    with any_app.session() as session:
        file_id = session.get_one(PageRow, page_id).file_id
        common = {"file_id": file_id, "state": PageState.PENDING, "attempts": 0}
        times = {"created_at": utc_now(), "changed_at": utc_now()}
        rows = [{**common, **times, "number": number} for number in range(1, 12_001)]
        insert_missing(session, PageRow, rows, ["file_id", "number"])
        assert session.query(PageRow).count() == 12_000
