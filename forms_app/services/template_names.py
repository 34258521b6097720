"""What versions of templates are called where several of them may be meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.store.models import TemplateVersionRow


def names_of_versions(session: Session, version_ids: Collection[int]) -> dict[int, str]:
    """By id, `Intake`, or `Intake v2` where more than one of these versions has that name; with the
    number of the template too where several templates have it."""
    rows = session.scalars(
        select(TemplateVersionRow).where(TemplateVersionRow.id.in_(version_ids))
    ).all()
    versions = Counter(row.name for row in rows)
    templates = Counter(name for name, _ in {(row.name, row.template_id) for row in rows})
    return {
        row.id: row.name
        + (f" v{row.number}" if versions[row.name] > 1 else "")
        + (f" (template {row.template_id})" if templates[row.name] > 1 else "")
        for row in rows
    }
