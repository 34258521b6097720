"""What is seen of a batch while its files are read: files, failures, time left, limits."""

from __future__ import annotations

from flask import request

from forms_app.services import batches, file_lists, refused_pages
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.resumable_uploads import PART_BYTES
from forms_app.web.context import application

FILES_SHOWN = 200
FAILURES_SHOWN = 100


def watched(batch_id: int) -> dict[str, object]:
    """What the batch page shows while files are read."""
    app, first_id = application(), request.args.get("first", type=int)
    summary = batches.get_summary(app, batch_id)
    listed = file_lists.list_files(app, batch_id, FILES_SHOWN, first_id)
    failures = file_lists.list_failures(app, batch_id, FAILURES_SHOWN) if summary.failures else []
    return {
        "batch": summary,
        "listed": listed,
        "first": listed.first_id,
        "failures": failures,
        "failures_hidden": max(0, summary.failures - len(failures)),
        "refused": refused_pages.get_refused(app, batch_id),
        "left_s": time_left_s(summary, summary.files_unopened),
    }


def time_left_s(batch: BatchSummary, unopened: int) -> float | None:
    """The service's estimate, stretched by the pages that unopened files probably have.

    Args:
        batch: its `eta_s` knows only the pages of opened files.
        unopened: files whose pages nobody has counted yet, taken to be like the others.

    Returns:
        Seconds; None while there is nothing to judge by.
    """
    opened = batch.files - batch.files_failed - unopened
    known_left = batch.pages - batch.pages_read - batch.pages_failed
    if batch.eta_s is None or opened <= 0 or known_left <= 0:
        return batch.eta_s
    expected = batch.pages / opened * unopened
    return batch.eta_s * (known_left + expected) / known_left


def upload_limits() -> dict[str, int]:
    """What the box for files says and the script heeds."""
    settings = application().settings
    return {
        "max_file_bytes": settings.max_file_mb << 20,
        "max_file_mb": settings.max_file_mb,
        "max_file_pages": settings.max_file_pages,
        "max_zip_bytes": settings.max_zip_mb << 20,
        "part_bytes": PART_BYTES,
    }
