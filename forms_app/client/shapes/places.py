"""Who asks, where, and whether Fieldhand works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["designer", "operator", "reviewer", "supervisor", "auditor"]
Permission: TypeAlias = Literal[
    "see",
    "see_sensitive",
    "design",
    "intake",
    "review",
    "supervise",
    "export",
    "audit",
    "administer",
]


@dataclass(frozen=True)
class Me:
    """Who asks, and what they may do in the token's project with it."""

    user_id: int
    user_name: str
    is_admin: bool
    project_id: int
    roles: tuple[Role, ...]
    permissions: tuple[Permission, ...]
    token_id: int | None
    token_name: str | None


@dataclass(frozen=True)
class Project:
    """What separates templates, batches and people; nobody works in it since `archived_at`."""

    id: int
    name: str
    created_at: datetime
    archived_at: datetime | None
    templates: int
    batches: int
    people: int


@dataclass(frozen=True)
class Health:
    """Which of the parts that Fieldhand stands on answer."""

    database: bool
    files: bool
    broker: bool
    is_well: bool
