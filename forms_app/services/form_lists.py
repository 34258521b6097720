"""The filled forms of a batch as a list, with what is still open in each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.models import (
    BatchRow,
    FileRow,
    SubmissionRow,
    TemplateVersionRow,
)


@dataclass(frozen=True, slots=True)
class FormSummary:
    """A filled form. `number` counts within its file, which has `file_pages` pages; `key` is
    what the codes on its pages call it.

    `state`: reading | needs_review | done. `fields` were read, `open_fields` wait for a person,
    `decided_fields` were settled by one.
    """

    id: int
    template_name: str
    file_name: str
    file_pages: int | None
    number: int
    key: str | None
    state: str
    fields: int
    open_fields: int
    decided_fields: int


def list_forms(
    app: Application, batch_id: int, limit: int = 100, after_id: int | None = None
) -> list[FormSummary]:
    """The forms of a batch in the order they were found; `after_id` continues after the last.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        load(session, BatchRow, batch_id)
        query = (
            select(SubmissionRow, FileRow, TemplateVersionRow.name)
            .join(FileRow, FileRow.id == SubmissionRow.file_id)
            .join(BatchRow, BatchRow.id == SubmissionRow.batch_id)
            .join(
                TemplateVersionRow,
                TemplateVersionRow.id
                == func.coalesce(SubmissionRow.version_id, BatchRow.version_id),
            )
            .where(SubmissionRow.batch_id == batch_id, SubmissionRow.id > (after_id or 0))
            .order_by(SubmissionRow.id)
            .limit(limit)
        )
        return [_summary(form, file, name) for form, file, name in session.execute(query)]


def _summary(form: SubmissionRow, file: FileRow, template_name: str) -> FormSummary:
    return FormSummary(
        id=form.id,
        template_name=template_name,
        file_name=file.name,
        file_pages=file.page_count,
        number=form.number,
        key=form.key,
        state=form.state,
        fields=form.open_fields + form.accepted_fields + form.decided_fields,
        open_fields=form.open_fields,
        decided_fields=form.decided_fields,
    )
