"""The first rows of an export, for whoever chooses what is to be in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import select

from forms_app.services.application import Application
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_cells import text_of
from forms_app.services.export_formats import FORMATS
from forms_app.services.export_json import json_lines
from forms_app.services.export_planning import plan_tables
from forms_app.services.export_tables import ExportTable, ExportWork, columns_of
from forms_app.services.exported_forms import iter_records, table_of
from forms_app.store.exported_batches import batches_of_template, count_wanted, is_wanted
from forms_app.store.models import BatchRow
from forms_app.store.states import ExportFormat

ROWS = 5
JSON_FORMATS = (ExportFormat.JSON, ExportFormat.JSONL)


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """The first rows of a template's table, as text."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`forms` will be exported.

    For JSON there is `json`, the first form, instead of `tables`; neither for pictures.
    """

    forms: int
    tables: tuple[PreviewTable, ...]
    json: str


def preview_export(
    app: Application,
    export_format: str,
    choice: ExportChoice,
    *,
    batch_ids: Sequence[int] = (),
    template_id: int | None = None,
) -> Preview:
    """What `request_export`, or `request_export_of_many`, would write first.

    Raises:
        UserError: The choice does not suit the template.
    """
    if template_id is not None:
        choice = replace(choice, template_id=template_id)
    of_all = template_id is not None and not batch_ids
    batches = (
        batches_of_template(template_id)
        if template_id is not None and of_all
        else select(BatchRow.id).where(BatchRow.id.in_(batch_ids))
    )
    with app.session() as session:
        asked = plan_tables(session, batches, choice)
        versions = [version_id for table in asked for version_id in table.plans]
        wanted = is_wanted(versions, choice.finished_only, choice.since, choice.until)
        forms, _ = count_wanted(session, batches, wanted)
    if not FORMATS[ExportFormat(export_format)].has_columns:
        return Preview(forms, (), "")
    tables = [table_of(each, islice(iter_records(app, each, ROWS), ROWS)) for each in asked]
    if export_format in JSON_FORMATS:
        return Preview(forms, (), _first_of_json(ExportWork(app, choice, tables)))
    return Preview(forms, tuple(_shown(table, choice) for table in tables), "")


def _shown(table: ExportTable, choice: ExportChoice) -> PreviewTable:
    columns = columns_of(table, choice)
    return PreviewTable(
        name=table.name,
        headings=tuple(column.heading for column in columns),
        rows=tuple(
            tuple(text_of(column.cell(record), column.kind, choice) for column in columns)
            for record in table.records
        ),
    )


def _first_of_json(work: ExportWork) -> str:
    line = next(json_lines(work), b"")
    return json.dumps(json.loads(line), ensure_ascii=False, indent=2) if line else ""
