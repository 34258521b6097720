"""The erasure of one form, and its proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure; `certificate` says what was deleted, without any content of it."""

    id: int
    submission_id: int
    batch_id: int
    user_name: str
    reason: str
    erased_at: datetime
    certificate: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """What is left of an erased form.

    Attributes:
        rows: Tables that have rows of it, with how many.
        files: Hashes of its files that are still kept though no other row needs them.
        shared: Hashes of files that are kept because other rows have the same content.
    """

    rows: Mapping[str, int]
    files: tuple[str, ...]
    shared: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing of it is left here."""
        return not self.rows and not self.files
