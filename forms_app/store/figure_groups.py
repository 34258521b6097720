"""Rows of work, narrowed to an extent and counted in groups.

Days are those of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    String,
    func,
    null,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from forms_app.store.models import BatchRow, SubmissionRow, TemplateVersionRow
from forms_app.store.projects import within

Column = SQLColumnExpression[Any]
NOBODY: Column = null()


class By(StrEnum):
    """A way to divide the figures; `total` does not."""

    TOTAL = "total"
    DAY = "day"
    BATCH = "batch"
    TEMPLATE = "template"
    FIELD = "field"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Extent:
    """What is counted: one batch's, one form template's, one project's (None: of all), what is not
    older than `since`."""

    batch_id: int | None = None
    template_id: int | None = None
    since: datetime | None = None
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to count, with the columns that they are divided and narrowed by."""

    rows: FromClause
    submission_id: Column
    field_name: Column
    at: Column
    user_id: Column = NOBODY
    only: ColumnElement[bool] | None = None


class utc_day(FunctionElement[str]):  # noqa: N801 - stands in SQL as a function does
    """A moment's day as `2026-11-27`."""

    type = String()
    inherit_cache = True


@compiles(utc_day, "sqlite")
def _day_in_sqlite(element: utc_day, compiler: Any, **options: Any) -> str:
    return f"substr({compiler.process(element.clauses, **options)}, 1, 10)"


@compiles(utc_day, "postgresql")
def _day_in_postgres(element: utc_day, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"


def divided(source: Source, by: By, extent: Extent, *columns: Column) -> Select[Any]:
    """The rows of `source` in `extent`: what they are divided by (`key_0` …), then `columns`."""
    query = (
        select(*keys_of(source, by), *columns)
        .select_from(source.rows)
        .outerjoin(SubmissionRow, SubmissionRow.id == source.submission_id)
    )
    if by in (By.TEMPLATE, By.FIELD) or extent.template_id is not None:
        version_id = func.coalesce(SubmissionRow.version_id, BatchRow.version_id)
        # Every form has both; outer joins keep SQLite from walking the forms in their order.
        query = query.outerjoin(BatchRow, BatchRow.id == SubmissionRow.batch_id).outerjoin(
            TemplateVersionRow, TemplateVersionRow.id == version_id
        )
    # What was done by somebody who is gone stays in all other figures.
    by_person = [] if by != By.OPERATOR else [source.user_id.is_not(None)]
    return query.where(*_within(source, extent), *by_person)


def keys_of(source: Source, by: By) -> list[Column]:
    """What rows of `source` are divided by."""
    template_id = TemplateVersionRow.template_id
    keys: dict[By, tuple[Any, ...]] = {
        By.TOTAL: (),
        By.DAY: (utc_day(source.at),),
        By.BATCH: (SubmissionRow.batch_id,),
        By.TEMPLATE: (template_id,),
        By.FIELD: (template_id, source.field_name),
        By.OPERATOR: (source.user_id,),
    }
    return [key.label(f"key_{place}") for place, key in enumerate(keys[by])]


def _within(source: Source, extent: Extent) -> list[ColumnElement[bool]]:
    limits = [] if source.only is None else [source.only]
    limits += within(SubmissionRow.batch_id, extent.batch_id, extent.project_id)
    if extent.template_id is not None:
        limits.append(TemplateVersionRow.template_id == extent.template_id)
    if extent.since is not None:
        limits.append(source.at >= extent.since)
    return limits
