"""Places in the queue, counted from the forms, are those that counting every field would give."""

from __future__ import annotations

from sqlalchemy import select

from forms_app.services.application import Application
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.review_places import count_open, count_waiting, places_in_queue
from forms_app.store.review_scopes import Scope
from forms_app.store.states import FieldState, ReviewStage
from tests.factories import make_batch, make_submission

Field = SubmissionFieldRow


def test_they_are_true_whatever_fields_wait_for(any_app: Application) -> None:
    batches = [make_batch(any_app).id for _ in range(2)]
    forms = [make_submission(any_app, batches[n % 2], name=f"{n}.png") for n in range(6)]
    with any_app.session() as session:
        rows = session.scalars(select(Field).order_by(Field.submission_id, Field.position)).all()
        flagged = [row for row in rows if row.flagged]
        flagged[1].stage = ReviewStage.POSTPONED
        flagged[2].stage = ReviewStage.REFERRED
        flagged[5].state = FieldState.DECIDED
        flagged[6].stage = ReviewStage.SECOND_KEY
    with any_app.session() as session:
        for scope in (Scope(), *(Scope(batch_id=batch_id) for batch_id in batches)):
            members = [row for row in flagged if scope.batch_id in (None, row.batch_id)]
            first_looks = (ReviewStage.REVIEW, ReviewStage.POSTPONED)
            waiting = [row for row in members if row.state == "open" and row.stage in first_looks]
            assert count_waiting(session, scope) == len(waiting)
            expected = [(n, len(members), len(waiting)) for n in range(1, len(members) + 1)]
            assert places_in_queue(session, members, scope) == expected
            assert places_in_queue(session, members[::-1], scope) == expected[::-1]
        of_form = [row for row in rows if row.submission_id == forms[0] and row.state == "open"]
        of_batch = [row for row in rows if row.batch_id == batches[0] and row.state == "open"]
        assert count_open(session, batches[0], forms[0]) == (len(of_form), len(of_batch))
