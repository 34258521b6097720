"""Review by its addresses, without a browser, on a really read form."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import batches, review, uploads
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import PageRow
from tests.browser.demo_form import filled_forms, publish_demo
from tests.fakes import run_sent_tasks, with_recorded_tasks
from tests.web.visitor import Visitor


@pytest.fixture(scope="module")
def app(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One application for all tests here: reading forms takes seconds."""
    folder = tmp_path_factory.mktemp("review")
    database = shutil.copy(migrated_sqlite, folder / "fieldhand.db")
    settings = load_settings({}, data_dir=folder, database_url=f"sqlite:///{database}")
    with with_recorded_tasks(bootstrap(settings)) as application:
        yield application


def read(app: Application, template: TemplateVersion, name: str) -> BatchSummary:
    """A batch of one of the demo's forms, read."""
    batch = batches.create_batch(app, template.id, name)
    path = filled_forms()[0]
    with path.open("rb") as stream:
        uploads.add_file(app, batch.id, path.name, stream)
    run_sent_tasks(app)
    return batches.get_batch(app, batch.id).summary


@pytest.fixture(scope="module")
def template(app: Application) -> TemplateVersion:
    return publish_demo(app)


@pytest.fixture(scope="module")
def read_batch(app: Application, template: TemplateVersion) -> BatchSummary:
    return read(app, template, "Week 12")


@pytest.fixture
def key(app: Application, read_batch: BatchSummary) -> ItemKey:
    """Remarks are for a person to key, whatever the model is sure of."""
    item = review.next_item(app, read_batch.id)
    assert item is not None
    return ItemKey(item.key.submission_id, "remarks")


def post(visitor: Visitor, path: str, body: object) -> Any:
    return visitor.send_json(path, {"window": "w1", **body} if isinstance(body, dict) else body)


def address(key: ItemKey, what: str) -> str:
    return f"/review/{key.submission_id}/{what}?field={key.field_name}"


def test_nothing_to_review(visitor: Visitor, app: Application, template: TemplateVersion) -> None:
    batch = batches.create_batch(app, template.id, "Week 11")
    answer = visitor.get(f"/review/?batch={batch.id}")
    assert answer.status_code == 303
    assert "Week 11 has no forms yet" in visitor.get(answer.location).text
    assert "Nothing waits for review" in visitor.get("/review/done").text


def test_review_starts_at_what_waits(visitor: Visitor, read_batch: BatchSummary) -> None:
    for asked in ("", f"?batch={read_batch.id}"):
        begin = f"/review/station{asked}"
        assert f'href="{begin}"' in visitor.get(f"/review/{asked}").text
        page = visitor.get(begin).text
        assert "review-data" in page and "js/review/main.js" in page
    assert visitor.get("/review/station?mode=nonsense").status_code == 404


def test_an_item_with_its_pictures(visitor: Visitor, key: ItemKey) -> None:
    item = visitor.get(address(key, "item")).json
    assert item["field"]["kind"] == "image" and item["key"]["field_name"] == "remarks"
    assert item["reading"]["needs_review"] and item["state"] == "open"
    assert 1 <= item["position"] <= item["total"]
    for url in (item["crop_url"], item["page_url"]):
        picture = visitor.get(url)
        assert picture.mimetype == "image/png"
        assert picture.headers["Cache-Control"].startswith("private")
    comb = visitor.get(address(key._replace(field_name="surname"), "item")).json["field"]
    assert len(comb["cell_boxes_px"]) == comb["cells"] == 18
    date = visitor.get(address(key._replace(field_name="born"), "item")).json["field"]
    assert date["date_format"] == "DDMMYYYY"


def test_pictures_have_a_new_address_once_the_page_is_laid_anew(
    visitor: Visitor, app: Application, key: ItemKey
) -> None:
    def lay(content_hash: str | None) -> str | None:
        with app.session() as session:
            of_form = select(PageRow).where(PageRow.submission_id == key.submission_id)
            page = session.scalars(of_form).one()
            before, page.aligned_hash = page.aligned_hash, content_hash
            return before

    before = visitor.get(address(key, "item")).json
    laid = lay(app.files.put(b"laid anew"))
    after = visitor.get(address(key, "item")).json
    lay(laid)
    assert before["crop_url"] != after["crop_url"] and before["page_url"] != after["page_url"]


