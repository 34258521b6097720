"""The erasure of one form: all that says or shows what a person wrote, and a proof that it is gone.

A file that holds other people's forms too goes as well. Their pages are kept as pictures, as those
that replaced scans are (`services/erasure_pictures`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import page_images, review_images
from forms_app.services.application import Application
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.completion import UNFINISHED
from forms_app.services.dto.erasure import Erasure
from forms_app.services.erasure_pictures import pictures_of_others
from forms_app.services.erasures import certificate_hash, finish
from forms_app.services.loading import load
from forms_app.store import erasure, retention
from forms_app.store.audit import record_event
from forms_app.store.base import utc_now
from forms_app.store.blobs import doom, still_referenced
from forms_app.store.locks import lock_batch, lock_blobs, lock_files, lock_submission
from forms_app.store.models import BatchRow, DeletionRow, FileRow, SubmissionRow, UserRow
from forms_app.store.scrubbing import scrub
from forms_app.store.states import Deleted

FORMAT = "fieldhand-erasure/1"
LONGEST_REASON = 500
CHANGED = "The file of this form was changed meanwhile; try again."
BACKUPS = (
    "Backups that were made before still hold the form. It is gone from them when they are "
    "deleted; after one of them is restored, erase it again."
)


def erase(
    app: Application,
    submission_id: int,
    reason: str,
    user_id: int,
    most_others: int | None = None,
) -> Erasure:
    """Delete a form for good, and keep a certificate of that.

    Args:
        app: The site.
        submission_id: The form.
        reason: Why, for the record: who asked for it when, not what was written.
        user_id: Who does it.
        most_others: Refuse a file with more pages of other forms: each has to be drawn anew.

    Raises:
        NotFoundError: There is no such form.
        UserError: There is no reason, or too long a one.
        ConflictError: A page is being read, or of the form's file nobody has said whose a page is.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise UserError(f"Say why, in at most {LONGEST_REASON} characters.")
    drawn = pictures_of_others(app, submission_id, most_others)
    with app.session() as session:
        form, files = _locked(session, submission_id)
        batch = load(session, BatchRow, form.batch_id)
        lock_batch(session, batch.id)
        certificate, keys = _delete(session, app, form, files, drawn)
        certificate |= _about(session, form, reason, user_id)
        record = DeletionRow(
            project_id=batch.project_id,
            what=Deleted.SUBMISSION,
            batch_id=batch.id,
            submission_id=submission_id,
            user_id=user_id,
            reason=reason,
            count=1,
            certificate=certificate,
        )
        session.add(record)
        session.flush()
        record_event(
            session,
            "erase",
            "submission",
            submission_id,
            user_id,
            project_id=batch.project_id,
            batch_id=batch.id,
            certificate=record.id,
            certificate_sha256=certificate_hash(certificate),
        )
        record_id = record.id
    delete_unreferenced(app, keys)
    page_images.forget_kept()
    review_images.forget_kept()
    is_rewritten = scrub(app.engine)
    return finish(app, record_id, is_rewritten)


def _locked(session: Session, submission_id: int) -> tuple[SubmissionRow, Sequence[FileRow]]:
    """The form and its files, locked in the order in which all others do: files first."""
    files = erasure.files_of_form(session, load(session, SubmissionRow, submission_id))
    ids = [file.id for file in files]
    lock_files(session, ids)
    form = lock_submission(session, submission_id)
    if form is None:
        raise NotFoundError("This form does not exist (any more).")
    session.expire_all()
    files = erasure.files_of_form(session, form)
    if [file.id for file in files] != ids:
        raise ConflictError(CHANGED)
    return form, files


def _delete(
    session: Session,
    app: Application,
    form: SubmissionRow,
    files: Sequence[FileRow],
    drawn: dict[int, str],
) -> tuple[dict[str, Any], set[str]]:
    """All rows; what the certificate says of them, and the keys of their files."""
    pages = erasure.pages_around(session, form.id, [file.id for file in files])
    _refuse_if_unsettled(pages)
    now, kinds = utc_now(), dict[str, str]()
    rows = erasure.rows_naming(session, form.id)
    kinds |= {file.content_hash: "file" for file in files if file.content_hash}
    for page in (*pages.own, *pages.dropped):
        kinds |= {key: "scan" for key in (page.scan_hash,) if key}
        kinds |= {key: "page" for key in (page.aligned_hash,) if key}
    _keep_others(session, app, pages, files, drawn)
    exports = erasure.exports_of_batch(session, form.batch_id)
    kinds |= dict.fromkeys(retention.delete_exports(session, exports), "export")
    uploads = erasure.forget_uploads(session, [file.id for file in files])
    kinds |= dict.fromkeys(uploads, "upload")
    batch = load(session, BatchRow, form.batch_id)
    answers = erasure.forget_answers(session, batch.project_id)
    erasure.delete_form(session, form.id, pages.dropped)
    for file in files:
        erasure.forget_file(session, file, now)
    doom(session, kinds)
    held = still_referenced(session, kinds)
    certificate = {
        "rows": rows,
        "dropped_pages": len(pages.dropped),
        "files": [
            {"sha256": key, "kind": kind, "kept_as_other_rows_have_the_same": key in held}
            for key, kind in sorted(kinds.items())
        ],
        "other_pages_kept_as_pictures": len(drawn),
        "exports": list(exports),
        "api_answers": answers,
        "delivered_elsewhere": erasure.delivered(session, form.batch_id),
    }
    return certificate, set(kinds)


def _refuse_if_unsettled(pages: erasure.FormPages) -> None:
    if any(page.state in UNFINISHED for page in (*pages.own, *pages.others, *pages.homeless)):
        raise ConflictError("Pages of this file are still being read; wait until that is done.")
    if pages.homeless:
        numbers = ", ".join(str(page.number) for page in pages.homeless)
        raise ConflictError(
            f"Nobody has said whose the pages {numbers} of this file are, so they may be of this "
            "form too. Put them into their forms or take them out of the batch first."
        )


def _keep_others(
    session: Session,
    app: Application,
    pages: erasure.FormPages,
    files: Sequence[FileRow],
    drawn: dict[int, str],
) -> None:
    """Pages of other forms get the pictures that were drawn of them."""
    have_bytes = {file.id for file in files if file.content_hash}
    needed = [p for p in pages.others if p.scan_hash is None and p.file_id in have_bytes]
    lock_blobs(session, list(drawn.values()))
    if {page.id for page in needed} != set(drawn) or not all(map(app.files.exists, drawn.values())):
        raise ConflictError(CHANGED)
    names = {file.id: file.name for file in files}
    for page in needed:
        page.scan_hash, page.scan_name = drawn[page.id], names[page.file_id]
    session.flush()


def _about(session: Session, form: SubmissionRow, reason: str, user_id: int) -> dict[str, Any]:
    user = session.get(UserRow, user_id)
    return {
        "format": FORMAT,
        "fieldhand": version("fieldhand"),
        "erased_at": utc_now().isoformat(timespec="seconds"),
        "erased_by": {"user_id": user_id, "name": user.name if user else ""},
        "reason": reason,
        "submission": {"id": form.id, "batch_id": form.batch_id},
        "backups": BACKUPS,
    }
