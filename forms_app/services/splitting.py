"""Intake: a stored file becomes page rows; the pixels stay in the file until they are aligned.

A ZIP becomes files instead, which come here again one by one.
"""

from __future__ import annotations

from collections.abc import Callable

from forms_app.queues import ALIGN_PAGE, ASSEMBLE_FILE, SPLIT_FILE
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.services.images import intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.sending import send_all_or_leave, send_or_leave
from forms_app.services.stored_scans import opened_scan
from forms_app.services.unpacking import is_stored_archive, unpack
from forms_app.services.work_events import also_about, file_split, timed
from forms_app.store.base import utc_now
from forms_app.store.claims import Lease, hold, release
from forms_app.store.models import FileRow, PageRow
from forms_app.store.pages import pending_pages
from forms_app.store.stages import Stage
from forms_app.store.states import FileState, PageState
from forms_app.store.upserts import insert_missing


def split_file(app: Application, file_id: int) -> None:
    """Count a file's pages and have each one aligned; a file that cannot be read fails.

    Raises:
        TransientError: The file store or database did not answer; try again.
    """
    lease = claim(app, FileRow, file_id, FileState.UPLOADED)
    if lease is None:
        return
    attempt(app, lease, lambda: _open(app, lease))
    with app.session() as session:
        file = session.get(FileRow, file_id)
        pages = pending_pages(session, file_id)
    if file is None or file.state == FileState.UPLOADED or file.unpacked_files is not None:
        return
    send_all_or_leave(app, ((ALIGN_PAGE, (page_id,)) for page_id in pages))
    if not pages:
        send_or_leave(app, ASSEMBLE_FILE, file_id)


def _open(app: Application, lease: Lease) -> None:
    with app.session() as session:
        file = load(session, FileRow, lease.row_id)
    also_about(batch_id=file.batch_id)
    assert file.content_hash is not None
    if not is_stored_archive(app, file.content_hash):
        with timed(Stage.INTAKE) as elapsed_s:
            _split(app, lease, file, elapsed_s)
    elif not unpack(app, lease):
        with app.session() as session:
            release(session, lease, counted=False)
        send_or_leave(app, SPLIT_FILE, lease.row_id)


def _split(app: Application, lease: Lease, file: FileRow, elapsed_s: Callable[[], float]) -> None:
    file_id = lease.row_id
    assert file.content_hash is not None
    with opened_scan(app.files, file.content_hash, verify=True) as scan:
        opener = scan_opener(app.settings)
        count = opener.count_pages(scan, file.name, intake_limits(app.settings))
    with app.session() as session:
        hold(session, lease)
        now = utc_now()
        rows = [
            {
                "file_id": file_id,
                "number": number,
                "state": PageState.PENDING,
                "attempts": 0,
                "created_at": now,
                "changed_at": now,
            }
            for number in range(1, count + 1)
        ]
        insert_missing(session, PageRow, rows, ["file_id", "number"])
        file = load(session, FileRow, file_id)
        file.state, file.page_count = FileState.SPLIT, count
        file.attempts, file.lease_until = 0, None
        file_split(session, file, count, elapsed_s())
