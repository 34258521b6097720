"""Where review begins and ends: the ways to go through what waits, by their pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event

from forms_app.reading.types import FieldReading, Outcome
from forms_app.services import people, quality_samples, review
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey
from forms_app.services.review_ways import ways_of_reviewing
from forms_app.store.models import LOCAL_USER_ID, SubmissionFieldRow
from forms_app.store.states import ReviewStage
from tests import factories
from tests.web.visitor import Visitor

RISKY: list[dict[str, Any]] = [
    factories.SURNAME,
    factories.NUMBER | {"second_key": True},
    factories.CONSENT,
]
UNREAD = factories.reading("surname", None, 0.0, needs_review=True, outcome=Outcome.UNREADABLE)
NUMBER = factories.reading("number", "123456", 0.99, needs_review=True)
CONSENT = factories.reading("consent", True)


class Office:
    """A batch of high-risk forms, local at the window, and Ben somewhere else."""

    def __init__(self, app: Application, *forms: tuple[FieldReading, ...]) -> None:
        self.app = app
        self.ben = people.add_person(app, "Ben").id
        self.batch_id = factories.make_batch(app, RISKY).id
        self.forms = [
            factories.make_submission(app, self.batch_id, readings, name=f"{i}.png")
            for i, readings in enumerate(forms)
        ]

    def key(self, form: int, value: str, user_id: int = LOCAL_USER_ID) -> None:
        review.decide(self.app, self.forms[form], "number", "correct", value, user_id=user_id)

    def stage(self, form: int, name: str, stage: ReviewStage) -> None:
        with self.app.session() as session:
            row = session.query(SubmissionFieldRow).filter_by(
                submission_id=self.forms[form], field_name=name
            )
            row.update({"stage": stage})


@pytest.fixture
def office(app: Application) -> Office:
    accepted = factories.reading("surname", "MILLER")
    return Office(
        app,
        (UNREAD, NUMBER, CONSENT),
        (accepted, NUMBER, CONSENT),
        (accepted, NUMBER, CONSENT),
        (accepted, NUMBER, CONSENT),
    )


def test_what_waits_is_counted_by_way(office: Office) -> None:
    office.key(1, "111111")
    office.key(2, "222222", office.ben)
    office.stage(0, "surname", ReviewStage.POSTPONED)
    office.stage(3, "number", ReviewStage.REFERRED)
    quality_samples.draw_sample(office.app, office.batch_id, 2)
    ways = ways_of_reviewing(office.app, office.batch_id)
    assert (ways.forms, ways.postponed, ways.keying, ways.referred) == (2, 1, 1, 1)
    assert (ways.second_key, ways.for_another_second) == (1, 1)
    assert (ways.third_key, ways.for_another_third, ways.sample) == (0, 0, 2)
    assert [(f.label, f.waiting) for f in ways.fields] == [("Surname", 1), ("Number", 1)]
    everywhere = ways_of_reviewing(office.app)
    assert (everywhere.forms, everywhere.sample, everywhere.fields) == (2, 2, ())
    bens = ways_of_reviewing(office.app, office.batch_id, office.ben)
    assert (bens.second_key, bens.for_another_second) == (1, 1)


def test_differences_are_for_whoever_may_settle_them(office: Office) -> None:
    office.key(1, "111111")
    office.key(1, "222222", office.ben)
    # Nobody else has a name: either may.
    assert ways_of_reviewing(office.app, office.batch_id).third_key == 1
    cleo = people.add_person(office.app, "Cleo").id
    mine = ways_of_reviewing(office.app, office.batch_id)
    assert (mine.third_key, mine.for_another_third) == (0, 1)
    assert ways_of_reviewing(office.app, office.batch_id, cleo).third_key == 1


def test_the_number_of_queries_does_not_grow(office: Office) -> None:
    def queries() -> int:
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        event.listen(office.app.engine, "before_cursor_execute", note)
        ways_of_reviewing(office.app, office.batch_id)
        event.remove(office.app.engine, "before_cursor_execute", note)
        return len(seen)

    before = queries()
    for i in range(5):
        factories.make_submission(
            office.app, office.batch_id, (UNREAD, NUMBER, CONSENT), name=f"more-{i}.png"
        )
    assert queries() == before


def test_the_start_page_offers_what_there_is(office: Office, visitor: Visitor) -> None:
    office.key(2, "222222", office.ben)
    page = visitor.get(f"/review/?batch={office.batch_id}").text
    assert "Review 4\N{NO-BREAK SPACE}fields" in page
    assert f'href="/review/station?batch={office.batch_id}"' in page
    assert f"batch={office.batch_id}&amp;mode=second_key" in page
    assert "down=number" in page and "down=surname" in page
    assert "mode=third_key" not in page and "mode=referred" not in page
    assert "Check a sample" in page
    everywhere = visitor.get("/review/").text
    assert 'href="/review/station"' in everywhere and "down=number" not in everywhere


def test_a_batch_that_does_not_exist(visitor: Visitor) -> None:
    assert visitor.get("/review/?batch=99").status_code == 404
    assert visitor.get("/review/done?batch=99").status_code == 404
    assert visitor.get("/review/?batch=1&mode=eat").status_code == 404
    assert visitor.post("/review/sample?batch=99", {"size": "3"}).status_code == 404


def test_a_sample_is_drawn_and_checked_at_once(office: Office, visitor: Visitor) -> None:
    answer = visitor.post(f"/review/sample?batch={office.batch_id}", {"size": "3"})
    assert answer.status_code == 303
    assert answer.location == f"/review/station?batch={office.batch_id}&mode=sample"
    assert "Quality check" in visitor.get(answer.location).text
    assert quality_samples.sample_status(office.app, office.batch_id).drawn == 3
    page = visitor.get(f"/batches/{office.batch_id}").text
    assert "Key 3\N{NO-BREAK SPACE}fields" in page and "Draw more" in page


def test_a_sample_of_no_size_is_refused(office: Office, visitor: Visitor) -> None:
    answer = visitor.post(f"/review/sample?batch={office.batch_id}", {"size": "0"})
    assert answer.status_code == 422 and "from 1 to 10,000" in answer.text


def test_the_batch_says_how_good_the_rest_is(office: Office, visitor: Visitor) -> None:
    quality_samples.draw_sample(office.app, office.batch_id, 7)
    for form in office.forms[1:]:
        quality_samples.check_sampled(office.app, ItemKey(form, "surname"), "correct", "MILLER")
    quality_samples.check_sampled(office.app, ItemKey(office.forms[0], "consent"), "correct", False)
    page = visitor.get(f"/batches/{office.batch_id}").text
    assert "1 of 4 accepted fields were wrong" in page
    assert "4.6\N{NO-BREAK SPACE}% to 69.9\N{NO-BREAK SPACE}% of all 7" in page
    done = visitor.get(f"/review/done?batch={office.batch_id}&mode=second_key").text
    assert "Nothing waits for your second key" in done


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("field&down=remarks", "This field is done in every form"),
        ("second_key", "Nothing waits for your second key"),
        ("third_key", "No difference is left for you to settle"),
        ("sample", "The sample is checked"),
        ("referred", "Nothing is referred"),
    ],
)
def test_each_way_ends_with_what_comes_next(
    office: Office, visitor: Visitor, mode: str, said: str
) -> None:
    page = visitor.get(f"/review/done?batch={office.batch_id}&mode={mode}").text
    assert said in page and "Back to the batch" in page


def test_what_is_left_in_a_way_is_said(office: Office, visitor: Visitor) -> None:
    page = visitor.get(f"/review/done?batch={office.batch_id}&mode=keying").text
    assert "1\N{NO-BREAK SPACE}field of March still wait" in page
    assert f'href="/review/station?batch={office.batch_id}&amp;mode=keying"' in page


def test_nothing_is_done_while_second_looks_wait(
    flask_app: Flask, app: Application, visitor: Visitor
) -> None:
    office = Office(app, (factories.reading("surname", "MILLER"), NUMBER, CONSENT))
    office.key(0, "123456")
    page = visitor.get(f"/review/done?batch={office.batch_id}").text
    assert "has been looked at" in page and "Second keys 1" in page
    start = visitor.get(f"/review/?batch={office.batch_id}").text
    assert "Nobody has to look at a field for the first time" in start
    assert "Waiting for another person" in start
    review.decide(app, office.forms[0], "number", "correct", "123456", user_id=office.ben)
    answer = visitor.get(f"/review/?batch={office.batch_id}")
    assert answer.status_code == 303
    assert "is reviewed" in visitor.get(answer.location).text


def handed(visitor: Visitor, office: Office, mode: str) -> list[dict[str, Any]]:
    """The fields that a window of local's is handed, as its script has them."""
    path = f"/review/hand-out?batch={office.batch_id}&mode={mode}"
    answer = visitor.send_json(path, {"window": "w", "after": None, "count": 20})
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_a_second_key_is_sent_without_a_word_of_the_first(office: Office, visitor: Visitor) -> None:
    office.key(2, "987654", office.ben)
    [item] = handed(visitor, office, "second_key")
    assert item["is_blind"] and item["value"] is None and item["decision"] is None
    assert item["reading"]["characters"] == [] and item["reading"]["confidence"] == 0
    assert "987654" not in str(item) and "123456" not in str(item) and "Ben" not in str(item)
    said = {"window": "w", "action": "correct", "value": "987654"}
    # The second time as after an answer that was lost.
    for _ in range(2):
        assert visitor.send_json(item["decide_url"], said).json["state"] == "decided"
    other = said | {"value": "987655"}
    assert visitor.send_json(item["decide_url"], other).status_code == 409
    assert visitor.send_json(item["undo_url"], {"window": "w"}).json["state"] == "open"


