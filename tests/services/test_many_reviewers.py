"""Many people in review at once, each with connections of their own, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from forms_app.services import batches, people
from forms_app.services.application import Application
from forms_app.services.dto.review import ReviewMode, Scope, Seat
from forms_app.store import field_leases
from forms_app.store.models import (
    LOCAL_USER_ID,
    DecisionRow,
    FieldLeaseRow,
    SubmissionFieldRow,
)
from forms_app.store.review_scopes import in_order, waiting
from forms_app.store.states import FieldState
from tests.services.reviewers import Ledger, Operator, colleagues, make_work


def test_many_at_once_share_the_work_and_nothing_is_lost(any_app: Application) -> None:
    is_sqlite = any_app.settings.database_url.startswith("sqlite")
    count, forms = (6, 10) if is_sqlite else (20, 24)
    batch_id = make_work(any_app, forms)
    names = [people.add_person(any_app, f"Person {number}").id for number in range(count)]
    scopes = [
        Scope(ReviewMode.FIELD, batch_id, "number", user_id)
        if number % 5 == 4
        else Scope(ReviewMode.FORMS, batch_id if number % 2 else None, None, user_id)
        for number, user_id in enumerate(names)
    ]
    ledger = Ledger()
    with colleagues(any_app, count) as apps, ThreadPoolExecutor(count) as pool:
        operators = [
            Operator(app, scope, number, ledger)
            for number, (app, scope) in enumerate(zip(apps, scopes, strict=True))
        ]
        decided = sum(pool.map(Operator.work, operators))
    assert ledger.clashes == []
    assert decided == 3 * forms
    with any_app.session() as session:
        assert set(session.scalars(select(SubmissionFieldRow.state))) == {FieldState.DECIDED}
        field = (DecisionRow.submission_id, DecisionRow.field_name)
        per_field = session.scalars(select(func.count(DecisionRow.id)).group_by(*field)).all()
        assert session.scalar(select(func.count()).select_from(FieldLeaseRow)) == 0
    assert per_field == [1] * 3 * forms
    assert batches.get_batch(any_app, batch_id).summary.state == "done"


def test_a_rush_of_windows_is_handed_nothing_twice(any_app: Application) -> None:
    """Nobody decides or leaves: whatever two of them were handed they would have at one time."""
    count = 4 if any_app.settings.database_url.startswith("sqlite") else 20
    batch_id = make_work(any_app, 40)
    start = threading.Barrier(count)

    def grab(number: int) -> list[field_leases.FieldKey]:
        seat, found = Seat(LOCAL_USER_ID, f"window-{number}"), []
        wanted = waiting(Scope(batch_id=batch_id))
        start.wait()
        for _ in range(120 // count):
            with apps[number].session() as session:
                found += field_leases.claim(
                    session, seat, ReviewMode.FORMS, wanted, in_order(), 1, lease_s=300
                )
        return found

    with colleagues(any_app, count) as apps, ThreadPoolExecutor(count) as pool:
        handed = [key for keys in pool.map(grab, range(count)) for key in keys]
    assert len(handed) == len(set(handed)) > 0
