"""Files coming in, and files taken out again."""

from __future__ import annotations

from sqlalchemy import update

from forms_app.errors import StorageFullError, StorageUnavailableError
from forms_app.files import Readable
from forms_app.services.adding import Arrival, add_failed, add_stream
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.batches import FileSummary
from forms_app.services.loading import load
from forms_app.services.names import clean_file_name
from forms_app.services.page_edits import part_from_other_files
from forms_app.services.retries import retry_file, retry_page
from forms_app.store.audit import record_event
from forms_app.store.blobs import blobs_of_file, doom
from forms_app.store.models import LOCAL_USER_ID, BatchRow, FileRow

__all__ = ["add_file", "remove_file", "retry_file", "retry_page"]


def add_file(
    app: Application,
    batch_id: int,
    filename: str,
    stream: Readable,
    user_id: int = LOCAL_USER_ID,
) -> FileSummary:
    """Take a file into a batch and have it read.

    A file that cannot be kept gets a row with state `failed` and the reason; the same content a
    second time in the batch gets state `duplicate` and is not read.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
    arrival = Arrival(batch_id, clean_file_name(filename), user_id)
    try:
        return add_stream(app, arrival, stream, app.settings.max_file_mb << 20)
    except (StorageFullError, StorageUnavailableError) as error:
        return add_failed(app, arrival, error.code, error.message, 0)


def remove_file(app: Application, file_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete a file with its scans, readings and decisions; the files out of a ZIP stay."""
    with app.session() as session:
        file = load(session, FileRow, file_id)
        keys = blobs_of_file(session, file_id)
        out_of_it = update(FileRow).where(FileRow.archive_id == file_id)
        session.execute(out_of_it.values(archive_id=None, archive_entry=None))
        doom(session, keys)
        record_event(session, "delete", "file", file_id, user_id, batch_id=file.batch_id)
        part_from_other_files(session, file)
        session.delete(file)
    delete_unreferenced(app, keys)
