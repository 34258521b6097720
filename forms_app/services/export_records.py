"""What an export writes, one record per submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from forms_app.reading.types import Value
from forms_app.services.dto.review import RuleCheck


@dataclass(frozen=True, slots=True)
class ExportField:
    """A field as it stands: see `FieldValue`; `needs_review` is still true while it is open.

    `decided_by` is the person whose decision counts, else the model that read it, and `decided_at`
    when they did; both are empty unless the export asks for them.
    """

    value: Value
    outcome: str
    confidence: float
    needs_review: bool
    provenance: str
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A submission: `template` is its template's name, `number` counts within its file, `state` is
    needs_review or done. By `form_id` and `version_id` a writer finds its pages and its template.

    `rules` are the cross-field rules that are broken, confirmed by a person or not. `barcode` is
    the text of the code on its first page that has one. `batch` is its batch's name. Of a record
    that `hides_sensitive`, pictures cover the fields that are left out.
    """

    template: str
    source: str
    number: int
    state: str
    fields: Mapping[str, ExportField]
    rules: tuple[RuleCheck, ...] = ()
    barcode: str = ""
    form_id: int = 0
    version_id: int = 0
    batch: str = ""
    hides_sensitive: bool = False
