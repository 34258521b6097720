"""What is seen of a batch while its files are read: files, failures, time left, limits."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request

from forms_app.services import batches, refused_pages
from forms_app.services.dto.batches import BatchSummary, FileSummary, PageFailure
from forms_app.services.resumable_uploads import PART_BYTES
from forms_app.web.context import application

FILES_SHOWN = 200
FAILURES_SHOWN = 100


def watched(batch_id: int) -> dict[str, object]:
    """What the batch page shows while files are read."""
    detail = batches.get_batch(application(), batch_id)
    unopened = sum(file.state == "uploaded" for file in detail.files)
    first = _first_shown(len(detail.files))
    failures = _failures(detail.files)
    return {
        "batch": detail.summary,
        "files": detail.files[first : first + FILES_SHOWN],
        "first": first,
        "step": FILES_SHOWN,
        "failures": failures[:FAILURES_SHOWN],
        "failures_hidden": max(0, len(failures) - FAILURES_SHOWN),
        "refused": refused_pages.get_refused(application(), batch_id),
        "unopened": unopened,
        "left_s": time_left_s(detail.summary, unopened),
    }


def _first_shown(count: int) -> int:
    """Where the shown part of `count` files begins; the asked-for place may be gone by now."""
    last = max(0, count - 1) // FILES_SHOWN * FILES_SHOWN
    return min(max(0, request.args.get("first", 0, type=int)), last)


def _failures(files: Sequence[FileSummary]) -> list[tuple[FileSummary, PageFailure | None]]:
    """Files that failed as a whole, then single pages that failed in files otherwise read."""
    whole = [(file, None) for file in files if file.state == "failed"]
    single = [(f, page) for f in files if f.state != "failed" for page in f.failed_pages]
    return [*whole, *single]


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
