"""Scheduled deliveries, from the sweeper's plan to the file in its folder or bucket."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
import pytest
from sqlalchemy import select, update

from forms_app.errors import ConfigurationError, ConflictError, NotFoundError, UserError
from forms_app.s3_store import s3_store
from forms_app.services import batches, deliveries, export_presets, exports, review
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from forms_app.services.delivery_running import MOST_ATTEMPTS, deliver_export
from forms_app.services.delivery_slots import slot_at
from forms_app.services.dto.deliveries import Delivery, DeliveryRun, DeliveryWish
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from forms_app.store.models import AuditEventRow, DeliveryRow, DeliveryRunRow
from forms_app.store.states import Rhythm
from tests import factories
from tests.fakes import RecordingTaskSender, run_sent_tasks

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "delivered"
    folder.mkdir()
    return folder


@pytest.fixture
def site(app: Application, place: Path) -> Application:
    """Where exports may be delivered to one folder."""
    return replace(app, settings=replace(app.settings, delivery_folders=str(place)))


@pytest.fixture
def any_site(any_app: Application, place: Path) -> Application:
    """The same on both databases."""
    return replace(any_app, settings=replace(any_app.settings, delivery_folders=str(place)))


def _sweep(app: Application) -> None:
    """As beat and the workers do it, until nothing is left to do."""
    while keep_up(app):
        run_sent_tasks(app)


def _pass_time(app: Application) -> None:
    """The next hour or day has begun, and what waits for another attempt is due."""
    with app.session() as session:
        session.execute(
            update(DeliveryRow).where(DeliveryRow.next_at.is_not(None)).values(next_at=LONG_AGO)
        )
        session.execute(update(DeliveryRunRow).values(due_at=LONG_AGO))


def _of_batch(app: Application, batch_id: int, place: Path, **wish: object) -> Delivery:
    wished = {"name": "Daily", "rhythm": "day", "place": str(place), "batch_id": batch_id, **wish}
    return deliveries.create_delivery(app, DeliveryWish(**wished))


def _newest(app: Application, delivery: Delivery) -> DeliveryRun:
    return deliveries.list_runs(app, delivery.id)[0]


def test_a_day_has_one_file_with_all_that_there_is(any_site: Application, place: Path) -> None:
    app = any_site
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    delivery = _of_batch(app, batch.id, place, folder="accounting/2026")
    _sweep(app)
    assert list(place.iterdir()) == []  # Its first day has not begun.
    _pass_time(app)
    _sweep(app)
    today = slot_at(Rhythm.DAY, datetime.now(UTC)).name
    [file] = (place / "accounting" / "2026").iterdir()
    assert file.name == f"Daily-{today}.csv"
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [row[3] for row in rows] == ["surname", "MILLER"]
    run = _newest(app, delivery)
    assert (run.state, run.file_name, run.row_count) == ("done", file.name, 1)
    assert run.size == file.stat().st_size
    assert exports.list_exports(app, batch.id) == []  # What was delivered is not kept twice.
    with app.session() as session:
        verbs = session.scalars(
            select(AuditEventRow.verb).where(AuditEventRow.subject_type == "delivery")
        ).all()
    assert verbs == ["create", "deliver"]


def test_what_has_not_changed_is_not_delivered_again(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    form_id = factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place, rhythm="hour")
    _pass_time(site)
    _sweep(site)
    with site.session() as session:  # An hour ago.
        session.execute(update(DeliveryRunRow).values(slot="before"))
    _pass_time(site)
    _sweep(site)
    assert len(deliveries.list_runs(site, delivery.id)) == 1
    review.decide(site, form_id, "number", "confirm")
    _pass_time(site)
    _sweep(site)
    assert [run.state for run in deliveries.list_runs(site, delivery.id)] == ["done", "done"]


def test_any_number_of_sweeps_plan_and_deliver_once(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    _pass_time(site)
    keep_up(site)
    _pass_time(site)
    keep_up(site)  # The same day once more.
    [run] = deliveries.list_runs(site, delivery.id)
    run_sent_tasks(site)
    _sweep(site)
    before = {file: file.stat().st_mtime_ns for file in place.iterdir()}
    deliver_export(site, run.id)
    assert {file: file.stat().st_mtime_ns for file in place.iterdir()} == before != {}


def test_each_finished_batch_of_a_template_is_a_file(any_site: Application, place: Path) -> None:
    app = any_site
    version = factories.make_published(app)
    old = batches.create_batch(app, version.id, "Old")
    _finish(app, old.id)
    wish = DeliveryWish("Done", "finished", str(place), template_id=version.template_id)
    delivery = deliveries.create_delivery(app, wish)
    march = batches.create_batch(app, version.id, "March/April")
    form_id = factories.make_submission(app, march.id)
    _file_is_done(app, march.id)
    _sweep(app)
    assert list(place.iterdir()) == []  # Somebody has to look at it.
    review.decide(app, form_id, "number", "confirm")
    review.decide(app, form_id, "consent", "confirm")
    _sweep(app)
    _sweep(app)
    [file] = place.iterdir()
    assert file.name.startswith(f"Done-March_April-{march.id}-1-")
    review.decide(app, form_id, "number", "correct", "654321")
    _sweep(app)
    assert len(list(place.iterdir())) == 2  # As it was, and as it is now.
    assert [run.state for run in deliveries.list_runs(app, delivery.id)] == ["done", "done"]


def _finish(app: Application, batch_id: int) -> None:
    factories.make_submission(app, batch_id, [factories.reading("surname", "A")], "done.png")
    _file_is_done(app, batch_id)


def _file_is_done(app: Application, batch_id: int) -> None:
    with app.session() as session:
        session.execute(
            update(factories.FileRow)
            .where(factories.FileRow.batch_id == batch_id)
            .values(state="done")
        )


def test_a_preset_says_what_is_delivered(site: Application, place: Path) -> None:
    version = factories.make_published(site)
    batch = batches.create_batch(site, version.id, "March")
    factories.make_submission(site, batch.id)
    choice = ExportChoice(columns=(ExportColumn("number", "No."),), head=False)
    preset = export_presets.save_preset(site, version.template_id, "Slim", "csv", choice)
    wish = DeliveryWish(
        "All", "hour", str(place), preset_id=preset.id, template_id=version.template_id
    )
    delivery = deliveries.create_delivery(site, wish)
    assert (delivery.subject, delivery.preset) == ("Intake", "Slim")
    _pass_time(site)
    _sweep(site)
    [file] = place.iterdir()
    assert file.read_text(encoding="utf-8").split() == ["No.", "123456"]
    export_presets.delete_preset(site, preset.id)
    deliveries.deliver_now(site, delivery.id)
    run_sent_tasks(site)
    run = _newest(site, delivery)
    assert run.state == "pending" and "preset" in (run.error_message or "")
    assert len(list(place.iterdir())) == 1  # Never with other columns.


def test_a_place_that_is_not_there_is_tried_again(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    place.rmdir()
    _pass_time(site)
    _sweep(site)
    waiting = _newest(site, delivery)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert "is not there" in (waiting.error_message or "")
    assert waiting.due_at > datetime.now(UTC) + timedelta(seconds=30)
    assert keep_up(site) == 0  # Not before its time.
    place.mkdir()
    _pass_time(site)
    _sweep(site)
    done = _newest(site, delivery)
    assert (done.state, done.error_message) == ("done", None)
    assert len(list(place.iterdir())) == 1


def test_after_a_day_a_person_has_to_look(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    place.rmdir()
    deliveries.deliver_now(site, delivery.id)
    for _ in range(MOST_ATTEMPTS):
        _sweep(site)
        _pass_time(site)
    failed = _newest(site, delivery)
    assert (failed.state, failed.attempts) == ("failed", MOST_ATTEMPTS)
    place.mkdir()
    deliveries.retry_run(site, failed.id)
    _sweep(site)
    assert _newest(site, delivery).state == "done"
    with pytest.raises(ConflictError, match="was delivered"):
        deliveries.retry_run(site, failed.id)


def test_what_a_setting_no_longer_names_is_not_delivered_to(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    deliveries.deliver_now(site, delivery.id)
    elsewhere = replace(site, settings=replace(site.settings, delivery_folders="/elsewhere"))
    run_sent_tasks(elsewhere)
    assert "delivery_folders" in (_newest(site, delivery).error_message or "")
    assert list(place.iterdir()) == []
    with pytest.raises(ConfigurationError, match="delivery_folders"):
        _of_batch(elsewhere, batch.id, place, name="Other")


@pytest.mark.parametrize(
    "folder", ["..", "a/../../b", "/../etc", "a//b", ".ssh", "c:x", "a\\b", "a\0b", "x/" * 7, "*"]
)
def test_no_folder_leads_out_of_the_place(site: Application, place: Path, folder: str) -> None:
    batch = factories.make_batch(site)
    with pytest.raises(UserError, match="path below"):
        _of_batch(site, batch.id, place, folder=folder)


def test_no_link_leads_out_of_the_place(site: Application, place: Path, tmp_path: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place, folder="way")
    (tmp_path / "outside").mkdir()
    (place / "way").symlink_to(tmp_path / "outside")
    deliveries.deliver_now(site, delivery.id)
    _sweep(site)
    assert "leads out of" in (_newest(site, delivery).error_message or "")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_is_whole_or_not_there(
    site: Application, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    (place / ".Daily-x.csv.0.part").write_text("of a worker that died")

    def broken(*_: object) -> tuple[str, str, Iterator[bytes]]:
        return "March.csv", "text/csv", _breaking()

    with monkeypatch.context() as patch:
        patch.setattr("forms_app.services.delivery_running.open_export", broken)
        deliveries.deliver_now(site, delivery.id)
        with site.session() as session:
            session.execute(update(DeliveryRunRow).values(file_name="Daily-x"))
        _sweep(site)
    assert list(place.iterdir()) == []
    _pass_time(site)
    _sweep(site)
    assert [file.name for file in place.iterdir()] == ["Daily-x.csv"]


def _breaking() -> Iterator[bytes]:
    yield b"half of it"
    raise OSError(5, "Input/output error")


def test_paused_deliveries_wait(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    deliveries.pause_delivery(site, delivery.id)
    _pass_time(site)
    _sweep(site)
    paused = deliveries.get_delivery(site, delivery.id)
    assert paused.is_paused and paused.next_at is None and paused.last is None
    deliveries.resume_delivery(site, delivery.id)
    _pass_time(site)
    _sweep(site)
    assert _newest(site, delivery).state == "done"
    deliveries.delete_delivery(site, delivery.id)
    assert deliveries.list_deliveries(site, delivery.project_id) == []
    assert len(list(place.iterdir())) == 1
    with pytest.raises(NotFoundError, match="delivery"):
        deliveries.get_delivery(site, delivery.id)


def test_two_deliveries_do_not_write_the_same_file(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    _of_batch(site, batch.id, place)
    with pytest.raises(ConflictError, match="already"):
        _of_batch(site, batch.id, place, name="daily")
    _of_batch(site, batch.id, place, name="daily", folder="other")
    with pytest.raises(UserError, match="every hour, day, finished"):
        _of_batch(site, batch.id, place, rhythm="year", name="x")
    with pytest.raises(UserError, match="Exports are written"):
        _of_batch(site, batch.id, place, format="doc", name="x")
    with pytest.raises(UserError, match="of which batch"):
        _of_batch(site, batch.id, place, template_id=1, name="x")


def test_a_stopped_broker_loses_no_delivery(
    site: Application, place: Path, tasks: RecordingTaskSender
) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = _of_batch(site, batch.id, place)
    tasks.is_down = True
    deliveries.deliver_now(site, delivery.id)
    tasks.is_down = False
    _sweep(site)
    assert _newest(site, delivery).state == "done"


def test_slots_are_of_utc() -> None:
    now = datetime(2026, 11, 28, 6, 59, 59, tzinfo=UTC)
    hour, day = slot_at(Rhythm.HOUR, now), slot_at(Rhythm.DAY, now)
    assert (hour.name, hour.next_at.hour) == ("2026-11-28T06Z", 7)
    assert (day.name, day.next_at) == ("2026-11-28", datetime(2026, 11, 29, tzinfo=UTC))


def test_into_a_bucket(app: Application, s3_url: str) -> None:
    place = f"{s3_url}/deliveries"
    site = replace(app, settings=replace(app.settings, delivery_folders=f"/tmp,{place}"))
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    wish = DeliveryWish("Daily", "day", place, "a/b", "jsonl", batch_id=batch.id)
    delivery = deliveries.create_delivery(site, wish)
    _pass_time(site)
    _sweep(site)
    run = _newest(site, delivery)
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
    _sweep(site)
    assert "does not answer" in (_newest(site, delivery).error_message or "")
