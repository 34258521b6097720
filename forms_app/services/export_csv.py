"""Exports as CSV."""

from __future__ import annotations

import csv
import io
from typing import IO

from forms_app.cells import without_formula
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_cells import text_of
from forms_app.services.export_tables import ExportTable, ExportWork, columns_of
from forms_app.services.export_zips import write_each


def write_csv(out: IO[bytes], work: ExportWork) -> int:
    """One row per submission, one column per field, as RFC 4180 but for the chosen separator.

    Several templates have columns of their own: a ZIP with one CSV each.
    """
    return write_each(out, work, "csv", _write_rows)


def _write_rows(out: IO[bytes], table: ExportTable, choice: ExportChoice) -> int:
    text = io.TextIOWrapper(out, encoding=choice.encoding, newline="", write_through=True)
    writer = csv.writer(text, delimiter=choice.separator)
    columns = columns_of(table, choice)
    writer.writerow([without_formula(column.heading) for column in columns])
    count = 0
    for record in table.records:
        cells = (text_of(column.cell(record), column.kind, choice) for column in columns)
        writer.writerow([without_formula(cell) for cell in cells])
        count += 1
    text.detach()
    return count
