"""Where deliveries go: places that are away, folders that lead elsewhere, buckets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from sqlalchemy import update

from forms_app.errors import ConfigurationError, ConflictError, UserError
from forms_app.s3_store import s3_store
from forms_app.services import deliveries
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from forms_app.services.delivery_running import MOST_ATTEMPTS
from forms_app.services.dto.deliveries import DeliveryWish
from forms_app.store.models import DeliveryRunRow
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks
from tests.services.delivering import newest, of_batch, pass_time, sweep


def test_a_place_that_is_not_there_is_tried_again(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    place.rmdir()
    pass_time(site)
    sweep(site)
    waiting = newest(site, delivery)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert "is not there" in (waiting.error_message or "")
    assert waiting.due_at > datetime.now(UTC) + timedelta(seconds=30)
    assert keep_up(site) == 0  # Not before its time.
    place.mkdir()
    pass_time(site)
    sweep(site)
    done = newest(site, delivery)
    assert (done.state, done.error_message) == ("done", None)
    assert len(list(place.iterdir())) == 1


def test_after_a_day_a_person_has_to_look(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    place.rmdir()
    deliveries.deliver_now(site, delivery.id)
    for _ in range(MOST_ATTEMPTS):
        sweep(site)
        pass_time(site)
    failed = newest(site, delivery)
    assert (failed.state, failed.attempts) == ("failed", MOST_ATTEMPTS)
    place.mkdir()
    deliveries.retry_run(site, failed.id)
    sweep(site)
    assert newest(site, delivery).state == "done"
    with pytest.raises(ConflictError, match="was delivered"):
        deliveries.retry_run(site, failed.id)


def test_what_a_setting_no_longer_names_is_not_delivered_to(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    deliveries.deliver_now(site, delivery.id)
    elsewhere = replace(site, settings=replace(site.settings, delivery_folders="/elsewhere"))
    run_sent_tasks(elsewhere)
    assert "delivery_folders" in (newest(site, delivery).error_message or "")
    assert list(place.iterdir()) == []
    with pytest.raises(ConfigurationError, match="delivery_folders"):
        of_batch(elsewhere, batch.id, place, name="Other")


@pytest.mark.parametrize(
    "folder", ["..", "a/../../b", "/../etc", "a//b", ".ssh", "c:x", "a\\b", "a\0b", "x/" * 7, "*"]
)
def test_no_folder_leads_out_of_the_place(site: Application, place: Path, folder: str) -> None:
    batch = factories.make_batch(site)
    with pytest.raises(UserError, match="path below"):
        of_batch(site, batch.id, place, folder=folder)


def test_no_link_leads_out_of_the_place(site: Application, place: Path, tmp_path: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place, folder="way")
    (tmp_path / "outside").mkdir()
    (place / "way").symlink_to(tmp_path / "outside")
    deliveries.deliver_now(site, delivery.id)
    sweep(site)
    assert "leads out of" in (newest(site, delivery).error_message or "")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_is_whole_or_not_there(
    site: Application, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    (place / ".Daily-x.csv.0.part").write_text("of a worker that died")

    def broken(*_: object) -> tuple[str, str, Iterator[bytes]]:
        return "March.csv", "text/csv", _breaking()

    with monkeypatch.context() as patch:
        patch.setattr("forms_app.services.delivery_running.open_export", broken)
        deliveries.deliver_now(site, delivery.id)
        with site.session() as session:
            session.execute(update(DeliveryRunRow).values(file_name="Daily-x"))
        sweep(site)
    assert list(place.iterdir()) == []
    pass_time(site)
    sweep(site)
    assert [file.name for file in place.iterdir()] == ["Daily-x.csv"]


def _breaking() -> Iterator[bytes]:
    yield b"half of it"
    raise OSError(5, "Input/output error")


def test_a_stopped_broker_loses_no_delivery(
    site: Application, place: Path, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    tasks.is_down = True
    deliveries.deliver_now(site, delivery.id)
    tasks.is_down = False
    sweep(site)
    assert newest(site, delivery).state == "done"


def test_into_a_bucket(app: Application, s3_url: str) -> None:
    place = f"{s3_url}/deliveries"
    site = replace(app, settings=replace(app.settings, delivery_folders=f"/tmp,{place}"))
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    wish = DeliveryWish("Daily", "day", place, "a/b", "jsonl", batch_id=batch.id)
    delivery = deliveries.create_delivery(site, wish)
    pass_time(site)
    sweep(site)
    run = newest(site, delivery)
    assert (run.state, run.error_message) == ("done", None)
    data = bytes(obstore.get(s3_store(s3_url), f"deliveries/a/b/{run.file_name}").bytes())
    assert b'"MILLER"' in data and len(data) == run.size


def test_a_bucket_that_does_not_answer(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    site = replace(app, settings=replace(app.settings, delivery_folders="s3://away/x"))
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    wish = DeliveryWish("Daily", "day", "s3://away/x", batch_id=batch.id)
    delivery = deliveries.create_delivery(site, wish)
    deliveries.deliver_now(site, delivery.id)
    sweep(site)
    assert "does not answer" in (newest(site, delivery).error_message or "")
