"""What is told of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event as it was written down; `user_name` is None where Fieldhand did it by itself."""

    id: int
    at: datetime
    user_id: int | None
    user_name: str | None
    project_id: int | None
    verb: str
    subject_type: str
    subject_id: int
    detail: Mapping[str, Any]
    source: str | None
    request_id: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events are asked for; whatever is None does not matter.

    `project_ids`: of one of these projects. `since` is included, `until` not.
    """

    project_ids: frozenset[int] | None = None
    person: str | None = None
    verb: str | None = None
    subject_type: str | None = None
    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event of the chain by its number and hash: kept elsewhere, it proves what came before."""

    id: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`checked` events were in order, the last of them was `end`; `fault` is a sentence on the
    first that is not, None if all are."""

    checked: int
    end: Anchor
    fault: str | None = None
