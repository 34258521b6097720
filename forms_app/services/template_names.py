"""What versions of templates are called where several of them may be meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.store.models import TemplateVersionRow


def names_of_versions(session: Session, version_ids: Collection[int]) -> dict[int, str]:
    """By id, `Intake`, or `Intake v2` where more than one of these versions has that name."""
    rows = session.execute(
        select(TemplateVersionRow.id, TemplateVersionRow.name, TemplateVersionRow.number).where(
            TemplateVersionRow.id.in_(version_ids)
        )
    ).all()
    shared = Counter(name for _, name, _ in rows)
    return {
        row_id: name if shared[name] == 1 else f"{name} v{number}" for row_id, name, number in rows
    }
