"""What of a batch is still to be looked at on sheets of one character.

Measured with 100,000 fields: see docs/review.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager

from forms_app.store.glyph_checks import is_check_of_reading
from forms_app.store.glyphs import Glyphs, MarkBox, mark_glyphs, version_of_field, written_glyphs
from forms_app.store.models import (
    BatchRow,
    FileRow,
    GlyphCheckRow,
    PageRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
)
from forms_app.store.review_scopes import FIRST_LOOK
from forms_app.store.states import FieldState

Field, Reading, Check = SubmissionFieldRow, ReadingRow, GlyphCheckRow


class SheetSource(StrEnum):
    """doubtful: of fields that wait for a person · all: of accepted fields too."""

    DOUBTFUL = "doubtful"
    ALL = "all"


class GlyphPlace(NamedTuple):
    """A glyph in the order of its sheet: least sure first. `place` counts the reading's
    characters, or the field's boxes, from 0."""

    probability: float
    field_id: int
    place: int


class GlyphCount(NamedTuple):
    """Glyphs of one character that nobody has looked at; `doubtful` of them are below the limit."""

    left: int
    doubtful: int


def count_characters(
    session: Session, batch_id: int, source: SheetSource, doubtful_below: float
) -> dict[str, GlyphCount]:
    """For each character of digits, numbers and dates, what is left to look at."""
    return _count(session, written_glyphs(session), batch_id, source, doubtful_below)


def count_marks(
    session: Session,
    batch_id: int,
    source: SheetSource,
    doubtful_below: float,
    boxes: Sequence[MarkBox],
) -> dict[str, GlyphCount]:
    """The same of boxes, by `TICKED` and `EMPTY`."""
    if not boxes:
        return {}
    return _count(session, mark_glyphs(session, boxes), batch_id, source, doubtful_below)


def next_characters(
    session: Session,
    batch_id: int,
    source: SheetSource,
    character: str,
    after: GlyphPlace | None,
    limit: int,
) -> list[GlyphPlace]:
    """The glyphs of `character` to look at next, after the place `after`."""
    return _next(session, written_glyphs(session), batch_id, source, character, after, limit)


def next_marks(
    session: Session,
    batch_id: int,
    source: SheetSource,
    character: str,
    after: GlyphPlace | None,
    limit: int,
    boxes: Sequence[MarkBox],
) -> list[GlyphPlace]:
    """The boxes read as `character` (`TICKED` or `EMPTY`) to look at next."""
    if not boxes:
        return []
    glyphs = mark_glyphs(session, boxes)
    return _next(session, glyphs, batch_id, source, character, after, limit)


def _count(
    session: Session, glyphs: Glyphs, batch_id: int, source: SheetSource, doubtful_below: float
) -> dict[str, GlyphCount]:
    doubtful = func.sum(case((glyphs.probability < doubtful_below, 1), else_=0))
    query = _left(select(glyphs.character, func.count(), doubtful), glyphs, batch_id, source)
    rows = session.execute(query.group_by(glyphs.character))
    return {character: GlyphCount(left, int(doubt)) for character, left, doubt in rows}


def _next(
    session: Session,
    glyphs: Glyphs,
    batch_id: int,
    source: SheetSource,
    character: str,
    after: GlyphPlace | None,
    limit: int,
) -> list[GlyphPlace]:
    order = (glyphs.probability, Field.id, glyphs.place)
    query = _left(select(*order), glyphs, batch_id, source).where(glyphs.character == character)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*map(literal, after)))
    return [GlyphPlace(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def _left(
    query: Select[*tuple[Any, ...]], glyphs: Glyphs, batch_id: int, source: SheetSource
) -> Select[*tuple[Any, ...]]:
    """`query` of what nobody has looked at and nobody has decided."""
    waits = and_(Field.state == FieldState.OPEN, Field.stage.in_(FIRST_LOOK))
    accepted = Field.state == FieldState.ACCEPTED
    return query.select_from(*glyphs.tables).where(
        Field.batch_id == batch_id,
        Field.decision_id.is_(None),
        waits if source is SheetSource.DOUBTFUL else or_(waits, accepted),
        *glyphs.conditions,
        ~exists().where(is_check_of_reading(), Check.place == glyphs.place),
    )


def readings_of_page(session: Session, page_id: int) -> dict[str, Any]:
    """The characters, as they are stored, of each field whose reading of this page counts."""
    rows = session.execute(
        select(Field.field_name, Reading.characters)
        .join(Reading, Reading.id == Field.reading_id)
        .where(Reading.page_id == page_id)
    )
    return dict(rows.all())


class ShownGlyph(NamedTuple):
    """What a tile needs to know of its field; `page_hash` is that of the page as it is laid."""

    row: SubmissionFieldRow
    version_id: int
    file_name: str
    file_pages: int | None
    form_number: int
    page_id: int
    page_hash: str


def shown_glyphs(session: Session, places: Sequence[GlyphPlace]) -> dict[int, ShownGlyph]:
    """The fields of `places` by id, with their readings; those whose page is gone are left out."""
    rows = session.execute(
        select(
            Field,
            version_of_field(),
            FileRow.name,
            FileRow.page_count,
            SubmissionRow.number,
            PageRow.id,
            func.coalesce(PageRow.aligned_hash, ""),
        )
        .join(Reading, Reading.id == Field.reading_id)
        .join(SubmissionRow, SubmissionRow.id == Field.submission_id)
        .join(BatchRow, BatchRow.id == Field.batch_id)
        .join(FileRow, FileRow.id == SubmissionRow.file_id)
        .join(PageRow, PageRow.id == Reading.page_id)
        .where(
            Field.id.in_({place.field_id for place in places}), PageRow.aligned_hash.is_not(None)
        )
        .options(contains_eager(Field.reading))
    )
    return {row[0].id: ShownGlyph(*row) for row in rows}
