"""One page of the queue on the workbench: what it could become, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import candidate_pages
from forms_app.services.loading import load
from forms_app.services.page_queue import (
    SHOWN,
    OpenForm,
    QueuedPage,
    describe_pages,
    open_forms,
)
from forms_app.services.template_names import names_of_versions
from forms_app.store import page_queue
from forms_app.store.models import (
    BatchRow,
    FileRow,
    PageRow,
    TemplatePageRow,
)


@dataclass(frozen=True, slots=True)
class TargetPage:
    """A template page that a scan can be laid onto, with its size in pixels."""

    version_id: int
    number: int
    label: str
    size_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PageWork:
    """One page on the workbench, the forms it could belong to, and its neighbours in the queue."""

    page: QueuedPage
    batch_id: int
    targets: tuple[TargetPage, ...]
    forms: tuple[OpenForm, ...]
    previous_id: int | None
    next_id: int | None
    position: int
    total: int


def get_work(app: Application, page_id: int) -> PageWork:
    """A page with all that the workbench needs; any page of a batch, queued or not.

    Raises:
        NotFoundError: There is no such page.
    """
    with app.session() as session:
        page = load(session, PageRow, page_id)
        file = load(session, FileRow, page.file_id)
        batch = load(session, BatchRow, file.batch_id)
        ids = [row.id for row, _ in page_queue.queued_pages(session, batch.id, SHOWN)]
        here = ids.index(page_id) if page_id in ids else None
        others = [other for other in ids if other != page_id]
        before = ids[here - 1] if here else None
        after = ids[here + 1] if here is not None and here + 1 < len(ids) else None
        return PageWork(
            page=describe_pages(session, [(page, file)])[0],
            batch_id=batch.id,
            targets=tuple(_targets(session, batch)),
            forms=tuple(form for form, _ in open_forms(session, batch.id)),
            previous_id=before,
            next_id=after if here is not None else next(iter(others), None),
            position=0 if here is None else here + 1,
            total=len(ids),
        )


def _targets(session: Session, batch: BatchRow) -> list[TargetPage]:
    candidates = candidate_pages(session, batch)
    names = names_of_versions(session, {page.version_id for page in candidates})
    rows = session.scalars(select(TemplatePageRow).where(TemplatePageRow.version_id.in_(names)))
    known = {(page.version_id, page.number): page for page in rows}
    targets = []
    for candidate in candidates:
        page, name = known[candidate.version_id, candidate.number], names[candidate.version_id]
        label = f"Page {page.number}" if len(names) == 1 else f"{name}, page {page.number}"
        size_px = (page.width_px, page.height_px)
        targets.append(TargetPage(page.version_id, page.number, label, size_px))
    return targets
