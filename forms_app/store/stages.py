"""The stages of work, and which rows wait in each: said once, for the sweeper, people and figures.

A row waits while its state says so and nobody holds a lease on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import aliased

from forms_app.store.claims import LeasedRow
from forms_app.store.models import ExportRow, FileRow, PageRow, TemplateJobRow
from forms_app.store.states import ExportState, FileState, JobState, PageState

# People are told "10 000+" instead of what would take seconds to count.
CAP = 10_000


class Stage(StrEnum):
    """intake: files to be opened · align: pages to be laid · assemble: files whose pages are to be
    sorted into forms · read: pages to be read · export: exports to be written · template: work that
    a person waits for beside a template."""

    INTAKE = "intake"
    ALIGN = "align"
    ASSEMBLE = "assemble"
    READ = "read"
    EXPORT = "export"
    TEMPLATE = "template"


class Subject(StrEnum):
    """What is worked on."""

    FILE = "file"
    PAGE = "page"
    EXPORT = "export"
    JOB = "job"


ROWS: dict[Subject, LeasedRow] = {
    Subject.FILE: FileRow,
    Subject.PAGE: PageRow,
    Subject.EXPORT: ExportRow,
    Subject.JOB: TemplateJobRow,
}
FAILED_STATES: dict[Subject, str] = {
    Subject.FILE: FileState.FAILED,
    Subject.PAGE: PageState.FAILED,
    Subject.EXPORT: ExportState.FAILED,
    Subject.JOB: JobState.FAILED,
}


@dataclass(frozen=True, slots=True)
class StageRows:
    """Whose rows a stage is about, and which of them are its own."""

    subject: Subject
    condition: ColumnElement[bool]

    @property
    def kind(self) -> LeasedRow:
        """The class of the rows."""
        return ROWS[self.subject]


def rows_of(stage: Stage) -> StageRows:
    """The rows of a stage, leased or not."""
    if stage is Stage.INTAKE:
        return StageRows(Subject.FILE, FileRow.state == FileState.UPLOADED)
    if stage is Stage.ALIGN:
        return StageRows(Subject.PAGE, PageRow.state == PageState.PENDING)
    if stage is Stage.ASSEMBLE:
        return StageRows(Subject.FILE, is_to_be_assembled() & _is_likely_assembled_next())
    if stage is Stage.READ:
        belongs = PageRow.submission_id.is_not(None)
        return StageRows(Subject.PAGE, (PageRow.state == PageState.ALIGNED) & belongs)
    if stage is Stage.EXPORT:
        return StageRows(Subject.EXPORT, ExportRow.state == ExportState.PENDING)
    return StageRows(Subject.JOB, TemplateJobRow.state == JobState.PENDING)


def has_failed(subject: Subject) -> ColumnElement[bool]:
    """Rows that have failed themselves: a file whose pages failed is told of page by page."""
    failed: ColumnElement[bool] = ROWS[subject].state == FAILED_STATES[subject]
    if subject is not Subject.FILE:
        return failed
    return failed & ~_has_page(PageRow.state == PageState.FAILED)


def has_failed_in(stage: Stage) -> ColumnElement[bool]:
    """Rows whose work in a stage came to nothing; nothing fails while it is assembled."""
    failed_page = has_failed(Subject.PAGE)
    if stage is Stage.ASSEMBLE:
        return false()
    if stage is Stage.ALIGN:
        return failed_page & PageRow.aligned_hash.is_(None)
    if stage is Stage.READ:
        return failed_page & PageRow.aligned_hash.is_not(None)
    return has_failed(rows_of(stage).subject)


def is_to_be_assembled() -> ColumnElement[bool]:
    """Split files with no page to be aligned, and with one that has no submission, or with all
    pages at their end."""
    homeless = _has_page(PageRow.state == PageState.ALIGNED, PageRow.submission_id.is_(None))
    unfinished = _has_page(PageRow.state.in_((PageState.PENDING, PageState.ALIGNED)))
    is_split = FileRow.state == FileState.SPLIT
    return is_split & ~_has_page(PageRow.state == PageState.PENDING) & (homeless | ~unfinished)


def _has_page(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(PageRow.file_id == FileRow.id, *conditions)


def _is_likely_assembled_next() -> ColumnElement[bool]:
    """Each file costs a look at its pages: only those of the first pages without a submission are
    looked at, and the first split ones."""
    split, page = aliased(FileRow), aliased(PageRow)
    homeless = (
        select(page.file_id)
        .where(page.state == PageState.ALIGNED, page.submission_id.is_(None))
        .order_by(page.id)
        .limit(CAP + 1)
    )
    first = select(split.id).where(split.state == FileState.SPLIT).order_by(split.id).limit(CAP + 1)
    return FileRow.id.in_(homeless) | FileRow.id.in_(first)
