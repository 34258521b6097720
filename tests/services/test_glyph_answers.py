"""What is said of a sheet of glyphs: which fields it decides, opens or leaves alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from forms_app.reading.types import FieldReading
from forms_app.services import batches, glyph_answers, review, templates
from forms_app.services.application import Application
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.glyph_sheets import GlyphTile, SheetResult, SheetSource
from forms_app.store.models import (
    LOCAL_USER_ID,
    DecisionRow,
    GlyphCheckRow,
    ReviewNoteRow,
    SubmissionFieldRow,
    UserRow,
)
from forms_app.store.states import FieldState, NoteKind, ReviewStage
from tests import factories
from tests.services.glyph_forms import FIELDS, make_batch, mark, number, said, tiles_of
from tests.services.test_rules import with_rules

ALL = SheetSource.ALL
UNSURE = ("the reading is 96% certain, 99% are asked for",)
TICK_DOUBT = ("it is doubtful whether there is a mark (90%)",)


class Desk:
    """A batch, and one person who answers for sheets of it."""

    def __init__(self, app: Application, batch_id: int, user_id: int = LOCAL_USER_ID) -> None:
        self.app, self.batch_id, self.user_id = app, batch_id, user_id

    def form(self, *readings: FieldReading, name: str = "scan.png") -> int:
        return factories.make_submission(self.app, self.batch_id, readings, name)

    def tiles(self, character: str, source: SheetSource = SheetSource.DOUBTFUL) -> list[GlyphTile]:
        return tiles_of(self.app, self.batch_id, character, source)

    def answer(self, tiles: Sequence[GlyphTile], wrong: Sequence[int] = ()) -> SheetResult:
        answers = said(tiles, wrong)
        return glyph_answers.answer_sheet(self.app, self.batch_id, answers, self.user_id)

    def take_back(self, tiles: Sequence[GlyphTile]) -> SheetResult:
        return glyph_answers.take_sheet_back(self.app, self.batch_id, said(tiles), self.user_id)

    def field(self, form: int, name: str = "number") -> FieldValue:
        return review.get_item(self.app, form, name).current


@pytest.fixture
def desk(app: Application) -> Desk:
    return Desk(app, make_batch(app).id)


@pytest.fixture
def any_desk(any_app: Application) -> Desk:
    return Desk(any_app, make_batch(any_app).id)


def test_a_field_is_confirmed_once_all_its_doubtful_characters_are_right(any_desk: Desk) -> None:
    form = any_desk.form(number("123457", {0: 0.7, 5: 0.9}))
    assert any_desk.answer(any_desk.tiles("7")) == SheetResult(right=1)
    assert any_desk.field(form).state == FieldState.OPEN
    assert any_desk.answer(any_desk.tiles("1")) == SheetResult(right=1, decided=1)
    current = any_desk.field(form)
    assert (current.state, current.value, current.provenance) == ("decided", "123457", "confirmed")
    with any_desk.app.session() as session:
        [decision] = session.query(DecisionRow)
        assert (decision.mode, decision.user_id) == ("sheet", LOCAL_USER_ID)
        assert (decision.read_as, decision.model_id) == ("123457", factories.MODEL_ID)
    assert batches.get_batch(any_desk.app, any_desk.batch_id).summary.submissions_done == 1


def test_without_a_doubtful_character_all_must_be_right(desk: Desk) -> None:
    form = desk.form(number("111117"))
    desk.answer(desk.tiles("7"))
    assert desk.field(form).state == FieldState.OPEN
    assert desk.answer(desk.tiles("1")).decided == 1


def test_sending_a_sheet_twice_changes_nothing(any_desk: Desk) -> None:
    for name in ("a.png", "b.png", "c.png"):
        any_desk.form(number("123457", {5: 0.7}), name=name)
    tiles = any_desk.tiles("7")
    first = any_desk.answer(tiles, wrong=[1])
    assert first == SheetResult(right=2, wrong=1, decided=2, opened=1)
    assert any_desk.answer(tiles, wrong=[1]) == first
    with any_desk.app.session() as session:
        assert session.query(DecisionRow).count() == 2
        assert session.query(GlyphCheckRow).count() == 3


def test_a_glyph_picked_out_leaves_the_field_to_the_station(any_desk: Desk) -> None:
    form = any_desk.form(number("123457", {0: 0.7, 5: 0.7}))
    assert any_desk.answer(any_desk.tiles("7"), wrong=[0]) == SheetResult(wrong=1, opened=1)
    assert any_desk.answer(any_desk.tiles("1")) == SheetResult(right=1, opened=1)
    current = any_desk.field(form)
    assert current.state == FieldState.OPEN
    assert current.reading.reasons == (*UNSURE, "picked out of the sheet of “7”")


def test_a_glyph_picked_out_sends_an_accepted_field_to_review(any_desk: Desk) -> None:
    form = any_desk.form(number("123457", reasons=()))
    assert any_desk.field(form).state == FieldState.ACCEPTED
    assert any_desk.tiles("7") == []
    tiles = any_desk.tiles("7", ALL)
    assert any_desk.answer(tiles, wrong=[0]) == SheetResult(wrong=1, opened=1)
    item = review.next_item(any_desk.app, any_desk.batch_id)
    assert item is not None and item.key == (form, "number")
    assert item.current.reading.reasons == ("picked out of the sheet of “7”",)
    summary = batches.get_batch(any_desk.app, any_desk.batch_id).summary
    assert (summary.needs_review, summary.submissions_done) == (1, 0)
    any_desk.take_back(tiles)
    assert any_desk.field(form).state == FieldState.ACCEPTED
    assert batches.get_batch(any_desk.app, any_desk.batch_id).summary.submissions_done == 1


def test_right_glyphs_of_accepted_fields_are_only_noted(desk: Desk) -> None:
    form = desk.form(number("123457", reasons=()))
    assert desk.answer(desk.tiles("7", ALL)) == SheetResult(right=1)
    assert desk.field(form).state == FieldState.ACCEPTED and desk.tiles("7", ALL) == []


@pytest.mark.parametrize(
    "reason",
    [
        "the page is 5.0 px off its template here",
        "there is writing in the scan that was taken for print or paper",
        "a character is struck out",
        "12% of the ink belongs to no character read",
        "this sentence is not known yet",
    ],
)
def test_any_other_reason_for_review_needs_the_station(desk: Desk, reason: str) -> None:
    form = desk.form(number("123457", {5: 0.7}, (*UNSURE, reason)))
    assert desk.answer(desk.tiles("7")) == SheetResult(right=1)
    assert desk.field(form).state == FieldState.OPEN


def test_the_next_reading_says_what_else_must_be_looked_at(desk: Desk) -> None:
    doubt = "it could also be '123457' (10%)"
    form = desk.form(number("193457", {5: 0.7}, (doubt,), rival="123457"))
    desk.answer(desk.tiles("7"))
    assert desk.field(form).state == FieldState.OPEN
    assert desk.answer(desk.tiles("9")).decided == 1


def test_how_many_characters_there_are_is_for_the_station(desk: Desk) -> None:
    doubt = "it could also be '12345' (10%)"
    form = desk.form(number("123457", {5: 0.7}, (doubt,), rival="12345"))
    desk.answer(desk.tiles("7"))
    assert desk.field(form).state == FieldState.OPEN


def test_a_value_that_breaks_its_rule_stays_open(desk: Desk) -> None:
    """The field asks for six digits."""
    form = desk.form(number("17", {1: 0.7}))
    assert desk.answer(desk.tiles("7")) == SheetResult(right=1)
    assert desk.field(form).state == FieldState.OPEN


def test_a_field_of_a_broken_rule_needs_the_station(any_app: Application) -> None:
    draft = factories.make_draft(any_app, [*FIELDS, dict(factories.NUMBER, name="again")])
    rule = {"name": "twice", "kind": "equal", "fields": ["number", "again"]}
    version = templates.publish(any_app, with_rules(any_app, draft, [rule]).id)
    desk = Desk(any_app, batches.create_batch(any_app, version.id, "March").id)
    broken = desk.form(number("123457", {5: 0.7}), factories.reading("again", "123451"))
    kept = desk.form(number("123457", {5: 0.7}), factories.reading("again", "123457"), name="b")
    picked = desk.form(number("123457", reasons=()), mark("consent", False), name="c")
    assert desk.answer(desk.tiles("7")) == SheetResult(right=2, decided=1)
    assert [desk.field(form).state for form in (broken, kept)] == ["open", "decided"]
    tiles = [tile for tile in desk.tiles("7", ALL) if tile.submission_id == picked]
    assert desk.answer(tiles, wrong=[0]) == SheetResult(wrong=1, opened=1)
    review.decide(any_app, picked, "consent", "confirm")
    assert desk.field(picked).state == FieldState.OPEN
    desk.take_back(tiles)
    assert desk.field(picked).state == FieldState.ACCEPTED


def test_what_is_very_doubtful_is_typed_in_the_station(desk: Desk) -> None:
    form = desk.form(number("123457", {5: 0.5}))
    assert desk.answer(desk.tiles("7")) == SheetResult(right=1)
    assert desk.field(form).state == FieldState.OPEN


def test_a_note_of_somebody_keeps_the_field_open(desk: Desk) -> None:
    form = desk.form(number("123457", {5: 0.7}))
    with desk.app.session() as session:
        note = {"submission_id": form, "batch_id": desk.batch_id, "kind": NoteKind.MISALIGNED}
        session.add(ReviewNoteRow(**note, user_id=LOCAL_USER_ID, text=""))
    assert desk.answer(desk.tiles("7")) == SheetResult(right=1)
    assert desk.field(form).state == FieldState.OPEN


def test_a_mark_picked_out_takes_its_other_value(any_desk: Desk) -> None:
    form = any_desk.form(mark("consent", False, TICK_DOUBT))
    tiles = any_desk.tiles("empty")
    result = SheetResult(wrong=1, corrected=1)
    assert any_desk.answer(tiles, wrong=[0]) == result
    current = any_desk.field(form, "consent")
    assert (current.value, current.provenance) == (True, "corrected")
    assert any_desk.answer(tiles, wrong=[0]) == result
    any_desk.take_back(tiles)
    current = any_desk.field(form, "consent")
    assert (current.value, current.state) == (False, "open")


def test_a_mark_that_seems_struck_out_is_not_corrected_unseen(desk: Desk) -> None:
    form = desk.form(mark("consent", False, ("the mark seems to be struck out",)))
    assert desk.answer(desk.tiles("empty"), wrong=[0]) == SheetResult(wrong=1, opened=1)
    assert desk.field(form, "consent").state == FieldState.OPEN


def test_a_choice_is_confirmed_by_all_of_its_boxes(any_desk: Desk) -> None:
    doubt = ("the mark at 'm' is doubtful (70%)",)
    form = any_desk.form(mark("sex", "m", doubt))
    assert any_desk.answer(any_desk.tiles("ticked")) == SheetResult(right=1)
    assert any_desk.answer(any_desk.tiles("empty")) == SheetResult(right=1, decided=1)
    assert any_desk.field(form, "sex").value == "m"


def test_what_others_did_meanwhile_is_left_alone(any_desk: Desk) -> None:
    forms = [any_desk.form(number("123457", {5: 0.7}), name=name) for name in ("a", "b", "c")]
    tiles = any_desk.tiles("7")
    review.decide(any_desk.app, forms[0], "number", "correct", "123451")
    factories.save_page(any_desk.app, tiles[1].page_id, [number("123487", {5: 0.7})])
    with any_desk.app.session() as session:
        row = session.query(SubmissionFieldRow).filter_by(submission_id=forms[2]).one()
        row.stage = ReviewStage.REFERRED
    assert any_desk.answer(tiles, wrong=[2]) == SheetResult(left_alone=3)
    assert any_desk.field(forms[0]).value == "123451"
    with any_desk.app.session() as session:
        assert session.query(GlyphCheckRow).count() == 0
    assert any_desk.take_back(tiles) == SheetResult(left_alone=3)


def test_forms_that_are_gone_or_of_another_batch_are_left_alone(desk: Desk) -> None:
    other = Desk(desk.app, factories.make_batch(desk.app, FIELDS).id)
    other.form(number("123457", {5: 0.7}))
    tiles = other.tiles("7")
    assert desk.answer(tiles) == SheetResult(left_alone=1)
    batches.delete_batch(desk.app, other.batch_id)
    assert other.answer(tiles) == SheetResult(left_alone=1)


def test_taking_a_sheet_back(any_desk: Desk) -> None:
    forms = [any_desk.form(number("123457", {0: 0.7, 5: 0.7}), name=name) for name in ("a", "b")]
    ones, sevens = any_desk.tiles("1"), any_desk.tiles("7")
    any_desk.answer(ones)
    assert any_desk.answer(sevens, wrong=[1]).decided == 1
    any_desk.take_back(sevens)
    assert [any_desk.field(form).state for form in forms] == ["open", "open"]
    assert all(any_desk.field(form).reading.reasons == UNSURE for form in forms)
    assert any_desk.tiles("7") == sevens and any_desk.tiles("1") == []
    assert any_desk.answer(sevens).decided == 2


def test_a_wrong_glyph_of_a_field_that_the_sheets_have_confirmed_opens_it_again(desk: Desk) -> None:
    """The sheet of ones was fetched before that of sevens confirmed the field."""
    form = desk.form(number("123457", {5: 0.7}))
    ones = desk.tiles("1")
    assert desk.answer(desk.tiles("7")).decided == 1
    assert desk.answer(ones, wrong=[0]) == SheetResult(wrong=1, opened=1)
    assert desk.field(form).state == FieldState.OPEN


def test_another_person_does_not_take_my_sheet_back(desk: Desk) -> None:
    form = desk.form(number("123457", {5: 0.7}))
    tiles = desk.tiles("7")
    desk.answer(tiles)
    with desk.app.session() as session:
        other = UserRow(name="Ana")
        session.add(other)
        session.flush()
        other_id = other.id
    assert Desk(desk.app, desk.batch_id, other_id).take_back(tiles) == SheetResult(left_alone=1)
    assert desk.field(form).state == FieldState.DECIDED


def test_places_that_a_field_does_not_have_are_left_alone(desk: Desk) -> None:
    desk.form(number("123457", {5: 0.7}))
    [answer] = said(desk.tiles("7"))
    for place in (-1, 6):
        wrong = type(answer)(
            answer.submission_id, answer.field_name, place, answer.seen, is_right=False
        )
        result = glyph_answers.answer_sheet(desk.app, desk.batch_id, [wrong], LOCAL_USER_ID)
        assert result == SheetResult(left_alone=1)
