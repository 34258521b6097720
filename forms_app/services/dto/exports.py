"""An export: how far it is, what was chosen, and what was left open in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from forms_app.services.dto.export_choices import ExportChoice, choice_from_json

if TYPE_CHECKING:
    from forms_app.store.models import ExportRow


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """`state`: pending | done | failed. `open_fields` were still unreviewed when it was built;
    `rule_breaks` forms broke a cross-field rule that no person had confirmed.

    `batch_id` is None for several batches; `template_id` is set where it is of all batches of a
    template. `rows_so_far` of `rows_expected` forms are written; the latter is None until a
    worker has counted them.
    """

    id: int
    batch_id: int | None
    template_id: int | None
    format: str
    choice: ExportChoice
    state: str
    row_count: int | None
    open_fields: int | None
    rule_breaks: int | None
    rows_so_far: int
    rows_expected: int | None
    size: int | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


def export_info(export: ExportRow) -> ExportInfo:
    """An export as services hand it out."""
    return ExportInfo(
        id=export.id,
        batch_id=export.batch_id,
        template_id=export.template_id,
        format=export.format,
        choice=choice_from_json(export.choice),
        state=export.state,
        row_count=export.row_count,
        open_fields=export.open_fields,
        rule_breaks=export.rule_breaks,
        rows_so_far=export.rows_so_far,
        rows_expected=export.rows_expected,
        size=export.size,
        error_message=export.error_message,
        created_at=export.created_at,
        finished_at=export.finished_at,
    )