@pytest.mark.parametrize("mode", ["forms", "field&down=number"])
def test_a_test_cannot_be_told_from_the_window(
    app: Application, flask_app: Flask, visitor: Visitor, mode: str
) -> None:
    office = Office(app, *[(UNREAD, NUMBER, CONSENT)] * 2)
    plain = factories.make_batch(app).id
    doubtful = factories.reading("number", "123456", 0.9, needs_review=True)
    forms = [
        factories.make_submission(app, plain, [doubtful, CONSENT], name=f"{i}.png")
        for i in range(4)
    ]
    for form in forms[:2]:
        review.decide(app, form, "number", "confirm", user_id=office.ben)
    office.batch_id = plain
    flask_app.extensions["fieldhand"] = replace(
        app, settings=replace(app.settings, seeded_error_every=1)
    )
    items = handed(visitor, office, mode)
    seeded = [item for item in items if item["key"]["submission_id"] in forms[:2]]
    ordinary = [item for item in items if item not in seeded]
    assert len(seeded) == 2 and len(ordinary) == 2
    shapes = [_shape(item) for item in items]
    assert all(shape == shapes[0] for shape in shapes)
    for item in seeded:
        said = {"window": "w", "action": "confirm", "value": None, "keyed": list(range(6))}
        answer = visitor.send_json(item["decide_url"], said).json
        assert answer["test"]["missed"] and "This one was a test" in answer["test"]["message"]
        assert visitor.send_json(item["undo_url"], {"window": "w"}).json["state"] == "open"
        shown = review.get_item(app, item["key"]["submission_id"], "number")
        assert shown.current.value == "123456"
    said = {"window": "w", "action": "confirm", "value": None, "keyed": list(range(6))}
    assert visitor.send_json(ordinary[0]["decide_url"], said).json["state"] == "decided"


def _shape(item: dict[str, Any]) -> dict[str, Any]:
    """What of an item is not the form's and the value's own."""
    own = {"key", "value", "file_name", "submission_label", "position", "reading"}
    addresses = {name for name in item if name.endswith("_url")} | {"urls"}
    shape: dict[str, Any] = {
        name: value for name, value in item.items() if name not in own | addresses
    }
    query = parse_qs(urlsplit(item["decide_url"]).query)
    shape["asked"] = {name: len(value[0]) for name, value in query.items()}
    shape["reading"] = {
        name: value
        for name, value in item["reading"].items()
        if name not in ("value", "characters", "alternatives")
    }
    return shape
