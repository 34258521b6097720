"""Batches, their files, and files that arrive in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

BatchState: TypeAlias = Literal["empty", "reading", "needs_review", "done"]
FileState: TypeAlias = Literal["uploaded", "split", "done", "failed", "duplicate"]


@dataclass(frozen=True)
class Batch:
    """A batch in numbers.

    Attributes:
        templates: Each as `Clinic intake v2`.
        template_id: Of its first template; so is `version_id`.
        takes_any: Pages of every published template are read.
        files_unopened: Nobody has counted the pages of these yet.
        pages_queued: Pages and missing pages that a person has to put in order.
        failures: What a person has to settle.
        needs_review: Fields that wait for a person.
        eta_s: Seconds until all is read, as a guess.
    """

    id: int
    name: str
    state: BatchState
    templates: tuple[str, ...]
    template_id: int
    version_id: int
    takes_any: bool
    created_at: datetime
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
    fields_read: int
    auto_accepted: int
    needs_review: int
    reviewed: int
    eta_s: float | None


@dataclass(frozen=True)
class FailedPage:
    """A page of a file that was not read; `is_held`: a person says where it belongs."""

    page_id: int
    number: int
    error_code: str
    message: str
    is_held: bool


@dataclass(frozen=True)
class File:
    """An uploaded file.

    Attributes:
        size: Bytes.
        duplicate_of: Name of the file of the batch that has the same content.
        archive: The ZIP that it came in.
        unpacked_files: Of a ZIP: what came out of it.
    """

    id: int
    batch_id: int
    name: str
    size: int
    state: FileState
    page_count: int | None
    pages_read: int
    error_code: str | None
    error_message: str | None
    failed_pages: tuple[FailedPage, ...]
    duplicate_of: str | None
    archive: str | None
    unpacked_files: int | None
    created_at: datetime


@dataclass(frozen=True)
class UploadState:
    """A file that arrives in pieces: `received` of `size` bytes; forgotten at `expires_at`."""

    id: str
    batch_id: int
    name: str
    size: int
    received: int
    is_finished: bool
    file_id: int | None
    expires_at: datetime
