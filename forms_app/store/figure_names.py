"""What the groups of figures are called."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms_app.store.models import (
    BatchRow,
    FormTemplateRow,
    TemplateFieldRow,
    TemplateVersionRow,
    UserRow,
)

Named = type[BatchRow] | type[FormTemplateRow] | type[UserRow]


class FieldName(NamedTuple):
    """What a field is called by the newest version that has it."""

    label: str
    version_id: int


def names_of(session: Session, kind: Named, ids: Collection[int]) -> dict[int, str]:
    """The names of rows by their ids."""
    rows = session.execute(select(kind.id, kind.name).where(kind.id.in_(ids)))
    return dict(rows.all())


def field_names(
    session: Session, template_ids: Collection[int]
) -> dict[tuple[int, str], FieldName]:
    """(template, field name) → what it is called, of all fields that were ever published."""
    rows = session.execute(
        select(
            TemplateVersionRow.template_id,
            TemplateFieldRow.name,
            TemplateFieldRow.label,
            TemplateVersionRow.id,
        )
        .join(TemplateVersionRow, TemplateVersionRow.id == TemplateFieldRow.version_id)
        .where(TemplateVersionRow.template_id.in_(template_ids))
        .order_by(TemplateVersionRow.number)
    )
    return {
        (template_id, name): FieldName(label or name, version_id)
        for template_id, name, label, version_id in rows
    }
