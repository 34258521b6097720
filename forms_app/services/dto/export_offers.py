"""What can be chosen for an export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OfferedField:
    """A field that can be a column; `label` is what is printed beside it, else its name."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class OfferedTemplate:
    """A template whose forms can be exported; with several versions it has fields of all."""

    id: int
    name: str
    fields: tuple[OfferedField, ...]


@dataclass(frozen=True, slots=True)
class OfferedBatch:
    """A batch that has forms of a template, or is meant to."""

    id: int
    name: str
    created_at: datetime
