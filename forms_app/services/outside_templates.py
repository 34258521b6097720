"""Published templates that a batch does not hold: its pages may turn out to be of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from forms_app.errors import OtherTemplateError, UserError
from forms_app.services.application import Application
from forms_app.services.batch_templates import (
    CandidatePage,
    admit,
    candidate_pages,
    choose_versions,
    newest_published,
    page_counts,
    pages_of_versions,
    versions_of,
)
from forms_app.services.loading import load
from forms_app.services.template_names import names_of_versions
from forms_app.store.audit import record_event
from forms_app.store.locks import lock_batch
from forms_app.store.models import LOCAL_USER_ID, BatchRow, PageRow


@dataclass(frozen=True, slots=True)
class OutsideTemplate:
    """The newest published version of a template, which a batch does not hold."""

    version_id: int
    name: str
    page_count: int


def outside_pages(
    session: Session, candidates: Sequence[CandidatePage], project_id: int
) -> list[CandidatePage]:
    """All pages of the newest published versions of the batch's project that are not among its
    `candidates`."""
    held = {page.version_id for page in candidates}
    outside = [each for each in newest_published(session, project_id) if each not in held]
    return pages_of_versions(session, outside)


def recognised_version(page: PageRow) -> int | None:
    """The version that a refused page was recognised as a page of; its batch did not hold it."""
    return page.version_id if page.error_code == OtherTemplateError.code else None


def list_outside(app: Application, batch_id: int) -> list[OutsideTemplate]:
    """What can be added to a batch, by name; nothing where it takes any template already.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        held = {page.version_id for page in candidate_pages(session, batch)}
        published = newest_published(session, batch.project_id)
        outside = [version for version in published if version not in held]
        names = names_of_versions(session, [*held, *outside])
        counts = page_counts(session, outside)
    found = [OutsideTemplate(row_id, names[row_id], counts[row_id]) for row_id in outside]
    return sorted(found, key=lambda template: template.name.casefold())


def add_templates(
    app: Application, batch_id: int, version_ids: Sequence[int], user_id: int = LOCAL_USER_ID
) -> list[str]:
    """Count published templates among a batch's; returns their names.

    Raises:
        UserError: None is named.
        NotFoundError: The batch's project has no such template.
        ConflictError: One is still a draft.
    """
    if not version_ids:
        raise UserError("Choose the templates that are to be added to the batch.")
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        versions = choose_versions(session, version_ids, batch.project_id)
        take_in(session, batch, version_ids, user_id)
        return [version.name for version in versions]


def take_in(session: Session, batch: BatchRow, version_ids: Sequence[int], user_id: int) -> None:
    """Count templates among the batch's, and note who added those that it did not hold."""
    lock_batch(session, batch.id)
    held = {version.id for version in versions_of(session, [batch.id])[batch.id]}
    new = [row_id for row_id in dict.fromkeys(version_ids) if row_id not in held]
    if new:
        admit(session, batch.id, new)
    for row_id in new:
        record_event(session, "add_template", "batch", batch.id, user_id, version_id=row_id)
