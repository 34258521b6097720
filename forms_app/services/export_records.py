"""What an export writes, one record per submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_app.reading.types import Value
from forms_app.services.dto.review import RuleCheck


@dataclass(frozen=True, slots=True)
class ExportField:
    """A field as it stands: see `FieldValue`; `needs_review` is still true while it is open."""

    value: Value
    outcome: str
    confidence: float
    needs_review: bool
    provenance: str


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """A submission: `template` is its template's name, `number` counts within its file, `state` is
    needs_review or done.

    `rules` are the cross-field rules that are broken, confirmed by a person or not. `barcode` is
    the text of the code on its first page that has one.
    """

    template: str
    source: str
    number: int
    state: str
    fields: Mapping[str, ExportField]
    rules: tuple[RuleCheck, ...] = ()
    barcode: str = ""
