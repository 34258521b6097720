"""The audit trail's chain: what is written, what cannot be changed, what is noticed; by many."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError

from forms_app.origins import Source, working_for
from forms_app.services import batches, people, projects, review
from forms_app.services.application import Application
from forms_app.services.audit_checking import (
    anchor_line,
    current_anchor,
    read_anchors,
    verify_chain,
)
from forms_app.services.dto.audit import Anchor
from forms_app.store.audit import record_event
from forms_app.store.audit_chain import HASHED, hash_of
from forms_app.store.audit_rows import CHAIN_START
from forms_app.store.models import LOCAL_USER_ID, AuditEventRow, UserRow
from tests import factories
from tests.services.audit_trail import events_of, remove_guards, run, write_events

THREADS = 8


def test_each_event_holds_the_hash_of_the_one_before(any_app: Application) -> None:
    write_events(any_app, 3)
    events = events_of(any_app)
    assert [event.id for event in events] == [1, 2, 3]
    hashes = [CHAIN_START, *(event.hash for event in events)]
    assert [event.previous_hash for event in events] == hashes[:-1]
    assert verify_chain(any_app).checked == 3
    assert current_anchor(any_app) == Anchor(3, hashes[-1])


def test_the_hash_is_that_of_the_documented_bytes(app: Application) -> None:
    """As docs/audit.md says it: so that others can verify it, this must never change."""
    with working_for(Source.CLI):
        write_events(app, 1)
    [event] = events_of(app)
    at = event.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = (
        f'{{"address":null,"at":"{at}","detail":{{"note":"größe 0"}},"id":1,"previous_hash":'
        f'"{"0" * 64}","project_id":null,"request_id":null,"source":"cli","subject_id":0,'
        '"subject_type":"thing","user_id":1,"user_name":"Somebody","verb":"look"}'
    )
    assert json.loads(said)["at"].endswith("Z")
    assert event.hash == hashlib.sha256(said.encode()).hexdigest()


def test_events_know_the_project_of_their_subject_even_when_it_goes(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    batches.delete_batch(any_app, batch.id)
    assert {event.project_id for event in events_of(any_app)} == {1}
    created = projects.create_project(any_app, "Payroll", LOCAL_USER_ID)
    assert events_of(any_app)[-1].project_id == created


def test_events_of_a_transaction_that_fails_were_never_there(any_app: Application) -> None:
    with pytest.raises(ZeroDivisionError), any_app.session() as session:
        record_event(session, "look", "thing", 1, LOCAL_USER_ID)
        raise ZeroDivisionError
    with any_app.session() as session:
        record_event(session, "keep", "thing", 1, LOCAL_USER_ID)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            record_event(session, "look", "thing", 2, LOCAL_USER_ID)
            raise ZeroDivisionError
        with session.begin_nested():
            record_event(session, "keep", "thing", 3, LOCAL_USER_ID)
    assert [(event.verb, event.subject_id) for event in events_of(any_app)] == [
        ("keep", 1),
        ("keep", 3),
    ]
    assert verify_chain(any_app).fault is None


def test_a_deleted_person_stays_in_their_events(any_app: Application) -> None:
    anna = people.add_person(any_app, "Anna")
    with any_app.session() as session:
        record_event(session, "look", "thing", 1, anna.id)
    with any_app.session() as session:
        session.execute(delete(UserRow).where(UserRow.id == anna.id))
    [event] = events_of(any_app, "look")
    assert (event.user_id, event.user_name) == (anna.id, "Anna")
    assert verify_chain(any_app).fault is None


def test_the_database_refuses_changes(any_app: Application) -> None:
    write_events(any_app, 1)
    statements = ["UPDATE audit_events SET verb = 'other'", "DELETE FROM audit_events"]
    if any_app.engine.dialect.name == "postgresql":
        statements.append("TRUNCATE audit_events")
    for statement in statements:
        with pytest.raises(DBAPIError, match="an audit event cannot be changed"):
            run(any_app, statement)


def test_what_was_changed_or_removed_is_found(any_app: Application) -> None:
    write_events(any_app, 5)
    whole = [event.__dict__ for event in events_of(any_app)]
    columns = [column.name for column in AuditEventRow.__table__.columns]
    rows = [{name: event[name] for name in columns} for event in whole]
    remove_guards(any_app)
    for change, fault in {
        "UPDATE audit_events SET subject_id = 9 WHERE id = 3": "Event 3 was changed",
        "UPDATE audit_events SET user_name = 'B' WHERE id = 5": "Event 5 was changed",
        "UPDATE audit_events SET detail = '{}' WHERE id = 2": "Event 2 was changed",
        "UPDATE audit_events SET hash = 'a' WHERE id = 2": "Event 2 was changed",
        "DELETE FROM audit_events WHERE id = 3": "Event 4 does not follow event 2",
        "DELETE FROM audit_events WHERE id <= 2": "Event 3 is not the first one",
    }.items():
        run(any_app, change)
        assert str(verify_chain(any_app).fault).startswith(fault), change
        run(any_app, "DELETE FROM audit_events")
        with any_app.session() as session:
            session.execute(insert(AuditEventRow), rows)
    assert verify_chain(any_app).fault is None


def test_an_event_put_in_is_found(any_app: Application) -> None:
    """Even one whose own hash is right."""
    write_events(any_app, 4)
    remove_guards(any_app)
    run(any_app, "DELETE FROM audit_events WHERE id = 3")
    forged = _forged_after(events_of(any_app)[1])
    with any_app.session() as session:
        session.add(forged)
    found = verify_chain(any_app).fault
    assert found is not None
    assert found.startswith("Event 4 does not follow event 3")


def test_what_is_not_even_an_event_any_more_is_found(app: Application) -> None:
    """SQLite keeps whatever it is told in any column."""
    write_events(app, 3)
    remove_guards(app)
    run(app, "UPDATE audit_events SET at = 'yesterday', detail = 'nothing' WHERE id = 2")
    assert verify_chain(app).fault == ("Event 2 was changed: its hash is not that of what it says.")


def test_only_an_anchor_shows_that_the_end_is_gone(any_app: Application) -> None:
    write_events(any_app, 5)
    kept = [anchor_line(current_anchor(any_app)), ""]
    assert verify_chain(any_app, read_anchors(kept)).fault is None
    remove_guards(any_app)
    run(any_app, "DELETE FROM audit_events WHERE id > 3")
    assert verify_chain(any_app).fault is None
    assert verify_chain(any_app, read_anchors(kept)).fault == (
        "The trail ends with event 3, but it had reached event 5: its end was removed."
    )


def test_only_an_anchor_shows_that_all_was_written_anew(any_app: Application) -> None:
    write_events(any_app, 2)
    anchor = current_anchor(any_app)
    remove_guards(any_app)
    run(any_app, "DELETE FROM audit_events")
    write_events(any_app, 4)
    assert verify_chain(any_app).fault is None
    found = verify_chain(any_app, [anchor]).fault
    assert found is not None
    assert found.startswith("Event 2 is not the one of the anchor")


def test_the_chain_is_whole_when_many_write_at_once(any_app: Application) -> None:
    """Decisions lock forms, fields and leases; the chain is always locked last."""
    batch = factories.make_batch(any_app)
    names = [f"{number}.png" for number in range(3)]
    forms = [factories.make_submission(any_app, batch.id, name=name) for name in names]
    before = current_anchor(any_app).id

    def work(number: int) -> None:
        form = forms[number % len(forms)]
        review.decide(any_app, form, "number", "correct", f"{number:06d}")
        batches.delete_batch(any_app, batches.create_batch(any_app, batch.version_id, "April").id)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(3 * THREADS)))
    report = verify_chain(any_app)
    assert report.fault is None
    assert report.checked - before == 3 * 3 * THREADS


def _forged_after(event: AuditEventRow) -> AuditEventRow:
    columns = {name: getattr(event, name) for name in HASHED}
    columns |= {"id": event.id + 1, "previous_hash": event.hash, "verb": "forged"}
    return AuditEventRow(**columns, hash=hash_of(columns))
