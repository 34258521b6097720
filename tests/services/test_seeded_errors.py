"""Wrong values shown on purpose: they look like any other field, and nothing of them is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from forms_app.errors import UserError
from forms_app.reading.types import FieldReading, Value
from forms_app.services import people, review
from forms_app.services.application import Application
from forms_app.services.blanks import load_plan
from forms_app.services.dto.export_choices import PLAIN
from forms_app.services.dto.review import ReviewItem, ReviewMode, Scope, Seat
from forms_app.services.exported_forms import AskedForms, iter_records
from forms_app.services.handing_out import hand_out
from forms_app.services.loading import load
from forms_app.services.seeded_errors import answer_seeded
from forms_app.store.base import Base
from forms_app.store.models import BatchRow, DecisionRow, SeededErrorRow
from tests import factories

NUMBER = factories.reading("number", "123456", 0.9, needs_review=True)
READINGS = (factories.reading("surname", "MILLER"), NUMBER, factories.reading("consent", True))
MAY_CHANGE = {"seeded_errors", "field_leases"}


class Desk:
    """A batch of which Anna has decided half; Ben is handed the rest."""

    def __init__(self, app: Application, forms: int = 4) -> None:
        self.app = replace(app, settings=replace(app.settings, seeded_error_every=1))
        self.anna, self.ben = (people.add_person(app, name).id for name in ("Anna", "Ben"))
        self.batch_id = factories.make_batch(app).id
        self.forms = [
            factories.make_submission(app, self.batch_id, READINGS, name=f"{i}.png")
            for i in range(forms)
        ]
        for form_id in self.forms[: forms // 2]:
            review.decide(app, form_id, "number", "confirm", user_id=self.anna)

    def handed(self, mode: ReviewMode = ReviewMode.FORMS, count: int = 20) -> list[ReviewItem]:
        field = "number" if mode is ReviewMode.FIELD else None
        scope = Scope(mode, self.batch_id, field, self.ben)
        return list(hand_out(self.app, scope, Seat(self.ben, "w"), count=count).items)

    def seeded(self) -> ReviewItem:
        return next(item for item in self.handed() if item.token)

    def answer(self, item: ReviewItem, action: str, value: Value = None, **more: Any) -> bool:
        result = answer_seeded(self.app, item.key, item.token, action, value, self.ben, **more)
        assert result is not None
        return result.missed


@pytest.fixture
def desk(any_app: Application) -> Desk:
    return Desk(any_app)


def contents(app: Application) -> dict[str, str]:
    """A digest of every row of every table that must not change."""
    with app.session() as session:
        return {
            table.name: hashlib.sha256(
                repr(sorted(map(repr, session.execute(select(table))))).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
            if table.name not in MAY_CHANGE
        }


def exported(app: Application, batch_id: int) -> str:
    with app.session() as session:
        version_id = load(session, BatchRow, batch_id).version_id
        plan = load_plan(session, version_id)
    asked = AskedForms("Intake", [batch_id], {version_id: plan}, plan.template.fields, PLAIN)
    records = iter_records(app, asked)
    return json.dumps([asdict(record) for record in records], default=str)


def test_a_decided_field_comes_with_a_wrong_value(desk: Desk) -> None:
    items = desk.handed()
    seeded = [item for item in items if item.token]
    assert seeded and items[-1].token == ""
    assert {item.key.submission_id for item in seeded} <= set(desk.forms[:4])
    assert len({item.key for item in seeded}) == len(seeded)
    for item in seeded:
        assert item.current.value == "723456"
        assert "".join(c.value for c in item.current.reading.characters) == "723456"
        assert item.current.reading.value == "723456"


def test_it_looks_like_any_other_field(desk: Desk) -> None:
    items = desk.handed()
    for at, item in enumerate(items):
        if not item.token:
            continue
        ordinary = items[at + 1]
        assert (item.position, item.total, item.open_count) == (
            ordinary.position,
            ordinary.total,
            ordinary.open_count,
        )
        assert (item.stage, item.held_by, item.is_blind) == ("review", "", False)
        one, other = item.current, ordinary.current
        assert (one.state, one.provenance, one.decision, one.proposal) == (
            other.state,
            other.provenance,
            other.decision,
            other.proposal,
        )
        assert one.reading.reasons == other.reading.reasons
        assert one.reading.confidence == other.reading.confidence


def answered(app: Application) -> list[tuple[int, bool]]:
    """Who answered a seeded error, and whether they missed it."""
    with app.session() as session:
        found = session.scalars(select(SeededErrorRow).where(SeededErrorRow.missed.is_not(None)))
        return [(row.user_id, bool(row.missed)) for row in found]


@pytest.mark.parametrize(
    ("action", "value", "missed"),
    [
        ("confirm", None, True),
        ("correct", "723456", True),
        ("correct", "123456", False),
        ("correct", "123455", False),
        ("blank", None, False),
        ("unreadable", None, False),
    ],
)
def test_answers_reach_nothing_else(desk: Desk, action: str, value: Value, missed: bool) -> None:
    item = desk.seeded()
    before, export = contents(desk.app), exported(desk.app, desk.batch_id)
    assert desk.answer(item, action, value) is missed
    assert contents(desk.app) == before
    assert exported(desk.app, desk.batch_id) == export
    assert "723456" not in export
    assert answered(desk.app) == [(desk.ben, missed)]


def test_every_table_is_watched(desk: Desk) -> None:
    """The comparison above would see a decision."""
    before = contents(desk.app)
    review.decide(desk.app, desk.forms[-1], "number", "confirm", user_id=desk.ben)
    changed = {name for name, digest in contents(desk.app).items() if digest != before[name]}
    assert changed >= {"decisions", "submission_fields", "submissions", "audit_events"}


def test_the_first_answer_counts(desk: Desk) -> None:
    item = desk.seeded()
    assert desk.answer(item, "confirm")
    assert desk.answer(item, "correct", "123456")
    with desk.app.session() as session:
        row = session.scalars(select(SeededErrorRow).where(SeededErrorRow.missed)).one()
        assert (row.action, row.answer, row.shown, row.truth) == (
            "confirm",
            "723456",
            "723456",
            "123456",
        )


def test_a_typing_mistake_is_refused_as_anywhere(desk: Desk) -> None:
    item = desk.seeded()
    with pytest.raises(UserError, match="Number"):
        desk.answer(item, "correct", "12")
    assert desk.answer(item, "correct", "12", override=True) is False


def test_a_token_is_one_persons_for_one_field(desk: Desk) -> None:
    item = desk.seeded()
    other = item.key._replace(submission_id=desk.forms[-1])
    for key, token, user_id in (
        (item.key, item.token, desk.anna),
        (other, item.token, desk.ben),
        (item.key, "0" * 16, desk.ben),
        (item.key, "", desk.ben),
    ):
        assert answer_seeded(desk.app, key, token, "confirm", None, user_id) is None
    assert answered(desk.app) == []


def test_nobody_is_shown_the_same_one_twice(desk: Desk) -> None:
    first = {item.key for item in desk.handed() if item.token}
    again = {item.key for item in desk.handed() if item.token}
    assert first and not first & again


def test_one_field_down_the_batch_has_them_too(desk: Desk) -> None:
    assert any(item.token for item in desk.handed(ReviewMode.FIELD))


def test_none_where_nothing_is_shown_to_be_looked_at(desk: Desk) -> None:
    for mode in (ReviewMode.KEYING, ReviewMode.REFERRED, ReviewMode.SECOND_KEY):
        assert not any(item.token for item in desk.handed(mode))


def test_none_when_switched_off(desk: Desk) -> None:
    desk.app = replace(desk.app, settings=replace(desk.app.settings, seeded_error_every=0))
    assert not any(item.token for item in desk.handed())
    with desk.app.session() as session:
        assert session.query(SeededErrorRow).count() == 0


def test_about_one_in_so_many(app: Application) -> None:
    """60 fields, one in three: 20 are expected, with a standard deviation of 3.7."""
    desk = Desk(app)
    desk.app = replace(app, settings=replace(app.settings, seeded_error_every=3))
    seen = 0
    for _ in range(60):
        seen += sum(bool(item.token) for item in desk.handed(count=1))
        with app.session() as session:
            session.execute(text("DELETE FROM seeded_errors"))
    assert 5 <= seen <= 35


@pytest.fixture
def alone(any_app: Application) -> Iterator[Desk]:
    """Ben has decided everything himself."""
    desk = Desk(any_app, forms=8)
    for form_id in desk.forms[:4]:
        review.decide(any_app, form_id, "number", "correct", "123456", user_id=desk.ben)
    yield desk


def test_own_decisions_only_after_a_while(alone: Desk) -> None:
    assert not any(item.token for item in alone.handed())
    with alone.app.session() as session:
        _age(session, timedelta(hours=2))
    assert any(item.token for item in alone.handed())


def _age(session: Any, by: timedelta) -> None:
    """Decisions as if they had been made earlier: only the triggers are in the way."""
    rows = session.scalars(select(DecisionRow)).all()
    for row in rows:
        copy = DecisionRow(
            **{
                column.name: getattr(row, column.name)
                for column in DecisionRow.__table__.columns
                if column.name != "id"
            }
        )
        copy.created_at = row.created_at - by
        session.add(copy)
        session.flush()
        session.execute(
            text("UPDATE submission_fields SET decision_id = :new WHERE decision_id = :old"),
            {"new": copy.id, "old": row.id},
        )


@pytest.mark.parametrize(
    "readings",
    [
        (factories.reading("number", None, 0.5, needs_review=True),),
        (replace(NUMBER, needs_review=False, reasons=()),),
    ],
)
def test_fields_that_would_stand_out_are_left_alone(
    app: Application, readings: tuple[FieldReading, ...]
) -> None:
    desk = Desk(app)
    for form_id in desk.forms[:4]:
        page_id = review.get_item(app, form_id, "number").page_id
        assert page_id is not None
        factories.save_page(app, page_id, (READINGS[0], *readings, READINGS[2]))
    assert not any(item.token for item in desk.handed())
