"""An export straight into a file of this machine: for commands."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import or_, select

from forms_app.errors import NotFoundError, UserError
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_building import build_export
from forms_app.services.exports import (
    delete_export,
    get_export,
    open_export,
    request_export,
    request_export_of_many,
)
from forms_app.services.loading import LARGEST_ID
from forms_app.store.exported_batches import versions_in
from forms_app.store.models import LOCAL_USER_ID, BatchRow
from forms_app.store.states import ExportState

POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was written; `is_zip`: it is a ZIP of files, whatever it is called."""

    forms: int
    open_fields: int
    is_zip: bool


class _Unsent:
    """Takes no task: the command does it itself."""

    def send(self, name: str, *args: int) -> None:
        """Nothing is sent."""


def take_export(
    app: Application,
    path: Path,
    export_format: str,
    choice: ExportChoice,
    batch_ids: Sequence[int],
    template_id: int | None,
) -> Taken:
    """Write an export of batches, or of all batches of a template, to `path`; nothing else is kept.

    Raises:
        UserError: The choice does not fit, or the export failed.
        OSError: The file cannot be written.
    """
    alone = replace(app, tasks=_Unsent())
    if len(batch_ids) == 1 and template_id is None:
        asked = request_export(alone, batch_ids[0], export_format, LOCAL_USER_ID, choice)
    else:
        asked = request_export_of_many(
            alone, export_format, choice, batch_ids=batch_ids, template_id=template_id
        )
    try:
        build_export(alone, asked.id)
        return _written(alone, path, asked.id)
    finally:
        delete_export(alone, asked.id)


def batch_called(app: Application, name: str, project_id: int) -> int:
    """The id of the batch of this name or number.

    Raises:
        NotFoundError: There is none.
        UserError: Several are called so.
    """
    is_meant = BatchRow.name == name
    if name.isdecimal() and len(name) < len(str(LARGEST_ID)):
        is_meant = or_(is_meant, BatchRow.id == int(name))
    with app.session() as session:
        found = session.scalars(
            select(BatchRow.id).where(BatchRow.project_id == project_id, is_meant)
        ).all()
    if not found:
        raise NotFoundError(f"There is no batch '{name}'.")
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        raise UserError(f"Several batches are named '{name}'; give a number: {numbers}.")
    return found[0]


def only_template_of(app: Application, batch_ids: Sequence[int]) -> int:
    """The template of all forms of some batches.

    Raises:
        UserError: They have several, or none yet.
    """
    with app.session() as session:
        versions = versions_in(session, select(BatchRow.id).where(BatchRow.id.in_(batch_ids)))
        found = {version.template_id for version in versions}
    if len(found) != 1:
        raise UserError("The batches have forms of several templates; name the one that is meant.")
    return found.pop()


def _written(app: Application, path: Path, export_id: int) -> Taken:
    # A worker that swept it up meanwhile does the same.
    while (info := get_export(app, export_id)).state == ExportState.PENDING:
        time.sleep(POLL_S)
    if info.state == ExportState.FAILED:
        raise UserError(info.error_message or "The export failed.")
    name, _, chunks = open_export(app, export_id)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.writelines(chunks)
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return Taken(info.row_count or 0, info.open_fields or 0, name.endswith(".zip"))
