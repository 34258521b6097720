"""Asking for exports, of one batch or of many; deleting them, which cancels those being built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from forms_app.errors import UserError
from forms_app.queues import BUILD_EXPORT
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.export_choices import PLAIN, ExportChoice
from forms_app.services.dto.exports import ExportInfo, export_info
from forms_app.services.export_formats import FORMATS
from forms_app.services.export_planning import plan_tables
from forms_app.services.loading import load
from forms_app.services.sending import send_or_leave
from forms_app.store.audit import record_event
from forms_app.store.blobs import doom
from forms_app.store.exported_batches import batches_of_export, batches_of_template
from forms_app.store.models import (
    LOCAL_USER_ID,
    BatchRow,
    ExportBatchRow,
    ExportRow,
    FormTemplateRow,
)


def request_export(
    app: Application,
    batch_id: int,
    export_format: str,
    user_id: int = LOCAL_USER_ID,
    choice: ExportChoice = PLAIN,
) -> ExportInfo:
    """Ask for an export of a batch as it stands now.

    Raises:
        UserError: There is no such format, or the choice does not suit the batch's template.
    """
    _require_format(export_format)
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        export = ExportRow(batch_id=batch_id, project_id=batch.project_id, format=export_format)
        info = _add(session, export, choice, user_id, ("batch", batch_id))
    send_or_leave(app, BUILD_EXPORT, info.id)
    return info


def request_export_of_many(
    app: Application,
    export_format: str,
    choice: ExportChoice = PLAIN,
    user_id: int = LOCAL_USER_ID,
    *,
    batch_ids: Sequence[int] = (),
    template_id: int | None = None,
) -> ExportInfo:
    """Ask for one export of several batches: those given, or all that a template has now.

    With a template only its forms are exported, whatever else is in the batches.

    Raises:
        UserError: See `request_export`; or there are no batches, or they are of several projects.
    """
    _require_format(export_format)
    with app.session() as session:
        project_id = _project_of_many(session, batch_ids, template_id)
        found = list(batch_ids)
        if template_id is not None:
            choice = replace(choice, template_id=template_id)
            found = found or list(session.scalars(batches_of_template(template_id)))
        if not found:
            raise UserError("There are no batches of this template yet; upload filled forms first.")
        export = ExportRow(project_id=project_id, template_id=template_id, format=export_format)
        session.add(export)
        session.flush()
        rows = [{"export_id": export.id, "batch_id": batch_id} for batch_id in sorted(set(found))]
        session.execute(insert(ExportBatchRow), rows)
        subject = ("batch", found[0])
        if template_id is not None:
            subject = ("form_template", template_id)
        info = _add(session, export, choice, user_id, subject)
    send_or_leave(app, BUILD_EXPORT, info.id)
    return info


def delete_export(app: Application, export_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete an export with its file; one that is being built is cancelled by that."""
    with app.session() as session:
        export = load(session, ExportRow, export_id)
        keys = {export.content_hash} if export.content_hash else set()
        doom(session, keys)
        record_event(session, "delete", "export", export_id, user_id, project_id=export.project_id)
        session.execute(delete(ExportRow).where(ExportRow.id == export_id))
    delete_unreferenced(app, keys)


def _require_format(export_format: str) -> None:
    if export_format not in tuple(FORMATS):
        raise UserError(f"Exports are written as {', '.join(FORMATS)}, not {export_format}.")


def _project_of_many(session: Session, batch_ids: Sequence[int], template_id: int | None) -> int:
    """The project of all that is asked for."""
    projects = {load(session, BatchRow, batch_id).project_id for batch_id in batch_ids}
    if template_id is not None:
        projects.add(load(session, FormTemplateRow, template_id).project_id)
    if len(projects) > 1:
        raise UserError("An export holds batches of one project only.")
    if not projects:
        raise UserError("Say which batches to export, or of which template.")
    return projects.pop()


def _add(
    session: Session,
    export: ExportRow,
    choice: ExportChoice,
    user_id: int,
    subject: tuple[str, int],
) -> ExportInfo:
    export.choice = choice.to_json() or None
    session.add(export)
    session.flush()
    # A choice that does not fit is told to whoever asks, not to a worker.
    plan_tables(session, batches_of_export(export), choice)
    record_event(
        session,
        "export",
        *subject,
        user_id,
        project_id=export.project_id,
        format=export.format,
        export_id=export.id,
    )
    return export_info(export)
