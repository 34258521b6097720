"""Scanned pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class LooseField:
    """A field that lies `residual_px` beside its place."""

    label: str
    residual_px: float | None


@dataclass(frozen=True)
class Page:
    """A page of a file: where it lies, where it belongs, and what it waits for.

    Attributes:
        number: Within its file.
        reason: A stable word for what it waits for, else its state.
        template_page: The template's page that it is laid onto.
        residual_px: How far off its print lies, in pixels of the template; None: not laid.
        quarter_turns: By which it was turned upright.
        seen: Give it back with what is done, so that it is done to this.
    """

    page_id: int
    file_id: int
    file_name: str
    number: int
    state: Literal["pending", "aligned", "read", "failed", "held", "dropped"]
    reason: str
    message: str
    version_id: int | None
    template_page: int | None
    submission_id: int | None
    barcode: str | None
    is_laid: bool
    residual_px: float | None
    quarter_turns: int | None
    loose_fields: tuple[LooseField, ...]
    seen: str


@dataclass(frozen=True)
class ImageLink:
    """A link that shows one picture to whoever has it, until `expires_at`."""

    url: str
    expires_at: datetime
