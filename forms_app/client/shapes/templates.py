"""Form templates, their versions, and work around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from forms_app.client.shapes.base import JsonObject

VersionState: TypeAlias = Literal["draft", "published"]


@dataclass(frozen=True)
class Template:
    """A form template.

    Attributes:
        number: Of its newest version; so are `state` and `version_id`.
        published_version_id: The one for new batches.
    """

    id: int
    name: str
    number: int
    state: VersionState
    version_id: int
    draft_version_id: int | None
    published_version_id: int | None
    field_count: int
    page_count: int
    batches: int
    updated_at: datetime


@dataclass(frozen=True)
class VersionLine:
    """A version of a template, in short."""

    id: int
    number: int
    state: VersionState
    published_at: datetime | None
    batches: int


@dataclass(frozen=True)
class TemplateDetail(Template):
    """A template with all its versions, the newest first."""

    versions: tuple[VersionLine, ...]


@dataclass(frozen=True)
class TemplatePage:
    """A page of a version; `source_name` is the file that its blank came from."""

    number: int
    width_px: int
    height_px: int
    source_name: str


@dataclass(frozen=True)
class Version:
    """A version of a template.

    Attributes:
        revision: Counts the changes of a draft.
        definition: A template file's object without its images (docs/template-file.md).
        problems: What hinders publishing.
    """

    id: int
    template_id: int
    name: str
    number: int
    state: VersionState
    revision: int
    pages: tuple[TemplatePage, ...]
    definition: JsonObject
    problems: tuple[str, ...]
    updated_at: datetime | None
    published_at: datetime | None


@dataclass(frozen=True)
class Finding:
    """Something to change in a template."""

    severity: Literal["must", "should", "note"]
    code: str
    message: str
    advice: str
    field: str | None
    page: int | None


@dataclass(frozen=True)
class Findings:
    """What a check says, the most severe first."""

    findings: tuple[Finding, ...]
