"""Links that show one picture to whoever has them, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Shown(StrEnum):
    """Which picture. field: a field's crop · image: a page as it is laid · scan: as it came."""

    FIELD = "field"
    IMAGE = "image"
    SCAN = "scan"


@dataclass(frozen=True, slots=True)
class LinkedPicture:
    """One picture. `row_id` is of the page; of a field it is the form's, `field_name` its name."""

    shown: Shown
    row_id: int
    field_name: str = ""

    @property
    def subject(self) -> str:
        """The kind of thing that `row_id` is of, as the audit trail calls it."""
        return "submission" if self.shown is Shown.FIELD else "page"


@dataclass(frozen=True, slots=True)
class ImageLink:
    """A link as it is handed out: what stands in its address, and when it ends (UTC)."""

    signed: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FollowedLink:
    """A link that somebody came with: its picture, the API token it was made with, and for how
    many seconds it goes on."""

    picture: LinkedPicture
    token_id: int
    left_s: int
