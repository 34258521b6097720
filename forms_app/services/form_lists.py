"""The filled forms of a batch as a list, with what is still open in each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.loading import load
from forms_app.store.models import (
    BatchRow,
    FileRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateVersionRow,
)
from forms_app.store.states import FieldState


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
        rows = session.execute(query).all()
        counts = _count_fields(session, [form.id for form, *_ in rows])
        return [_summary(form, file, name, counts.get(form.id, {})) for form, file, name in rows]


def _count_fields(session: Session, form_ids: list[int]) -> dict[int, dict[str, int]]:
    """Fields of each form by their state."""
    counted = session.execute(
        select(SubmissionFieldRow.submission_id, SubmissionFieldRow.state, func.count())
        .where(SubmissionFieldRow.submission_id.in_(form_ids))
        .group_by(SubmissionFieldRow.submission_id, SubmissionFieldRow.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for form_id, state, number in counted:
        counts.setdefault(form_id, {})[state] = number
    return counts


def _summary(
    form: SubmissionRow, file: FileRow, template_name: str, by_state: dict[str, int]
) -> FormSummary:
    return FormSummary(
        id=form.id,
        template_name=template_name,
        file_name=file.name,
        file_pages=file.page_count,
        number=form.number,
        key=form.key,
        state=form.state,
        fields=sum(by_state.values()),
        open_fields=by_state.get(FieldState.OPEN, 0),
        decided_fields=by_state.get(FieldState.DECIDED, 0),
    )
