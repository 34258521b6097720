"""Which templates the forms of a batch are filled copies of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from forms_app.errors import ConflictError, UserError
from forms_app.services.blanks import TemplatePlan, load_plan
from forms_app.services.loading import load
from forms_app.services.project_of import Kind, missing
from forms_app.store.models import (
    BatchRow,
    BatchVersionRow,
    FormTemplateRow,
    SubmissionRow,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.store.states import VersionState
from forms_app.store.upserts import insert_missing


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """A blank page that a scan of the batch may show."""

    version_id: int
    number: int
    blank_hash: str
    template_id: int


def choose_versions(
    session: Session, version_ids: Sequence[int], project_id: int
) -> list[TemplateVersionRow]:
    """The published versions that a batch of a project is to hold.

    Raises:
        UserError: None is named.
        NotFoundError: The project has no such version.
        ConflictError: One is still a draft.
    """
    versions = [load(session, TemplateVersionRow, row_id) for row_id in dict.fromkeys(version_ids)]
    if not versions:
        raise UserError("Choose the form templates that these scans are filled-in copies of.")
    for version in versions:
        if version.template.project_id != project_id:
            raise missing(Kind.VERSION)
        if version.state != VersionState.PUBLISHED:
            raise ConflictError(
                f"The template {version.name} is still a draft; publish it before uploading forms."
            )
    return versions


def newest_published(session: Session, project_id: int) -> list[int]:
    """The newest published version of every template of a project that is not archived, oldest
    first."""
    other = aliased(TemplateVersionRow)
    newest = (
        select(func.max(other.number))
        .where(
            other.template_id == TemplateVersionRow.template_id,
            other.state == VersionState.PUBLISHED,
        )
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(TemplateVersionRow.id)
            .join(FormTemplateRow, FormTemplateRow.id == TemplateVersionRow.template_id)
            .where(
                FormTemplateRow.project_id == project_id,
                FormTemplateRow.archived_at.is_(None),
                TemplateVersionRow.number == newest,
            )
            .order_by(TemplateVersionRow.id)
        )
    )


def admit(session: Session, batch_id: int, version_ids: Sequence[int]) -> None:
    """Count templates among the batch's, after those it has."""
    last = session.scalar(
        select(func.max(BatchVersionRow.position)).where(BatchVersionRow.batch_id == batch_id)
    )
    first = 0 if last is None else last + 1
    rows = [
        {"batch_id": batch_id, "version_id": version_id, "position": first + place}
        for place, version_id in enumerate(version_ids)
    ]
    insert_missing(session, BatchVersionRow, rows, ["batch_id", "version_id"])


def versions_of(session: Session, batch_ids: Sequence[int]) -> dict[int, list[TemplateVersionRow]]:
    """The templates of each batch, in their order."""
    found: dict[int, list[TemplateVersionRow]] = defaultdict(list)
    rows = session.execute(
        select(BatchVersionRow.batch_id, TemplateVersionRow)
        .join(TemplateVersionRow, TemplateVersionRow.id == BatchVersionRow.version_id)
        .where(BatchVersionRow.batch_id.in_(batch_ids))
        .order_by(BatchVersionRow.batch_id, BatchVersionRow.position)
    )
    for batch_id, version in rows:
        found[batch_id].append(version)
    return found


def candidate_pages(session: Session, batch: BatchRow) -> list[CandidatePage]:
    """All pages that a scan of the batch may show: of its templates, then of any it takes."""
    own = [version.id for version in versions_of(session, [batch.id])[batch.id]] or [
        batch.version_id
    ]
    taken = newest_published(session, batch.project_id) if batch.takes_any else []
    return pages_of_versions(session, list(dict.fromkeys([*own, *taken])))


def pages_of_versions(session: Session, version_ids: Sequence[int]) -> list[CandidatePage]:
    """All pages of versions, in the order of these."""
    order = {version_id: place for place, version_id in enumerate(version_ids)}
    pages = session.execute(
        select(
            TemplatePageRow.version_id,
            TemplatePageRow.number,
            TemplatePageRow.blank_hash,
            TemplateVersionRow.template_id,
        )
        .join(TemplateVersionRow, TemplateVersionRow.id == TemplatePageRow.version_id)
        .where(TemplatePageRow.version_id.in_(version_ids))
        .order_by(TemplatePageRow.number)
    )
    found = [CandidatePage(*page) for page in pages]
    return sorted(found, key=lambda page: order[page.version_id])


def page_counts(session: Session, version_ids: Collection[int]) -> dict[int, int]:
    """How many pages each template has."""
    rows = session.execute(
        select(TemplatePageRow.version_id, func.count())
        .where(TemplatePageRow.version_id.in_(version_ids))
        .group_by(TemplatePageRow.version_id)
    )
    return dict(rows.all())


def plan_of_form(session: Session, form: SubmissionRow) -> TemplatePlan:
    """The template that a form is a filled copy of."""
    return load_plan(session, version_of_form(session, form))


def version_of_form(session: Session, form: SubmissionRow) -> int:
    """Its template's version: the form's own, else the batch's first."""
    return form.version_id or load(session, BatchRow, form.batch_id).version_id
