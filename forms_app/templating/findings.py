"""What a health check says of a template: one finding for each thing to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """must: readings will be wrong or missing · should: worse than need be · note: worth a look."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` says what is wrong, `advice` what to change; both are sentences for a person.

    `code` is a stable word. `field` and `page` say where it is; None where it is no single one.
    """

    severity: Severity
    code: str
    message: str
    advice: str
    field: str | None = None
    page: int | None = None


def most_severe_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted by severity; findings of one severity stay in their order."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))
