"""Scheduled deliveries: what goes where and when, as people set it up and look at it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, UserError
from forms_app.queues import DELIVER_EXPORT
from forms_app.services.application import Application
from forms_app.services.delivery_infos import delivery_infos, run_info
from forms_app.services.delivery_places import clean_folder, require_place
from forms_app.services.delivery_planning import add_run
from forms_app.services.delivery_slots import slot_at, slot_by_hand
from forms_app.services.dto.deliveries import Delivery, DeliveryRun, DeliveryWish
from forms_app.services.export_formats import FORMATS
from forms_app.services.form_pictures import safe_name
from forms_app.services.loading import load
from forms_app.services.names import clean_name
from forms_app.services.sending import send_after_commit
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.database_clock import database_now
from forms_app.store.delivery_queries import due_runs
from forms_app.store.exported_batches import versions_in
from forms_app.store.models import (
    LOCAL_USER_ID,
    BatchRow,
    DeliveryRow,
    DeliveryRunRow,
    ExportPresetRow,
    FormTemplateRow,
)
from forms_app.store.states import DeliveryState, Rhythm

RUNS_SHOWN = 50


def list_deliveries(app: Application, project_id: int) -> list[Delivery]:
    """The deliveries of a project, the newest first."""
    with app.session() as session:
        rows = session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.project_id == project_id)
            .order_by(DeliveryRow.id.desc())
        ).all()
        return delivery_infos(session, rows)


def get_delivery(app: Application, delivery_id: int) -> Delivery:
    """One of them."""
    with app.session() as session:
        return delivery_infos(session, [load(session, DeliveryRow, delivery_id)])[0]


def list_runs(
    app: Application, delivery_id: int, limit: int = RUNS_SHOWN, before_id: int | None = None
) -> list[DeliveryRun]:
    """The files of a delivery, the newest first; `before_id` continues after the last one."""
    query = (
        select(DeliveryRunRow)
        .where(DeliveryRunRow.delivery_id == delivery_id)
        .order_by(DeliveryRunRow.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(DeliveryRunRow.id < before_id)
    with app.session() as session:
        return [run_info(row) for row in session.scalars(query)]


def delivery_of_run(app: Application, run_id: int) -> int:
    """The id of the delivery that a file is of."""
    with app.session() as session:
        return load(session, DeliveryRunRow, run_id).delivery_id


def create_delivery(
    app: Application,
    wish: DeliveryWish,
    user_id: int = LOCAL_USER_ID,
    project_id: int | None = None,
) -> Delivery:
    """Have data delivered from now on: the first file of a rhythm comes with its next hour or day.

    Args:
        app: The application.
        wish: What, when and where.
        user_id: Who sets it up.
        project_id: What is chosen has to be of this one; None: of any.

    Raises:
        NotFoundError: What is to be delivered is not there.
        UserError: Something is chosen that there is not, or the folder leads elsewhere.
        ConfigurationError: The place is not in the setting.
        ConflictError: Another delivery would write files of the same names.
    """
    name, folder = clean_name(wish.name, "delivery"), clean_folder(wish.folder)
    require_place(app.settings, wish.place)
    _require_words(wish)
    with app.session() as session:
        subject = _subject(session, wish, project_id)
        _require_own_names(session, name, wish.place, folder)
        rhythm, now = Rhythm(wish.rhythm), database_now(session)
        delivery = DeliveryRow(
            project_id=subject.project_id,
            name=name,
            template_id=wish.template_id,
            batch_id=wish.batch_id,
            format=_format(session, wish),
            preset_id=wish.preset_id,
            rhythm=rhythm,
            place=wish.place,
            folder=folder,
            next_at=None if rhythm is Rhythm.FINISHED else slot_at(rhythm, now).next_at,
            created_by=user_id,
            created_at=now,
        )
        session.add(delivery)
        session.flush()
        _record(session, "create", delivery, user_id)
        return delivery_infos(session, [delivery])[0]


def pause_delivery(app: Application, delivery_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Plan no more files; those that are planned still go."""
    with app.session() as session:
        delivery = load(session, DeliveryRow, delivery_id)
        if delivery.paused_at is None:
            delivery.paused_at, delivery.next_at = utc_now(), None
            _record(session, "pause", delivery, user_id)


