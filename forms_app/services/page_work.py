"""One page of the queue on the workbench: what it could become, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.services.application import Application
from forms_app.services.batch_templates import candidate_pages
from forms_app.services.loading import load
from forms_app.services.outside_templates import outside_pages, recognised_version
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
    """A template page that a scan can be laid onto, with its size in pixels.

    `is_held`: its template is among the batch's; else laying a page onto it adds the template.
    """

    version_id: int
    number: int
    template: str
    label: str
    size_px: tuple[int, int]
    is_held: bool


@dataclass(frozen=True, slots=True)
class PageWork:
    """One page on the workbench, the forms it could belong to, and its neighbours in the queue.

    `recognised` is a page of the template, not yet the batch's, that the machine says it is of.
    """

    page: QueuedPage
    recognised: TargetPage | None
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
        targets = tuple(_targets(session, batch))
        recognised = (
            target
            for target in targets
            if target.version_id == recognised_version(page) and not target.is_held
        )
        return PageWork(
            page=describe_pages(session, [(page, file)])[0],
            recognised=next(recognised, None),
            batch_id=batch.id,
            targets=targets,
            forms=tuple(form for form, _ in open_forms(session, batch.id)),
            previous_id=before,
            next_id=after if here is not None else next(iter(others), None),
            position=0 if here is None else here + 1,
            total=len(ids),
        )


def _targets(session: Session, batch: BatchRow) -> list[TargetPage]:
    """Pages of the batch's templates, then of all others, by name."""
    candidates = candidate_pages(session, batch)
    outside = outside_pages(session, candidates, batch.project_id)
    names = names_of_versions(session, {page.version_id for page in [*candidates, *outside]})
    outside.sort(key=lambda page: (names[page.version_id].casefold(), page.version_id))
    rows = session.scalars(select(TemplatePageRow).where(TemplatePageRow.version_id.in_(names)))
    known = {(page.version_id, page.number): page for page in rows}
    held = {page.version_id for page in candidates}
    targets = []
    for candidate in [*candidates, *outside]:
        page, name = known[candidate.version_id, candidate.number], names[candidate.version_id]
        label = f"Page {page.number}" if len(names) == 1 else f"{name}, page {page.number}"
        size_px = (page.width_px, page.height_px)
        is_held = page.version_id in held
        target = TargetPage(page.version_id, page.number, name, label, size_px, is_held)
        targets.append(target)
    return targets
