"""A batch with people at work in it, for the supervisor's page."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from forms_app.services import form_lists, people, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.handing_out import hand_out
from forms_app.services.returning import send_back
from forms_app.store import review_queue
from forms_app.store.base import utc_now
from forms_app.store.models import FieldLeaseRow
from forms_app.store.states import FieldState
from tests import figure_rows

# Until the last picture is taken.
KEPT = timedelta(hours=2)
PAUSE = timedelta(seconds=40)
SAT_DOWN = (timedelta(minutes=47), timedelta(minutes=12))


def put_to_work(app: Application, batch_id: int) -> int:
    """Two people have fields; one asked for help, and a form was sent back. Returns its id."""
    amira, ben, deniz = (_person(app, name) for name in ("Amira", "Ben", "Deniz"))
    forms = [form.id for form in form_lists.list_forms(app, batch_id)]
    for name in ("surname", "given_name", "born", "patient_number", "district", "remarks"):
        is_odd = name == "patient_number"
        note = "The paper says so." if is_odd else ""
        review.decide(app, forms[0], name, "confirm", user_id=ben, override=is_odd, note=note)
    wish = "The patient number has a 7, not a 1; look at the date too."
    send_back(app, forms[0], wish, deniz, ["patient_number", "born"])
    asks = "A 1 or a 7? The other forms of this ward have both."
    _refer(app, ItemKey(forms[1], "patient_number"), asks, amira)
    _refer(app, ItemKey(forms[1], "first_visit"), "Ticked, or is the tick struck out?", amira)
    # Since a little while ago, so that a pace can be told.
    for number, name in enumerate(("house_code", "weight", "height", "pulse", "drug_code")):
        value = review.get_item(app, forms[2], name).current.value
        at = utc_now() - PAUSE * (10 - number)
        figure_rows.decided(app, forms[2], name, str(value), amira, at=at, model_id=None)
    for user_id, window, sat_down, count in (
        (amira, "picture-1", SAT_DOWN[0], 6),
        (ben, "picture-2", SAT_DOWN[1], 3),
    ):
        seat = Seat(user_id, window)
        hand_out(app, Scope(batch_id=batch_id, user_id=user_id), seat, None, count)
        _sit_down(app, seat, sat_down)
    return forms[0]


def _person(app: Application, name: str) -> int:
    known = {person.name: person.id for person in people.list_people(app)}
    return known.get(name) or people.add_person(app, name).id


def _refer(app: Application, key: ItemKey, text: str, user_id: int) -> None:
    """Also a field that the machine was sure of."""
    with app.session() as session:
        row = review_queue.find_field(session, *key)
        assert row is not None
        row.flagged, row.state = True, FieldState.OPEN
    review_notes.refer(app, key, text, user_id)


def _sit_down(app: Application, seat: Seat, ago: timedelta) -> None:
    now = utc_now()
    with app.session() as session:
        session.execute(
            update(FieldLeaseRow)
            .where(FieldLeaseRow.window == seat.window)
            .values(seated_at=now - ago, expires_at=now + KEPT)
        )
