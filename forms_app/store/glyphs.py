"""Glyphs as rows: the characters in the readings' JSON, and the boxes of marks, taken apart in SQL.

So that only counts, or the glyphs of one sheet, leave the database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Integer,
    String,
    and_,
    case,
    cast,
    column,
    func,
    values,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from forms_app.reading.form_template import FieldKind
from forms_app.reading.types import Outcome
from forms_app.store.base import Key
from forms_app.store.models import (
    BatchRow,
    ReadingRow,
    SubmissionFieldRow,
    SubmissionRow,
    TemplateFieldRow,
)

Field, Reading = SubmissionFieldRow, ReadingRow
WRITTEN_ON_SHEETS = (FieldKind.DIGITS, FieldKind.NUMBER, FieldKind.DATE)
TICKED, EMPTY = "ticked", "empty"


@dataclass(frozen=True, slots=True)
class MarkBox:
    """A box of a template's mark or choice. `value` is what the field says when it is ticked: True,
    or the option's value."""

    version_id: int
    field_name: str
    place: int
    value: str | bool


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One row for each glyph: where from, and what it was read as."""

    tables: tuple[Any, ...]
    character: ColumnElement[str]
    probability: ColumnElement[float]
    place: ColumnElement[int]
    conditions: tuple[ColumnElement[bool], ...]


def _fields_joined() -> FromClause:
    return (
        Field.__table__.join(Reading.__table__, Reading.id == Field.reading_id)
        .join(SubmissionRow.__table__, SubmissionRow.id == Field.submission_id)
        .join(BatchRow.__table__, BatchRow.id == Field.batch_id)
    )


def version_of_field() -> ColumnElement[int]:
    """The template's version of a form: its own, else the batch's first."""
    return func.coalesce(SubmissionRow.version_id, BatchRow.version_id)


def written_glyphs(session: Session) -> Glyphs:
    """The characters of digits, numbers and dates that could be read."""
    template_field = and_(
        TemplateFieldRow.version_id == version_of_field(), TemplateFieldRow.name == Field.field_name
    )
    joined = _fields_joined().join(TemplateFieldRow.__table__, template_field)
    unnest = _unnest_jsonb if session.get_bind().dialect.name == "postgresql" else _unnest_json
    each, character, probability, place, has_box = unnest()
    kinds = TemplateFieldRow.kind.in_(WRITTEN_ON_SHEETS)
    is_read = Reading.outcome == Outcome.READ
    return Glyphs((joined, each), character, probability, place, (kinds, is_read, has_box))


def _unnest_jsonb() -> tuple[Any, ...]:
    """PostgreSQL's row for each character: table, value, probability, place, whether it has ink."""
    each = (
        func.jsonb_array_elements(Reading.characters)
        .table_valued(column("one", JSONB), with_ordinality="number", joins_implicitly=True)
        .render_derived(name="each_character")
    )
    one = each.c.one
    place = cast(each.c.number - 1, Integer)
    has_box = func.jsonb_typeof(one["box"]) == "array"
    return each, one["value"].astext, cast(one["probability"].astext, Float(53)), place, has_box


def _unnest_json() -> tuple[Any, ...]:
    """The same of SQLite."""
    each = func.json_each(Reading.characters).table_valued(
        column("key", Integer), "value", joins_implicitly=True, name="each_character"
    )

    def part(path: str, kind: type[Any]) -> ColumnElement[Any]:
        return func.json_extract(each.c.value, path, type_=kind())

    has_box = part("$.box", String).is_not(None)
    return each, part("$.value", String), part("$.probability", Float), each.c.key, has_box


def mark_glyphs(session: Session, boxes: Sequence[MarkBox]) -> Glyphs:
    """A box is ticked where the JSON of its value stands in that of the field's value."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    rows = [
        (
            box.version_id,
            box.field_name,
            box.place,
            json.dumps(box.value, ensure_ascii=not is_postgres),
        )
        for box in boxes
    ]
    table = (
        values(
            column("version_id", Key),
            column("name", String),
            column("place", Integer),
            column("written", String),
            name="mark_boxes",
        )
        .data(rows)
        .cte("mark_boxes")
    )
    box_of_field = and_(table.c.version_id == version_of_field(), table.c.name == Field.field_name)
    found = (func.strpos if is_postgres else func.instr)(
        cast(Reading.value, String), table.c.written
    )
    return Glyphs(
        (_fields_joined().join(table, box_of_field),),
        case((func.coalesce(found, 0) > 0, TICKED), else_=EMPTY),
        Reading.confidence.expression,
        table.c.place,
        (Reading.outcome.in_((Outcome.READ, Outcome.BLANK)),),
    )
