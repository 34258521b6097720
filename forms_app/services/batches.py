"""Batches: what was uploaded together, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import (
    admit,
    choose_versions,
    newest_published,
    versions_of,
)
from forms_app.services.cleaning import delete_unreferenced
from forms_app.services.dto.batches import BatchDetail, BatchSummary, HomeSummary
from forms_app.services.dto.webhooks import EventKind
from forms_app.services.exports import load_exports
from forms_app.services.file_lists import load_files
from forms_app.services.loading import load
from forms_app.services.names import clean_name
from forms_app.services.webhook_outbox import note
from forms_app.store.audit import record_event
from forms_app.store.blobs import blobs_of_batch, doom
from forms_app.store.counts import BatchCounts, count_batches, count_open_fields
from forms_app.store.exported_batches import holds_batch
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    BatchRow,
    ExportRow,
    TemplateVersionRow,
)
from forms_app.store.projects import narrowing

HOME_BATCHES = 20
MOST_LISTED = 1000


def create_batch(
    app: Application,
    version_id: int | Sequence[int],
    name: str,
    user_id: int = LOCAL_USER_ID,
    takes_any: bool = False,
    project_id: int = MAIN_PROJECT_ID,
) -> BatchSummary:
    """An empty batch for published versions of one or several form templates of its project.

    Args:
        version_id: One or several; may be empty where `takes_any`.
        takes_any: Pages of every published template of the project are read, also of those
            published later.

    Raises:
        ConflictError: A version is still a draft.
        UserError: There is none.
    """
    chosen = [version_id] if isinstance(version_id, int) else list(version_id)
    with app.session() as session:
        # One that takes any is of none until its first page is known.
        some = chosen or (newest_published(session, project_id) if takes_any else [])
        first = choose_versions(session, some, project_id)
        batch = BatchRow(
            project_id=project_id,
            name=clean_name(name, "batch"),
            version_id=first[0].id,
            takes_any=takes_any,
            created_by=user_id,
        )
        session.add(batch)
        session.flush()
        admit(session, batch.id, chosen)
        note(session, EventKind.BATCH_CREATED, batch.id)
        record_event(session, "create", "batch", batch.id, user_id, version_id=first[0].id)
        return _summaries(session, [batch])[0]


def list_batches(
    app: Application,
    limit: int = 50,
    before_id: int | None = None,
    project_id: int = MAIN_PROJECT_ID,
) -> list[BatchSummary]:
    """The newest batches of a project first; `before_id` continues after the last one shown."""
    with app.session() as session:
        query = _newest_first(project_id).limit(limit)
        if before_id is not None:
            query = query.where(BatchRow.id < before_id)
        return _summaries(session, session.scalars(query).all())


def get_summary(app: Application, batch_id: int) -> BatchSummary:
    """A batch in numbers.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        return _summaries(session, [load(session, BatchRow, batch_id)])[0]


def get_batch(app: Application, batch_id: int) -> BatchDetail:
    """A batch with its first files and its newest exports; lists of their own have them all.

    Raises:
        NotFoundError: There is no such batch.
    """
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        return BatchDetail(
            summary=_summaries(session, [batch])[0],
            files=tuple(load_files(session, batch_id, MOST_LISTED)),
            exports=tuple(load_exports(session, batch_id, MOST_LISTED)),
        )


def delete_batch(app: Application, batch_id: int, user_id: int = LOCAL_USER_ID) -> None:
    """Delete a batch with all scans, readings and decisions; only the audit event remains."""
    with app.session() as session:
        batch = load(session, BatchRow, batch_id)
        keys = blobs_of_batch(session, batch_id)
        doom(session, keys)
        # Exports of several batches go, too: they hold what was on this one's forms.
        session.execute(delete(ExportRow).where(holds_batch(batch_id)))
        session.delete(batch)
        record_event(session, "delete", "batch", batch_id, user_id)
    delete_unreferenced(app, keys)


def home_summary(app: Application, project_id: int = MAIN_PROJECT_ID) -> HomeSummary:
    """What the first page shows of a project."""
    with app.session() as session:
        newest = session.scalars(_newest_first(project_id).limit(HOME_BATCHES)).all()
        return HomeSummary(
            waiting_fields=_waiting_fields(session, project_id),
            batches=tuple(_summaries(session, newest)),
        )


def waiting_fields(app: Application, project_id: int = MAIN_PROJECT_ID) -> int:
    """How many fields wait for a person over all batches of a project; cheap enough for every
    page."""
    with app.session() as session:
        return _waiting_fields(session, project_id)


def _newest_first(project_id: int) -> Select[BatchRow]:
    query = select(BatchRow).where(BatchRow.project_id == project_id)
    return query.order_by(BatchRow.id.desc())


def _waiting_fields(session: Session, project_id: int) -> int:
    return count_open_fields(session, project_id=narrowing(session, project_id))


def _summaries(session: Session, batches: Sequence[BatchRow]) -> list[BatchSummary]:
    counts = count_batches(session, [batch.id for batch in batches])
    versions = versions_of(session, [batch.id for batch in batches])
    firsts = {
        version.id: version
        for version in session.scalars(
            select(TemplateVersionRow).where(
                TemplateVersionRow.id.in_({batch.version_id for batch in batches})
            )
        )
    }
    return [
        _summary(batch, firsts[batch.version_id], versions[batch.id], counts[batch.id])
        for batch in batches
    ]


def _summary(
    batch: BatchRow,
    version: TemplateVersionRow,
    versions: Sequence[TemplateVersionRow],
    counts: BatchCounts,
) -> BatchSummary:
    return BatchSummary(
        id=batch.id,
        name=batch.name,
        template_id=version.template_id,
        template_name=version.name,
        version_id=version.id,
        templates=tuple(f"{each.name} v{each.number}" for each in versions),
        takes_any=batch.takes_any,
        created_at=batch.created_at,
        state=_state(counts),
        files=counts.files,
        files_unopened=counts.files_unopened,
        files_failed=counts.files_failed,
        pages=counts.pages,
        pages_read=counts.pages_read,
        pages_failed=counts.pages_failed,
        pages_queued=counts.pages_queued,
        failures=counts.failures,
        submissions=counts.submissions,
        submissions_done=counts.submissions_done,
        fields=counts.fields,
        auto_accepted=counts.auto_accepted,
        needs_review=counts.needs_review,
        reviewed=counts.reviewed,
        eta_s=_eta_s(counts),
    )


def _state(counts: BatchCounts) -> str:
    if counts.files == 0:
        return "empty"
    if counts.files_waiting or counts.submissions_reading:
        return "reading"
    return "needs_review" if counts.needs_review else "done"


def _eta_s(counts: BatchCounts) -> float | None:
    left = counts.pages - counts.pages_read - counts.pages_failed
    if left <= 0 or not counts.pages_per_s:
        return None
    return left / counts.pages_per_s
