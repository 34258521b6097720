"""Delivering one file: its export is asked for, and written to its place once it is there.

Nobody waits meanwhile: the sweeper comes back to it. Whatever goes wrong, it is tried again with
longer and longer pauses for about a day, and what went wrong is seen on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from forms_app.errors import FieldhandError, LeaseLostError, TransientError, UserError
from forms_app.services.application import Application
from forms_app.services.delivery_places import deliver, require_place
from forms_app.services.dto.export_choices import PLAIN
from forms_app.services.export_presets import get_preset
from forms_app.services.exports import (
    delete_export,
    get_export,
    open_export,
    request_export,
    request_export_of_many,
)
from forms_app.services.loading import load
from forms_app.services.work_events import about
from forms_app.storage_errors import full_disk_told
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, claim_one, hold, release, renew
from forms_app.store.database_clock import database_now
from forms_app.store.models import LOCAL_USER_ID, DeliveryRow, DeliveryRunRow
from forms_app.store.states import DeliveryState, ExportState

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
INTERNAL_MESSAGE = "Fieldhand failed for a reason of its own; the log says more."


def deliver_export(app: Application, run_id: int) -> None:
    """Bring a run one step on; does nothing when that is done, or being done."""
    with app.session() as session:
        lease = claim_one(
            session,
            DeliveryRunRow,
            run_id,
            DeliveryState.PENDING,
            app.settings.lease_seconds,
            MOST_ATTEMPTS,
        )
    if lease is None:
        return
    work = _Work(app, lease)
    with about(delivery_run_id=run_id):
        try:
            with full_disk_told():
                _go_on(work)
        except LeaseLostError:
            log.info("delivery taken over or deleted")
        except TransientError as error:
            log.warning("delivery put off", code=error.code)
            _put_off(work, error.message)
        except FieldhandError as error:
            log.warning("delivery put off", code=error.code)
            # What was wrong may be the data: the next attempt takes them anew.
            _put_off(work, error.message, export_id=None)
        except Exception:
            log.exception("delivery failed unexpectedly")
            _put_off(work, INTERNAL_MESSAGE, export_id=None)


@dataclass(slots=True)
class _Work:
    """A run that is ours to work on."""

    app: Application
    lease: Lease

    def kept(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The same; the lease is renewed while they come."""
        lease_s = self.app.settings.lease_seconds
        for chunk in chunks:
            if self.lease.is_half_over(lease_s):
                with self.app.session() as session:
                    self.lease = renew(session, self.lease, lease_s)
            yield chunk


@dataclass(frozen=True, slots=True)
class _Task:
    """What a run is about, outside of any transaction."""

    delivery_id: int
    batch_id: int | None
    template_id: int | None
    format: str
    preset_id: int | None
    place: str
    folder: str
    file_name: str
    export_id: int | None
    user_id: int
    project_id: int


def _go_on(work: _Work) -> None:
    task = _task(work)
    require_place(work.app.settings, task.place)
    if task.export_id is None:
        _ask(work, task)
        return
    export = get_export(work.app, task.export_id)
    if export.state == ExportState.FAILED:
        raise UserError(export.error_message or INTERNAL_MESSAGE)
    if export.state == ExportState.DONE:
        _write(work, task, task.export_id)
    else:
        _let_go(work, {})


def _task(work: _Work) -> _Task:
    with work.app.session() as session:
        run = load(session, DeliveryRunRow, work.lease.row_id)
        delivery = load(session, DeliveryRow, run.delivery_id)
        return _Task(
            delivery_id=delivery.id,
            batch_id=run.batch_id,
            template_id=delivery.template_id,
            format=delivery.format,
            preset_id=delivery.preset_id,
            place=delivery.place,
            folder=delivery.folder,
            file_name=run.file_name,
            export_id=run.export_id,
            user_id=delivery.created_by or LOCAL_USER_ID,
            project_id=delivery.project_id,
        )


def _ask(work: _Work, task: _Task) -> None:
    """Have the export built by whoever builds exports."""
    kind, choice = task.format, PLAIN
    if task.preset_id is not None:
        preset = get_preset(work.app, task.preset_id)
        kind, choice = preset.format, preset.choice
    if task.batch_id is None:
        asked = request_export_of_many(
            work.app, kind, choice, task.user_id, template_id=task.template_id
        )
    else:
        asked = request_export(work.app, task.batch_id, kind, task.user_id, choice)
    _let_go(work, {"export_id": asked.id})


def _write(work: _Work, task: _Task, export_id: int) -> None:
    name, _, chunks = open_export(work.app, export_id)
    file_name = f"{task.file_name}.{name.rpartition('.')[2]}"
    deliver(task.place, task.folder, file_name, work.kept(chunks))
    export = get_export(work.app, export_id)
    with work.app.session() as session:
        hold(session, work.lease)
        run = load(session, DeliveryRunRow, work.lease.row_id)
        run.state, run.file_name, run.error_message = DeliveryState.DONE, file_name, None
        run.size, run.row_count = export.size, export.row_count
        run.lease_until, run.finished_at = None, utc_now()
        record_event(
            session,
            "deliver",
            "delivery",
            task.delivery_id,
            None,
            project_id=task.project_id,
            file=file_name,
            place=task.place,
            rows=export.row_count,
            bytes=export.size,
        )
    log.info("export delivered", delivery_id=task.delivery_id, rows=export.row_count)
    # It is where it belongs; kept here too, every hour's file would stay.
    delete_export(work.app, export_id, task.user_id)


def _let_go(work: _Work, values: dict[str, int]) -> None:
    """Nothing went wrong: whoever comes next goes on."""
    with work.app.session() as session:
        hold(session, work.lease)
        _change(session, work, **values)
        release(session, work.lease, counted=False)


def _put_off(work: _Work, message: str, **values: None) -> None:
    with work.app.session() as session:
        hold(session, work.lease)
        run = load(session, DeliveryRunRow, work.lease.row_id)
        is_last = run.attempts >= MOST_ATTEMPTS
        pause = min(FIRST_PAUSE * 2 ** (run.attempts - 1), LONGEST_PAUSE)
        _change(
            session,
            work,
            error_message=message,
            state=DeliveryState.FAILED if is_last else DeliveryState.PENDING,
            due_at=database_now(session) + pause,
            finished_at=utc_now() if is_last else None,
            **values,
        )
        release(session, work.lease, counted=True)


def _change(session: Session, work: _Work, **values: object) -> None:
    session.execute(
        update(DeliveryRunRow).where(work.lease.is_ours).values(**values),
        execution_options={"synchronize_session": False},
    )
