"""The end of an upload: its parts become one file of its batch, exactly once; or it lapses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, StorageDamagedError, TransientError
from forms_app.files import StoredFile
from forms_app.reading.errors import FileTooLargeError
from forms_app.services.adding import (
    EMPTY_CODE,
    EMPTY_MESSAGE,
    Arrival,
    Settle,
    add_failed,
    add_kept,
)
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.images import intake_limits
from forms_app.services.unpacking import is_stored_archive
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom
from forms_app.store.models import UploadPartRow, UploadRow

log = structlog.get_logger(__name__)

# Longer than whoever took the last part may take to add the file.
LEFT_OVER_AFTER = timedelta(minutes=2)
FINISHED_KEPT = timedelta(days=30)
AT_ONCE = 200


def finish_upload(app: Application, upload_id: str) -> None:
    """Add the file of a complete upload to its batch; does nothing when that is done already.

    Where the file store or database fails now, the sweeper does it later.
    """
    with app.session() as session:
        upload = session.get(UploadRow, upload_id)
        keys = _part_keys(session, upload_id)
    if upload is None or upload.finished_at is not None:
        return
    arrival = Arrival(upload.batch_id, upload.name, upload.created_by)
    try:
        _add(app, arrival, upload.size, keys, _settling(upload_id, keys))
    except TransientError as error:
        log.warning("upload not added yet", upload_id=upload_id, code=error.code)
        return
    except (ConflictError, NotFoundError) as error:  # another process has, or the batch is gone
        log.info("upload not added", upload_id=upload_id, code=error.code)
    delete_unreferenced(app, set(keys))


def finish_left_over(app: Application) -> int:
    """Add what is complete but was not added: whoever was to do it has died. Returns how many."""
    with app.session() as session:
        left = session.scalars(
            select(UploadRow.id)
            .where(
                UploadRow.finished_at.is_(None),
                UploadRow.received == UploadRow.size,
                UploadRow.changed_at < utc_now() - LEFT_OVER_AFTER,
            )
            .limit(AT_ONCE)
        ).all()
    for upload_id in left:
        finish_upload(app, upload_id)
    return len(left)


def expire_uploads(app: Application) -> int:
    """Forget uploads that nobody goes on with, and finished ones after a while.

    Returns:
        How many were forgotten.
    """
    now = utc_now()
    with app.session() as session:
        old = session.scalars(
            select(UploadRow.id)
            .where(
                or_(
                    UploadRow.finished_at < now - FINISHED_KEPT,
                    UploadRow.finished_at.is_(None)
                    & (UploadRow.received < UploadRow.size)
                    & (UploadRow.changed_at < now - _kept_for(app)),
                )
            )
            .limit(AT_ONCE)
        ).all()
        keys = set(
            session.scalars(select(UploadPartRow.key).where(UploadPartRow.upload_id.in_(old)))
        )
        doom(session, keys)
        session.execute(delete(UploadRow).where(UploadRow.id.in_(old)))
    delete_unreferenced(app, keys)
    return len(old)


def _kept_for(app: Application) -> timedelta:
    return timedelta(hours=app.settings.upload_keep_hours)


def _part_keys(session: Session, upload_id: str) -> Sequence[str]:
    return session.scalars(
        select(UploadPartRow.key)
        .where(UploadPartRow.upload_id == upload_id)
        .order_by(UploadPartRow.start)
    ).all()


def _add(
    app: Application, arrival: Arrival, size: int, keys: Sequence[str], settle: Settle
) -> None:
    if size == 0:
        add_failed(app, arrival, EMPTY_CODE, EMPTY_MESSAGE, 0, settle)
        return
    try:
        _refuse_large_scan(app, arrival.name, size, keys[0])
        stored = _joined(app, keys, size)
    except (FileTooLargeError, StorageDamagedError) as error:
        add_failed(app, arrival, error.code, error.message, 0, settle)
        return

    def keep() -> None:
        if not app.files.exists(stored.key):
            app.files.join(keys)

    add_kept(app, arrival, stored, keep, settle)


def _refuse_large_scan(app: Application, name: str, size: int, first_key: str) -> None:
    """What is called .zip may be larger only when it is one."""
    if not is_stored_archive(app, first_key):
        intake_limits(app.settings).require_bytes(size, name)


def _joined(app: Application, keys: Sequence[str], size: int) -> StoredFile:
    # The only part is the file itself.
    return StoredFile(keys[0], size) if len(keys) == 1 else app.files.join(keys)


def _settling(upload_id: str, keys: Sequence[str]) -> Settle:
    """The upload ends in the transaction that adds its file, and its parts with it."""

    def settle(session: Session, file_id: int) -> None:
        ended = session.execute(
            update(UploadRow)
            .where(UploadRow.id == upload_id, UploadRow.finished_at.is_(None))
            .values(file_id=file_id, finished_at=utc_now())
            .returning(UploadRow.id),
            execution_options={"synchronize_session": False},
        )
        if ended.first() is None:
            raise ConflictError("Another process has added this file already.")
        session.execute(delete(UploadPartRow).where(UploadPartRow.upload_id == upload_id))
        doom(session, set(keys))

    return settle
