"""Form templates: their versions, a line of the list, and the jobs around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TemplatePageInfo:
    number: int
    width_px: int
    height_px: int
    blank_key: str
    source_name: str


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a form template.

    `definition` is the template file's object without its images: `{"format", "name", "fields"}`.
    `revision` must be handed back to `save_draft`. `problems` are what hinders publishing.
    """

    id: int
    template_id: int
    name: str
    number: int
    state: str  # draft | published
    revision: int
    pages: tuple[TemplatePageInfo, ...]
    definition: Mapping[str, Any]
    problems: tuple[str, ...] = ()
    updated_at: datetime | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateSummary:
    """A line in the list of templates, of its newest version; batches get the published one."""

    id: int
    name: str
    number: int
    state: str
    version_id: int
    draft_version_id: int | None
    published_version_id: int | None
    published_field_count: int
    published_page_count: int
    field_count: int
    page_count: int
    batches: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateJob:
    """Work around a template that a worker does; `result` is there once `state` is done.

    `kind`: registration | dry_run | blank | detection. `state`: pending | done | failed.
    `steps_total` is 0 until the work has begun; `page_count` images came out of it.
    """

    id: int
    kind: str
    version_id: int | None
    state: str
    request: Mapping[str, Any]
    steps_done: int
    steps_total: int
    result: Mapping[str, Any] | None
    error_message: str | None
    page_count: int