def resume_delivery(app: Application, delivery_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Go on with the next hour or day, or with what was finished meanwhile, of the last day."""
    with app.session() as session:
        delivery = load(session, DeliveryRow, delivery_id)
        if delivery.paused_at is None:
            return
        delivery.paused_at = None
        rhythm = Rhythm(delivery.rhythm)
        if rhythm is not Rhythm.FINISHED:
            delivery.next_at = slot_at(rhythm, database_now(session)).next_at
        _record(session, "resume", delivery, user_id)


def delete_delivery(app: Application, delivery_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Deliver nothing more; files that were delivered stay where they are."""
    with app.session() as session:
        delivery = load(session, DeliveryRow, delivery_id)
        _record(session, "delete", delivery, user_id)
        session.delete(delivery)


def deliver_now(app: Application, delivery_id: int, user_id: int = LOCAL_USER_ID) -> DeliveryRun:
    """Have one more file made at once, whatever the rhythm; asked for twice within a second it is
    one."""
    with app.session() as session:
        delivery = load(session, DeliveryRow, delivery_id)
        slot = slot_by_hand(database_now(session))
        add_run(session, delivery, slot)
        _record(session, "ask_for", delivery, user_id, slot=slot)
        _send_due(session, delivery_id)
        is_it = (DeliveryRunRow.delivery_id == delivery_id) & (DeliveryRunRow.slot == slot)
        return run_info(session.scalars(select(DeliveryRunRow).where(is_it)).one())


def retry_run(app: Application, run_id: int, user_id: int = LOCAL_USER_ID) -> DeliveryRun:
    """Try a file again now that was given up, or waits for its next attempt.

    Raises:
        ConflictError: It was delivered.
    """
    with app.session() as session:
        run = load(session, DeliveryRunRow, run_id)
        if run.state == DeliveryState.DONE:
            raise ConflictError("This file was delivered; nothing is left to do.")
        session.execute(
            update(DeliveryRunRow)
            .where(DeliveryRunRow.id == run_id, DeliveryRunRow.state != DeliveryState.DONE)
            .values(
                state=DeliveryState.PENDING,
                attempts=0,
                due_at=database_now(session),
                finished_at=None,
            )
        )
        delivery = load(session, DeliveryRow, run.delivery_id)
        _record(session, "retry", delivery, user_id, slot=run.slot)
        _send_due(session, delivery.id)
        session.refresh(run)
        return run_info(run)


def _send_due(session: Session, delivery_id: int) -> None:
    session.flush()
    for run_id in due_runs(session, delivery_id):
        send_after_commit(session, DELIVER_EXPORT, run_id)


def _require_words(wish: DeliveryWish) -> None:
    if wish.rhythm not in tuple(Rhythm):
        raise UserError(f"Deliveries come every {', '.join(Rhythm)}, not {wish.rhythm}.")
    if wish.format not in tuple(FORMATS):
        raise UserError(f"Exports are written as {', '.join(FORMATS)}, not {wish.format}.")


def _subject(
    session: Session, wish: DeliveryWish, project_id: int | None
) -> BatchRow | FormTemplateRow:
    if (wish.template_id is None) == (wish.batch_id is None):
        raise UserError("Say of which template or of which batch the data are to be delivered.")
    found: BatchRow | FormTemplateRow
    if wish.batch_id is not None:
        found = load(session, BatchRow, wish.batch_id)
    else:
        found = load(session, FormTemplateRow, wish.template_id or 0)
    if project_id not in (None, found.project_id):
        raise UserError("This is of another project; choose again.")
    return found


def _format(session: Session, wish: DeliveryWish) -> str:
    if wish.preset_id is None:
        return wish.format
    preset = load(session, ExportPresetRow, wish.preset_id)
    if preset.template_id not in _templates_of(session, wish):
        raise UserError(f"The preset “{preset.name}” is of another template.")
    return preset.format


def _templates_of(session: Session, wish: DeliveryWish) -> Collection[int]:
    if wish.template_id is not None:
        return {wish.template_id}
    batch = select(BatchRow.id).where(BatchRow.id == wish.batch_id)
    return {version.template_id for version in versions_in(session, batch)}


def _require_own_names(session: Session, name: str, place: str, folder: str) -> None:
    names = session.scalars(
        select(DeliveryRow.name).where(DeliveryRow.place == place, DeliveryRow.folder == folder)
    )
    if safe_name(name).casefold() in {safe_name(other).casefold() for other in names}:
        raise ConflictError(
            f"There is a delivery “{name}” to this folder already; choose another name or folder."
        )


def _record(session: Session, verb: str, delivery: DeliveryRow, user_id: int, **more: str) -> None:
    record_event(
        session,
        verb,
        "delivery",
        delivery.id,
        user_id,
        project_id=delivery.project_id,
        name=delivery.name,
        place=delivery.place,
        folder=delivery.folder,
        rhythm=delivery.rhythm,
        **more,
    )
