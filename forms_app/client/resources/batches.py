"""Batches and their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from forms_app.client import operations as op
from forms_app.client import uploading
from forms_app.client.bodies import files_body, json_body
from forms_app.client.session import Session
from forms_app.client.shapes.batches import Batch, File
from forms_app.client.uploading import Progress
from forms_app.client.waiting import wait_until

WAIT_S = 600.0


class Batches:
    """What was uploaded together."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> Iterator[Batch]:
        """All of the project, the newest first."""
        return self._session.each(op.LIST_BATCHES)

    def get(self, batch_id: int) -> Batch:
        """One batch in numbers."""
        return self._session.ask(op.GET_BATCH, batch_id)

    def create(
        self,
        name: str,
        version_ids: Sequence[int] = (),
        takes_any: bool = False,
        key: str | None = None,
    ) -> Batch:
        """Make a batch.

        Args:
            name: For people.
            version_ids: Published versions of templates that its pages are filled copies of.
            takes_any: Pages of every published template are read.
            key: A name of yours for this request (1 to 255 characters); the same within a day
                gives the batch that was made then.
        """
        body = json_body(name=name, version_ids=tuple(version_ids), takes_any=takes_any)
        return self._session.ask(op.CREATE_BATCH, body=body, key=key)

    def add_templates(self, batch_id: int, version_ids: Sequence[int]) -> Batch:
        """Let it hold more form templates; `retry_refused` tries pages again that fitted none."""
        body = json_body(version_ids=tuple(version_ids))
        return self._session.ask(op.ADD_TEMPLATES, batch_id, body=body)

    def retry_refused(self, batch_id: int) -> Batch:
        """Have the pages that fit none of its templates recognised again."""
        return self._session.ask(op.RETRY_REFUSED, batch_id)

    def delete(self, batch_id: int) -> None:
        """Delete it with all scans, readings and decisions."""
        self._session.ask(op.DELETE_BATCH, batch_id)

    def wait_until_read(
        self,
        batch_id: int,
        limit_s: float = WAIT_S,
        on_change: Callable[[Batch], None] | None = None,
    ) -> Batch:
        """Wait until no page of it is still to be read; its `state` is no longer `reading`.

        Args:
            batch_id: Of the batch, into which files were uploaded.
            limit_s: How long to wait at most.
            on_change: Told of the batch at first and whenever it has changed.

        Raises:
            WaitedTooLongError: It takes longer.
        """
        return wait_until(
            self._session,
            op.GET_BATCH,
            batch_id,
            lambda batch: batch.state != "reading",
            limit_s,
            on_change,
        )


class Files:
    """Uploaded files, and how far each is."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self, batch_id: int) -> Iterator[File]:
        """Those of a batch in the order of their upload."""
        return self._session.each(op.LIST_FILES, batch_id)

    def get(self, file_id: int) -> File:
        """One file: its state, and which of its pages failed and why."""
        return self._session.ask(op.GET_FILE, file_id)

    def upload(
        self,
        batch_id: int,
        path: Path | str,
        progress: Progress | None = None,
        upload_id: str | None = None,
    ) -> File | None:
        """Upload a scan, a photograph, a PDF, or a ZIP of them, in pieces that survive faults.

        A file that cannot be read is `failed` with its reason; content that the batch has already
        is a `duplicate`.

        Args:
            batch_id: Where it goes.
            path: Of the file.
            progress: Told of the bytes that have arrived, and of all, after each piece.
            upload_id: Of an `UploadBrokenError`, to go on where that one ended.

        Returns:
            The file; None where the server has all bytes and adds it later (its storage has a
            fault right now).

        Raises:
            UploadBrokenError: It did not get through; what has arrived is kept.
        """
        path = Path(path)
        if upload_id is None:
            upload_id = uploading.announce(self._session, batch_id, path.name, path.stat().st_size)
        uploading.send_all(self._session, path, upload_id, progress)
        state = self._session.ask(op.GET_UPLOAD, upload_id)
        return self.get(state.file_id) if state.file_id is not None else None

    def upload_small(self, batch_id: int, path: Path | str) -> File:
        """Upload a file in one request; it is sent whole again where the connection breaks."""
        body = files_body("file", [Path(path)])
        return self._session.ask(op.UPLOAD_FILE, batch_id, body=body)

    def forget_upload(self, upload_id: str) -> None:
        """Let the server forget what has arrived of a file that does not go on."""
        self._session.ask(op.DELETE_UPLOAD, upload_id, headers=uploading.TUS)

    def delete(self, file_id: int) -> None:
        """Take it out of its batch, with its scans, readings and decisions."""
        self._session.ask(op.DELETE_FILE, file_id)

    def retry(self, file_id: int) -> File:
        """Read a failed file again."""
        return self._session.ask(op.RETRY_FILE, file_id)

    def sort(self, file_id: int) -> File:
        """Take its pages in the order they were scanned, where their order is in doubt."""
        return self._session.ask(op.SORT_FILE, file_id)
