"""What people have said of single glyphs. A check counts for the very reading it was made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from forms_app.store.base import utc_now
from forms_app.store.models import GlyphCheckRow, ReadingRow, ReviewNoteRow, SubmissionFieldRow
from forms_app.store.upserts import insert_into

Field, Reading, Check = SubmissionFieldRow, ReadingRow, GlyphCheckRow


@dataclass(frozen=True, slots=True)
class SaidOfGlyph:
    """`place` counts the reading's characters, or the field's boxes, from 0; `character` is as
    what the glyph was read."""

    place: int
    character: str
    is_right: bool


def is_check_of_reading() -> ColumnElement[bool]:
    """Joins a field's checks: those of the reading that counts now, not of one it has replaced."""
    return and_(
        Check.submission_id == Field.submission_id,
        Check.field_name == Field.field_name,
        Check.model_version_id == Reading.model_version_id,
        Check.created_at >= Reading.created_at,
    )


def checks_of(session: Session, field: SubmissionFieldRow) -> dict[int, GlyphCheckRow]:
    """The checks that count for a field's reading, by place."""
    rows = session.scalars(
        select(Check)
        .where(
            Check.submission_id == field.submission_id,
            Check.field_name == field.field_name,
            Check.model_version_id == field.reading.model_version_id,
            Check.created_at >= field.reading.created_at,
        )
        .execution_options(populate_existing=True)
    )
    return {row.place: row for row in rows}


def keep_checks(
    session: Session,
    field: SubmissionFieldRow,
    said: Collection[SaidOfGlyph],
    user_id: int,
) -> None:
    """What a person says of glyphs replaces what was said of them before."""
    rows = [
        {
            "submission_id": field.submission_id,
            "batch_id": field.batch_id,
            "field_name": field.field_name,
            "model_version_id": field.reading.model_version_id,
            "place": each.place,
            "character": each.character,
            "user_id": user_id,
            "is_right": each.is_right,
            "created_at": utc_now(),
        }
        for each in said
    ]
    statement = insert_into(session, Check).values(rows)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["submission_id", "field_name", "model_version_id", "place"],
            set_={name: new[name] for name in ("character", "user_id", "is_right", "created_at")},
        )
    )


def drop_checks(
    session: Session, field: SubmissionFieldRow, places: Collection[int], user_id: int
) -> None:
    """Forget what this person has said of these glyphs."""
    session.execute(
        delete(Check).where(
            Check.submission_id == field.submission_id,
            Check.field_name == field.field_name,
            Check.model_version_id == field.reading.model_version_id,
            Check.place.in_(places),
            Check.user_id == user_id,
        )
    )


def picked_out(session: Session, submission_id: int) -> dict[str, str]:
    """Fields of a form of which a person has picked a glyph out, and what it was read as."""
    rows = session.execute(
        select(Check.field_name, Check.character)
        .join(
            Field,
            and_(Field.submission_id == Check.submission_id, Field.field_name == Check.field_name),
        )
        .join(Reading, Reading.id == Field.reading_id)
        .where(
            Check.submission_id == submission_id, Check.is_right.is_(False), is_check_of_reading()
        )
        .order_by(Check.id)
    )
    return dict(rows.all())


def has_open_note(session: Session, submission_id: int, field_name: str) -> bool:
    """Whether somebody has asked for a look at this field, or at its whole form."""
    note = exists().where(
        ReviewNoteRow.submission_id == submission_id,
        or_(ReviewNoteRow.field_name.is_(None), ReviewNoteRow.field_name == field_name),
        ReviewNoteRow.resolved_at.is_(None),
    )
    return bool(session.scalar(select(note)))
