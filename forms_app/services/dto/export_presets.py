"""A choice for exports that is kept under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms_app.services.dto.export_choices import ExportChoice, choice_from_json

if TYPE_CHECKING:
    from forms_app.store.models import ExportPresetRow


@dataclass(frozen=True, slots=True)
class ExportPreset:
    """Exports of the template begin with the one that `is_default`."""

    id: int
    template_id: int
    name: str
    format: str
    choice: ExportChoice
    is_default: bool


def preset_info(row: ExportPresetRow) -> ExportPreset:
    """A preset as services hand it out."""
    return ExportPreset(
        id=row.id,
        template_id=row.template_id,
        name=row.name,
        format=row.format,
        choice=choice_from_json(row.choice),
        is_default=row.is_default,
    )
