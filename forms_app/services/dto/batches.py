"""Batches in numbers, their files, and the start page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from forms_app.reading.errors import (
    DamagedFileError,
    EmptyFileError,
    EncryptedFileError,
    NestedArchiveError,
    UnsafeArchiveError,
    UnsupportedFileError,
)
from forms_app.services.dto.exports import ExportInfo

NEVER_READ = frozenset(
    error.code
    for error in (
        DamagedFileError,
        EmptyFileError,
        EncryptedFileError,
        NestedArchiveError,
        UnsafeArchiveError,
        UnsupportedFileError,
    )
)
"""Their reason lies in the bytes alone, and no setting changes it: another try ends the same."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch in numbers. `fields` counts readings; `needs_review` those still open.

    `files_unopened`: nobody has counted their pages yet. `pages_failed` counts held pages too:
    nothing more can be done without a person.
    `failures` counts what a person has to settle: files that failed as a whole, and single failed
    pages of other files. `pages_queued` counts pages and missing pages in the page queue.
    `template_…` and `version_id` are of the first template, `templates` names them all
    (`Clinic intake v2`); with `takes_any` also those of other published templates are read.
    `state`: empty | reading | needs_review | done. `eta_s` is None when nothing is being read or
    nothing has been read yet to judge the pace by.
    """

    id: int
    name: str
    template_id: int
    template_name: str
    version_id: int
    templates: tuple[str, ...]
    takes_any: bool
    created_at: datetime
    state: str
    files: int
    files_failed: int
    files_unopened: int
    pages: int
    pages_read: int
    pages_failed: int
    pages_queued: int
    failures: int
    submissions: int
    submissions_done: int
    fields: int
    auto_accepted: int
    needs_review: int
    reviewed: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class BatchName:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class PageFailure:
    page_id: int
    number: int
    error_code: str
    message: str
    is_held: bool = False

    @property
    def can_retry(self) -> bool:
        """Whether another try may end otherwise."""
        return not self.is_held and self.error_code not in NEVER_READ


@dataclass(frozen=True, slots=True)
class FileSummary:
    """An uploaded file. `state`: uploaded | split | done | failed | duplicate.

    `already_in` is an earlier batch of the same form template with the same content, `archive` the
    ZIP that it came in; of a ZIP, `unpacked_files` says how many came out once all are.
    """

    id: int
    batch_id: int
    name: str
    size: int
    state: str
    page_count: int | None
    pages_read: int
    error_code: str | None
    error_message: str | None
    failed_pages: tuple[PageFailure, ...]
    duplicate_of: str | None
    created_at: datetime
    already_in: BatchName | None = None
    archive: str | None = None
    unpacked_files: int | None = None

    @property
    def can_retry(self) -> bool:
        """Whether its bytes were kept and another try may end otherwise."""
        return self.size > 0 and self.error_code not in NEVER_READ


@dataclass(frozen=True, slots=True)
class BatchDetail:
    """`files` are the first thousand at most, `exports` the newest."""

    summary: BatchSummary
    files: tuple[FileSummary, ...]
    exports: tuple[ExportInfo, ...]


@dataclass(frozen=True, slots=True)
class HomeSummary:
    """`waiting_fields` over all batches, and the newest batches."""

    waiting_fields: int
    batches: tuple[BatchSummary, ...]
