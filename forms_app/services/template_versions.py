"""The versions of a template, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from forms_app.errors import NotFoundError
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.loading import load
from forms_app.services.templates import get_version
from forms_app.store.models import BatchRow, FormTemplateRow, TemplateVersionRow
from forms_app.templating.differences import Differences, differences


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list of a template's versions; `batches` belong to it for good."""

    id: int
    number: int
    state: str
    published_at: datetime | None
    batches: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one template, the older first; `pages` are phrases about blanks."""

    old: TemplateVersion
    new: TemplateVersion
    differences: Differences
    pages: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        found = self.differences
        return not (found.fields or found.rules or found.order_changed or self.pages)


def list_versions(app: Application, template_id: int) -> tuple[VersionLine, ...]:
    """All versions of a template, the newest first."""
    with app.session() as session:
        template = load(session, FormTemplateRow, template_id)
        counts = dict(
            session.execute(
                select(BatchRow.version_id, func.count(BatchRow.id))
                .join(TemplateVersionRow, TemplateVersionRow.id == BatchRow.version_id)
                .where(TemplateVersionRow.template_id == template_id)
                .group_by(BatchRow.version_id)
            ).all()
        )
        return tuple(
            VersionLine(row.id, row.number, row.state, row.published_at, counts.get(row.id, 0))
            for row in reversed(template.versions)
        )


def compare(app: Application, version_id: int, other_id: int) -> Comparison:
    """What changed from the older to the newer of two versions.

    Raises:
        NotFoundError: One is gone, or they are of different templates.
    """
    old, new = sorted(
        (get_version(app, version_id), get_version(app, other_id)), key=lambda v: v.number
    )
    if old.template_id != new.template_id:
        raise NotFoundError("These are versions of different templates; choose two of one.")
    found = differences(old.definition, new.definition)
    return Comparison(old, new, found, tuple(_page_changes(old, new)))


def _page_changes(old: TemplateVersion, new: TemplateVersion) -> Iterator[str]:
    before, after = ({page.number: page for page in version.pages} for version in (old, new))
    for number in sorted(before.keys() | after.keys()):
        was, now = before.get(number), after.get(number)
        if was is None:
            yield f"page {number} added"
        elif now is None:
            yield f"page {number} removed"
        elif was.blank_key != now.blank_key:
            yield f"page {number} has another blank ({now.source_name})"
