"""The counts of a form's fields follow whatever happens to the fields."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from forms_app.services import review
from forms_app.services.application import Application
from forms_app.store.models import PageRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.states import FieldState
from tests.factories import make_batch, make_submission, reading, save_page

Form, Field = SubmissionRow, SubmissionFieldRow


def counts_of(app: Application, form_id: int) -> tuple[int, ...]:
    """open, accepted, decided, flagged, as the form says."""
    columns = (Form.open_fields, Form.accepted_fields, Form.decided_fields, Form.flagged_fields)
    with app.session() as session:
        return tuple(session.execute(select(*columns).where(Form.id == form_id)).one())


def true_counts(app: Application, form_id: int) -> tuple[int, ...]:
    """The same, counted."""
    states = (FieldState.OPEN, FieldState.ACCEPTED, FieldState.DECIDED)
    columns = [func.count().filter(Field.state == state) for state in states]
    flagged = func.count().filter(Field.flagged.is_(True))
    with app.session() as session:
        query = select(*columns, flagged).where(Field.submission_id == form_id)
        return tuple(session.execute(query).one())


def test_they_follow_readings_decisions_and_second_thoughts(any_app: Application) -> None:
    batch = make_batch(any_app)
    form_id, other_id = (make_submission(any_app, batch.id, name=f"{n}.png") for n in range(2))
    assert counts_of(any_app, form_id) == true_counts(any_app, form_id) == (2, 1, 0, 2)
    review.decide(any_app, form_id, "number", "correct", "654321")
    assert counts_of(any_app, form_id) == true_counts(any_app, form_id) == (1, 1, 1, 2)
    review.undo_decision(any_app, form_id, "number")
    assert counts_of(any_app, form_id) == true_counts(any_app, form_id) == (2, 1, 0, 2)
    assert counts_of(any_app, other_id) == (2, 1, 0, 2)


def test_reading_again_counts_nothing_twice(any_app: Application) -> None:
    batch = make_batch(any_app)
    form_id = make_submission(any_app, batch.id)
    sure = [reading("surname", "MILLER"), reading("number", "123456"), reading("consent", True)]
    with any_app.session() as session:
        page_id = session.scalar(select(PageRow.id).where(PageRow.submission_id == form_id))
    assert page_id is not None
    save_page(any_app, page_id, sure, "another-model")
    assert counts_of(any_app, form_id) == true_counts(any_app, form_id) == (0, 3, 0, 0)


def test_fields_that_go_are_counted_no_more(any_app: Application) -> None:
    batch = make_batch(any_app)
    form_id = make_submission(any_app, batch.id)
    with any_app.session() as session:
        session.execute(delete(Field).where(Field.state == FieldState.OPEN))
    assert counts_of(any_app, form_id) == true_counts(any_app, form_id) == (0, 1, 0, 0)
