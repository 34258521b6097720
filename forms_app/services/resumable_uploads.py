"""Uploads that survive a broken connection: a file arrives in parts, each kept as it comes.

The row of the upload says how many bytes are kept; whoever sends asks for that number and goes on
there. Parts lie in the file store like everything else, so that any web process, on any machine,
can take the next one, and a restart loses none. A file of one part is stored once: its part is the
file.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError
from forms_app.files import Readable, StoredFile
from forms_app.reading.errors import FileTooLargeError
from forms_app.reading.page_limits import too_many_bytes
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.loading import load
from forms_app.services.names import clean_file_path
from forms_app.services.upload_finishing import finish_upload
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.locks import lock_blobs
from forms_app.store.models import LOCAL_USER_ID, BatchRow, UploadPartRow, UploadRow
from forms_app.store.upserts import insert_missing

PART_BYTES = 8 << 20
"""What is kept at once, and so what a broken connection costs at most."""

ID_BYTES = 18
ZIP_ENDING = ".zip"


@dataclass(frozen=True, slots=True)
class UploadInfo:
    """An upload: `received` of `size` bytes are kept; `file_id` once it is in its batch."""

    id: str
    batch_id: int
    name: str
    size: int
    received: int
    file_id: int | None
    is_finished: bool
    expires_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether every byte is kept."""
        return self.received == self.size


def start_upload(
    app: Application,
    batch_id: int,
    name: str,
    size: int,
    user_id: int = LOCAL_USER_ID,
    upload_id: str | None = None,
) -> UploadInfo:
    """Announce a file of `size` bytes; one of no bytes is finished (and refused) at once.

    Args:
        app: The application.
        batch_id: Where it goes.
        name: Its name, with folders if it has any.
        size: Its bytes.
        user_id: Who sends it.
        upload_id: A name for this upload; announced again under the same, it goes on where it was.

    Raises:
        NotFoundError: There is no such batch.
        FileTooLargeError: More bytes than are accepted.
    """
    cleaned = clean_file_path(name)
    _refuse_too_large(app, cleaned, size)
    row = {
        "id": upload_id or secrets.token_urlsafe(ID_BYTES),
        "batch_id": batch_id,
        "created_by": user_id,
        "name": cleaned,
        "size": size,
        "received": 0,
        "changed_at": utc_now(),
        "created_at": utc_now(),
    }
    with app.session() as session:
        load(session, BatchRow, batch_id)
        insert_missing(session, UploadRow, [row], ["id"])
    return _finished_if_complete(app, str(row["id"]))


def get_upload(app: Application, upload_id: str) -> UploadInfo:
    """How far an upload is.

    Raises:
        NotFoundError: There is none, or it was given up.
    """
    with app.session() as session:
        return _info(app, _load(session, upload_id))


def append(app: Application, upload_id: str, start: int, stream: Readable) -> UploadInfo:
    """Keep what `stream` has, part by part, up to the size announced; add the file after the last.

    A stream that ends early is no error: what came is kept, and the next call goes on there.

    Raises:
        NotFoundError: There is no such upload.
        ConflictError: `start` is not where it goes on, or another request was faster.
        TransientError: No part could be kept any more; those before are.
    """
    upload = get_upload(app, upload_id)
    if start != upload.received:
        raise ConflictError(f"The upload goes on at byte {upload.received}, not at {start}.")
    while part := _read(stream, min(PART_BYTES, upload.size - start)):
        _keep(app, upload_id, start, part)
        start += len(part)
    return _finished_if_complete(app, upload_id)


def abandon_upload(app: Application, upload_id: str) -> None:
    """Forget an upload and what was kept of it; a file that it became stays.

    Raises:
        NotFoundError: There is no such upload.
    """
    with app.session() as session:
        upload = _load(session, upload_id)
        keys = set(
            session.scalars(select(UploadPartRow.key).where(UploadPartRow.upload_id == upload_id))
        )
        doom(session, keys)
        session.delete(upload)
    delete_unreferenced(app, keys)


def _refuse_too_large(app: Application, name: str, size: int) -> None:
    settings = app.settings
    is_zip = name.lower().endswith(ZIP_ENDING)
    setting = "max_zip_mb" if is_zip else "max_file_mb"
    most = getattr(settings, setting) << 20
    if size > most:
        raise FileTooLargeError(too_many_bytes(name, size, most, setting))


def _read(stream: Readable, size: int) -> bytes:
    """`size` bytes, fewer only at the end of the stream; copied only where they come in pieces."""
    pieces: list[bytes] = []
    left = size
    while left and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _keep(app: Application, upload_id: str, start: int, part: bytes) -> None:
    stored = StoredFile(hashlib.sha256(part).hexdigest(), len(part))
    app.files.put_spooled(stored, part)
    try:
        with app.session() as session:
            lock_blobs(session, [stored.key])
            # Costs nothing unless the last other reference was just deleted with the bytes.
            app.files.put_spooled(stored, part)
            _move_on(session, upload_id, start, stored)
    except ConflictError:
        delete_unreferenced(app, [stored.key])
        raise


def _move_on(session: Session, upload_id: str, start: int, stored: StoredFile) -> None:
    moved = session.execute(
        update(UploadRow)
        .where(UploadRow.id == upload_id, UploadRow.received == start)
        .values(received=start + stored.size)
        .returning(UploadRow.id),
        execution_options={"synchronize_session": False},
    )
    if moved.first() is None:
        raise ConflictError("Another request has sent this part of the upload already.")
    part = UploadPartRow(upload_id=upload_id, start=start, size=stored.size, key=stored.key)
    session.add(part)


def _finished_if_complete(app: Application, upload_id: str) -> UploadInfo:
    upload = get_upload(app, upload_id)
    if upload.is_complete and not upload.is_finished:
        finish_upload(app, upload_id)
        upload = get_upload(app, upload_id)
    return upload


def _load(session: Session, upload_id: str) -> UploadRow:
    upload = session.get(UploadRow, upload_id)
    if upload is None:
        raise NotFoundError("This upload is not known (any more). Start it again.")
    return upload


def _info(app: Application, upload: UploadRow) -> UploadInfo:
    return UploadInfo(
        id=upload.id,
        batch_id=upload.batch_id,
        name=upload.name,
        size=upload.size,
        received=upload.received,
        file_id=upload.file_id,
        is_finished=upload.finished_at is not None,
        expires_at=upload.changed_at + timedelta(hours=app.settings.upload_keep_hours),
    )