def test_the_queue_goes_round_and_the_form_ends(
    visitor: Visitor, read_batch: BatchSummary, key: ItemKey
) -> None:
    def handed(scope: str, after: ItemKey | None, count: int = 1) -> list[str]:
        body = {"window": "w1", "after": after and after._asdict(), "count": count}
        answer = visitor.send_json(f"/review/hand-out?{scope}", body)
        return [item["key"]["field_name"] for item in answer.json["items"]]

    waiting = handed(f"batch={read_batch.id}", None, count=20)
    assert len(waiting) > 1 and key.field_name in waiting
    last = key._replace(field_name=waiting[-1])
    assert handed(f"batch={read_batch.id}", last) == waiting[:1]
    form = f"form={key.submission_id}"
    assert handed(form, key) == ["signature"]
    assert handed(form, key._replace(field_name="signature")) == []
    assert visitor.send_json(f"/review/hand-out?{form}", {"after": 3}).status_code == 422
    assert visitor.send_json(f"/review/hand-out?batch={read_batch.id}", {}).status_code == 422


def test_a_field_on_anothers_screen_is_left_alone(
    visitor: Visitor, app: Application, read_batch: BatchSummary, key: ItemKey
) -> None:
    scope = f"/review/hand-out?batch={read_batch.id}"
    visitor.send_json("/review/leave", {"window": "w1"})
    there = visitor.send_json(scope, {"window": "theirs", "count": 20}).json["items"]
    assert key.field_name in [item["key"]["field_name"] for item in there]
    assert visitor.send_json(scope, {"window": "ours", "count": 20}).json["items"] == []
    body = {"window": "ours", "action": "unreadable"}
    answer = visitor.send_json(address(key, "decision"), body)
    assert answer.status_code == 409 and "on screen" in answer.json["message"]
    assert review.get_item(app, *key).current.decision is None
    assert visitor.send_json("/review/leave", {"window": "theirs"}).status_code == 204
    assert visitor.send_json("/review/stay", {"window": "ours"}).status_code == 204
    assert len(visitor.send_json(scope, {"window": "ours", "count": 20}).json["items"]) == len(
        there
    )
    assert visitor.send_json("/review/leave", {"window": "ours"}).status_code == 204


def test_decide_and_take_back(visitor: Visitor, app: Application, key: ItemKey) -> None:
    body = {"action": "correct", "value": "see the doctor"}
    answer = post(visitor, address(key, "decision"), body)
    assert answer.status_code == 200 and answer.json["state"] == "decided"
    page = visitor.get(f"/review/forms/{key.submission_id}").text
    assert "see the doctor" in page and "corrected" in page
    assert post(visitor, address(key, "undo"), {}).json["state"] == "open"
    assert post(visitor, address(key, "undo"), {}).status_code == 409
    assert review.get_item(app, *key).current.decision is None


def test_several_options_and_truth_values_arrive_as_they_are(
    visitor: Visitor, app: Application, key: ItemKey
) -> None:
    for name, sent, kept in (
        ("symptoms", ["rash", "pain"], ("rash", "pain")),
        ("signature", False, False),
    ):
        field = key._replace(field_name=name)
        post(visitor, address(field, "decision"), {"action": "correct", "value": sent})
        assert review.get_item(app, *field).current.value == kept


def test_a_broken_rule_is_a_question(visitor: Visitor, app: Application, key: ItemKey) -> None:
    field = key._replace(field_name="patient_number")
    body = {"action": "correct", "value": "123456789"}
    answer = post(visitor, address(field, "decision"), body)
    assert answer.status_code == 200 and "luhn" in answer.json["refused"]
    assert review.get_item(app, *field).current.decision is None
    answer = post(visitor, address(field, "decision"), body | {"override": True})
    assert answer.status_code == 422 and "note" in answer.json["message"]
    kept = body | {"override": True, "note": "The paper says so"}
    answer = post(visitor, address(field, "decision"), kept)
    assert "refused" not in answer.json
    assert review.get_item(app, *field).current.value == "123456789"


@pytest.mark.parametrize(
    "body", [None, {}, {"action": "eat"}, {"action": "correct", "value": {"a": 1}}]
)
def test_a_senseless_decision_is_refused(visitor: Visitor, key: ItemKey, body: object) -> None:
    answer = post(visitor, address(key, "decision"), body)
    assert answer.status_code == 422 and answer.json["message"]


def test_addresses_of_nothing(visitor: Visitor, key: ItemKey) -> None:
    assert visitor.get(f"/review/{key.submission_id}").status_code == 404
    assert visitor.get(address(key._replace(field_name="x"), "item")).status_code == 404
    assert visitor.get("/review/99?field=surname").status_code == 404
    assert visitor.get("/review/forms/99").status_code == 404


def test_the_end_says_what_comes_next(
    visitor: Visitor, app: Application, template: TemplateVersion
) -> None:
    batch = read(app, template, "Week 13")
    while (item := review.next_item(app, batch.id)) is not None:
        review.decide(app, *item.key, "confirm", override=True, note="as on paper")
    answer = visitor.get(f"/review/?batch={batch.id}")
    page = visitor.get(answer.location).text
    assert "Week 13 is reviewed" in page and "Export the data" in page
