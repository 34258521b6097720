"""How large the database is, and what is in it: everything follows from a row's number.

Forms count from 1 in the order of their batches, `FILE_FORMS` to a file. One batch is huge and is
among the newest, so that it is in every list; the newest batches are not reviewed yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FILE_FORMS = 20
BATCH_FORMS = 1000
AFTER_HUGE = 5
"""Batches that are newer than the huge one."""
FLAGGED_PER_MILLE = 50
FAILED_FILES = 10
"""One file in so many has a page more, which failed."""
LOOSE_PAGES = 500
POSTPONED = 200
PEOPLE = 9


@dataclass(frozen=True, slots=True)
class Part:
    """A batch and the numbers of its forms."""

    batch_id: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shape:
    """`forms` filled forms of `fields` fields each, `huge` of them in one batch. `batch_forms`
    are in each of the others."""

    forms: int
    fields: int = 50
    huge: int = 0
    batch_forms: int = BATCH_FORMS

    @property
    def parts(self) -> tuple[Part, ...]:
        """All batches, the oldest first."""
        return tuple(self._parts())

    @property
    def huge_batch(self) -> Part:
        """The largest one."""
        return max(self.parts, key=lambda part: part.last - part.first)

    @property
    def open_from(self) -> int:
        """From this form on nobody has reviewed anything: the huge batch and what is newer."""
        return self.huge_batch.first

    def _parts(self) -> Iterator[Part]:
        small = (self.forms - self.huge) // self.batch_forms
        before = max(small - AFTER_HUGE, 1)
        sizes = [self.batch_forms] * before
        sizes += ([self.huge] if self.huge else []) + [self.batch_forms] * (small - before)
        first = 1
        for number, size in enumerate(sizes, start=1):
            yield Part(number, first, first + size - 1)
            first += size


def shape_of(forms: int, fields: int = 50) -> Shape:
    """A tenth of the forms lie in the huge batch; numbers are rounded to whole batches.

    Args:
        forms: At least 1,000.
    """
    batch_forms = BATCH_FORMS if forms >= 20 * BATCH_FORMS else 100
    whole = forms // batch_forms * batch_forms
    return Shape(whole, fields, max(whole // 10 // batch_forms, 1) * batch_forms, batch_forms)
