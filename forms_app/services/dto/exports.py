"""An export: how far it is, and what of its batch was left open in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """`state`: pending | done | failed. `open_fields` were still unreviewed when it was built;
    `rule_breaks` forms broke a cross-field rule that no person had confirmed."""

    id: int
    batch_id: int
    format: str
    state: str
    row_count: int | None
    open_fields: int | None
    rule_breaks: int | None
    size: int | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None
