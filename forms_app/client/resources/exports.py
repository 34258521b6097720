"""Exports and presets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from forms_app.client import operations as op
from forms_app.client.bodies import Body, json_body
from forms_app.client.errors import ExportFailedError
from forms_app.client.session import Session
from forms_app.client.shapes.exports import (
    Export,
    ExportChoice,
    ExportFormat,
    ExportPreview,
    Preset,
)
from forms_app.client.waiting import wait_until

WAIT_S = 600.0
AS_IT_COMES = ExportChoice()


class Exports:
    """Data as files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, batch_id: int) -> Iterator[Export]:
        """Those of a batch, the newest first."""
        return self._session.each(op.LIST_EXPORTS, batch_id)

    def list_of_template(self, template_id: int) -> Iterator[Export]:
        """Those over several batches of a template, the newest first."""
        return self._session.each(op.LIST_TEMPLATE_EXPORTS, template_id)

    def get(self, export_id: int) -> Export:
        """How far one is."""
        return self._session.ask(op.GET_EXPORT, export_id)

    def create(
        self, batch_id: int, format: ExportFormat, choice: ExportChoice = AS_IT_COMES
    ) -> Export:
        """Have a batch's forms written into a file, as they stand now."""
        body = json_body(format=format, choice=choice)
        return self._session.ask(op.CREATE_EXPORT, batch_id, body=body)

    def create_by_preset(self, batch_id: int, preset_id: int) -> Export:
        """Likewise, as a preset says."""
        return self._session.ask(op.CREATE_EXPORT, batch_id, body=json_body(preset_id=preset_id))

    def create_of_template(
        self,
        template_id: int,
        format: ExportFormat,
        choice: ExportChoice = AS_IT_COMES,
        batch_ids: Sequence[int] = (),
    ) -> Export:
        """Have a template's forms of several batches written into one file; none: of all."""
        body = json_body(format=format, choice=choice, batch_ids=tuple(batch_ids))
        return self._session.ask(op.CREATE_TEMPLATE_EXPORT, template_id, body=body)

    def preview(
        self, batch_id: int, format: ExportFormat, choice: ExportChoice = AS_IT_COMES
    ) -> ExportPreview:
        """The first rows that `create` would write."""
        body = json_body(format=format, choice=choice)
        return self._session.ask(op.PREVIEW_EXPORT, batch_id, body=body)

    def preview_of_template(
        self,
        template_id: int,
        format: ExportFormat,
        choice: ExportChoice = AS_IT_COMES,
        batch_ids: Sequence[int] = (),
    ) -> ExportPreview:
        """The first rows that `create_of_template` would write."""
        body = json_body(format=format, choice=choice, batch_ids=tuple(batch_ids))
        return self._session.ask(op.PREVIEW_TEMPLATE_EXPORT, template_id, body=body)

    def wait(self, export_id: int, limit_s: float = WAIT_S) -> Export:
        """Wait until its file is there.

        Raises:
            ExportFailedError: It could not be built.
            WaitedTooLongError: It takes longer than `limit_s`.
        """
        found = wait_until(
            self._session,
            op.GET_EXPORT,
            export_id,
            lambda export: export.state != "pending",
            limit_s,
        )
        if found.state == "failed":
            raise ExportFailedError(found.error_message or "The export could not be built.")
        return found

    def download(self, export_id: int, path: Path | str) -> Path:
        """Write its file to `path`, which is there whole or not at all."""
        path = Path(path)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        try:
            self._session.retries.run(lambda: self._fetch(export_id, Path(name)))
            # As a file that was opened for writing would be, not for its owner alone.
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
        return path

    def delete(self, export_id: int) -> None:
        """Delete it with its file; one that is being built is cancelled."""
        self._session.ask(op.DELETE_EXPORT, export_id)

    def _fetch(self, export_id: int, path: Path) -> None:
        answer = self._session.open_once(op.DOWNLOAD_EXPORT, export_id)
        with path.open("wb") as file:
            for piece in answer.chunks():
                file.write(piece)


class PresetsOfExports:
    """Choices for exports of a template that are kept under a name."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, template_id: int) -> tuple[Preset, ...]:
        """Those of a template, by name."""
        return self._session.ask(op.LIST_PRESETS, template_id).items

    def get(self, preset_id: int) -> Preset:
        """One of them."""
        return self._session.ask(op.GET_PRESET, preset_id)

    def save(
        self, template_id: int, name: str, format: ExportFormat, choice: ExportChoice
    ) -> Preset:
        """Keep a choice under a name."""
        body = json_body(name=name, format=format, choice=choice)
        return self._session.ask(op.SAVE_PRESET, template_id, body=body)

    def change(self, preset_id: int, format: ExportFormat, choice: ExportChoice) -> Preset:
        """Choose otherwise under the same name."""
        body: Body = json_body(format=format, choice=choice)
        return self._session.ask(op.CHANGE_PRESET, preset_id, body=body)

    def set_default(self, preset_id: int, is_default: bool = True) -> Preset:
        """Have exports of the template begin with it instead of another, or no longer."""
        body = json_body(is_default=is_default)
        return self._session.ask(op.SET_DEFAULT_PRESET, preset_id, body=body)

    def delete(self, preset_id: int) -> None:
        """Forget it."""
        self._session.ask(op.DELETE_PRESET, preset_id)


def _umask() -> int:
    """The process's; there is no way to ask but to set it."""
    found = os.umask(0o077)
    os.umask(found)
    return found
