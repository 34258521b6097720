"""Scheduled deliveries, from the sweeper's plan to the file in its folder."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import batches, deliveries, export_presets, exports, review
from forms_app.services.application import Application
from forms_app.services.delivery_planning import keep_up
from forms_app.services.delivery_running import deliver_export
from forms_app.services.delivery_slots import slot_at
from forms_app.services.dto.deliveries import DeliveryWish
from forms_app.services.dto.export_choices import ExportChoice, ExportColumn
from forms_app.store.models import AuditEventRow, DeliveryRunRow
from forms_app.store.states import Rhythm
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.delivering import newest, of_batch, pass_time, sweep


def test_a_day_has_one_file_with_all_that_there_is(any_site: Application, place: Path) -> None:
    app = any_site
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    delivery = of_batch(app, batch.id, place, folder="accounting/2026")
    sweep(app)
    assert list(place.iterdir()) == []  # Its first day has not begun.
    pass_time(app)
    sweep(app)
    today = slot_at(Rhythm.DAY, datetime.now(UTC)).name
    [file] = (place / "accounting" / "2026").iterdir()
    assert file.name == f"Daily-{today}.csv"
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [row[3] for row in rows] == ["surname", "MILLER"]
    run = newest(app, delivery)
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
    delivery = of_batch(site, batch.id, place, rhythm="hour")
    pass_time(site)
    sweep(site)
    with site.session() as session:  # An hour ago.
        session.execute(update(DeliveryRunRow).values(slot="before"))
    pass_time(site)
    sweep(site)
    assert len(deliveries.list_runs(site, delivery.id)) == 1
    review.decide(site, form_id, "number", "confirm")
    pass_time(site)
    sweep(site)
    assert [run.state for run in deliveries.list_runs(site, delivery.id)] == ["done", "done"]


def test_any_number_of_sweeps_plan_and_deliver_once(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    pass_time(site)
    keep_up(site)
    pass_time(site)
    keep_up(site)  # The same day once more.
    [run] = deliveries.list_runs(site, delivery.id)
    run_sent_tasks(site)
    sweep(site)
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
    sweep(app)
    assert list(place.iterdir()) == []  # Somebody has to look at it.
    review.decide(app, form_id, "number", "confirm")
    review.decide(app, form_id, "consent", "confirm")
    sweep(app)
    sweep(app)
    [file] = place.iterdir()
    assert file.name.startswith(f"Done-March_April-{march.id}-1-")
    review.decide(app, form_id, "number", "correct", "654321")
    sweep(app)
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
    pass_time(site)
    sweep(site)
    [file] = place.iterdir()
    assert file.read_text(encoding="utf-8").split() == ["No.", "123456"]
    export_presets.delete_preset(site, preset.id)
    deliveries.deliver_now(site, delivery.id)
    run_sent_tasks(site)
    run = newest(site, delivery)
    assert run.state == "pending" and "preset" in (run.error_message or "")
    assert len(list(place.iterdir())) == 1  # Never with other columns.


def test_paused_deliveries_wait(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    factories.make_submission(site, batch.id)
    delivery = of_batch(site, batch.id, place)
    deliveries.pause_delivery(site, delivery.id)
    pass_time(site)
    sweep(site)
    paused = deliveries.get_delivery(site, delivery.id)
    assert paused.is_paused and paused.next_at is None and paused.last is None
    deliveries.resume_delivery(site, delivery.id)
    pass_time(site)
    sweep(site)
    assert newest(site, delivery).state == "done"
    deliveries.delete_delivery(site, delivery.id)
    assert deliveries.list_deliveries(site, delivery.project_id) == []
    assert len(list(place.iterdir())) == 1
    with pytest.raises(NotFoundError, match="delivery"):
        deliveries.get_delivery(site, delivery.id)


def test_two_deliveries_do_not_write_the_same_file(site: Application, place: Path) -> None:
    batch = factories.make_batch(site)
    of_batch(site, batch.id, place)
    with pytest.raises(ConflictError, match="already"):
        of_batch(site, batch.id, place, name="daily")
    of_batch(site, batch.id, place, name="daily", folder="other")
    with pytest.raises(UserError, match="every hour, day, finished"):
        of_batch(site, batch.id, place, rhythm="year", name="x")
    with pytest.raises(UserError, match="Exports are written"):
        of_batch(site, batch.id, place, format="doc", name="x")
    with pytest.raises(UserError, match="of which batch"):
        of_batch(site, batch.id, place, template_id=1, name="x")


def test_slots_are_of_utc() -> None:
    now = datetime(2026, 11, 28, 6, 59, 59, tzinfo=UTC)
    hour, day = slot_at(Rhythm.HOUR, now), slot_at(Rhythm.DAY, now)
    assert (hour.name, hour.next_at.hour) == ("2026-11-28T06Z", 7)
    assert (day.name, day.next_at) == ("2026-11-28", datetime(2026, 11, 29, tzinfo=UTC))
