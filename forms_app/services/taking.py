"""Files that lie on this machine are taken into a batch, each once however often it is tried."""

from __future__ import annotations

import hashlib
from pathlib import Path

from forms_app.errors import ConflictError, UserError
from forms_app.reading.archives import START_BYTES, is_archive, open_archive
from forms_app.reading.errors import EmptyFileError
from forms_app.services.application import Application
from forms_app.services.dto.batches import FileSummary
from forms_app.services.file_lists import load_file
from forms_app.services.images import intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.resumable_uploads import (
    UploadInfo,
    abandon_upload,
    append,
    get_upload,
    start_upload,
)
from forms_app.services.unpacking import archive_limits
from forms_app.store.models import FileRow, UploadRow


def taking_id(path: Path, purpose: str) -> str:
    """What the taking of a file as it is now is known by: its path, size and time of change."""
    stat = path.stat()
    known_by = f"{purpose}\n{path.absolute()}\n{stat.st_size}\n{stat.st_mtime_ns}"
    return hashlib.sha256(known_by.encode("utf-8", "surrogateescape")).hexdigest()


def is_taken(app: Application, known_by: str) -> FileSummary | None:
    """The file that this taking led to, while it is in its batch."""
    with app.session() as session:
        upload = session.get(UploadRow, known_by)
        if upload is None or upload.file_id is None:
            return None
        return load_file(session, load(session, FileRow, upload.file_id))


def take_file(app: Application, batch_id: int, path: Path, name: str, known_by: str) -> FileSummary:
    """Put a file into a batch; one that was taken before is not taken again.

    Args:
        app: The application.
        batch_id: Where it goes.
        path: Where it lies.
        name: What it is called in the batch, with folders if it has any.
        known_by: See `taking_id`.

    Raises:
        NotFoundError: There is no such batch.
        FileTooLargeError: It has more bytes than are accepted.
        UserError: It cannot be read, or changes while it is.
        TransientError: Database or file store do not answer; try again.
    """
    if taken := is_taken(app, known_by):
        return taken
    try:
        size = path.stat().st_size
        upload = _announced(app, batch_id, name, size, known_by)
        if not upload.is_complete:
            with path.open("rb") as file:
                file.seek(upload.received)
                upload = append(app, upload.id, upload.received, file)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    taken = is_taken(app, known_by)
    if taken is not None:
        return taken
    if not upload.is_complete:
        abandon_upload(app, upload.id)
        raise UserError(f"{path} became shorter while it was read; it is taken when it is at rest.")
    raise ConflictError(f"{path} was read, but not added yet; it will be in a few minutes.")


def check_file(app: Application, path: Path) -> None:
    """Judge a scan, or a ZIP of scans, by what its headers tell.

    Raises:
        ReadingError: The subclass says why it would be refused.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        if is_archive(file.read(START_BYTES)):
            with open_archive(file, path.name, archive_limits(app)):
                return
    size = path.stat().st_size
    if size == 0:
        raise EmptyFileError(f"{path.name} is empty (0 bytes). Scan or export it again.")
    scan_opener(app.settings).count_pages(path, path.name, intake_limits(app.settings))


def _announced(app: Application, batch_id: int, name: str, size: int, known_by: str) -> UploadInfo:
    upload = start_upload(app, batch_id, name, size, upload_id=known_by)
    if upload.is_finished and upload.file_id is None:
        # Somebody removed the file from its batch; now it is wanted again.
        abandon_upload(app, known_by)
        upload = start_upload(app, batch_id, name, size, upload_id=known_by)
    return get_upload(app, upload.id)
