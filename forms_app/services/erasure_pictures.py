"""Pages of other forms in a file that has to go: each is kept as a picture of its own."""

from __future__ import annotations

from forms_app.errors import ConflictError
from forms_app.reading.errors import ReadingError
from forms_app.services.application import Application
from forms_app.services.images import encode_png, intake_limits, scan_opener
from forms_app.services.loading import load
from forms_app.services.stored_scans import opened_scan
from forms_app.store import erasure
from forms_app.store.models import FileRow, PageRow, SubmissionRow


def pictures_of_others(
    app: Application, submission_id: int, most: int | None = None
) -> dict[int, str]:
    """Draw the pages that other forms have in the files of this one; keys by ids of pages.

    They are drawn as they are read, in grey, without loss. Nothing refers to the pictures yet.

    Args:
        app: The site.
        submission_id: The form that is to go.
        most: Refuse more pages than that.

    Raises:
        NotFoundError: There is no such form.
        ConflictError: There are too many, or one cannot be drawn.
    """
    with app.session() as session:
        form = load(session, SubmissionRow, submission_id)
        files = {file.id: file for file in erasure.files_of_form(session, form)}
        others = erasure.pages_around(session, form.id, list(files)).others
    wanted = [
        page for page in others if page.scan_hash is None and files[page.file_id].content_hash
    ]
    if most is not None and len(wanted) > most:
        raise ConflictError(
            f"The file holds {len(wanted)} pages of other forms, which have to be drawn anew; that "
            f"takes long. Use the command: fieldhand erase --submission {submission_id}"
        )
    return {page.id: _drawn(app, page, files[page.file_id]) for page in wanted}


def _drawn(app: Application, page: PageRow, file: FileRow) -> str:
    assert file.content_hash is not None
    opener, limits = scan_opener(app.settings), intake_limits(app.settings)
    try:
        with opened_scan(app.files, file.content_hash) as scan:
            grey = opener.open_page(scan, file.name, page.number, limits).grey
    except ReadingError as error:
        raise ConflictError(
            f"Page {page.number} of the file is another form's and cannot be drawn, so the file "
            f"has to stay: {error.message}"
        ) from error
    return app.files.put(encode_png(grey))
