"""Exports as workbooks of Excel."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import IO, Any

import xlsxwriter

from forms_app.errors import UserError
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_cells import text_of, typed
from forms_app.services.export_names import unused_name
from forms_app.services.export_tables import (
    Cell,
    CellKind,
    Column,
    ExportTable,
    ExportWork,
    columns_of,
)

# Of a sheet; what comes after goes on the next one.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
# The first that Excel counts days from without its error of 1900.
FIRST_DAY = date(1900, 3, 1)


def write_xlsx(out: IO[bytes], work: ExportWork) -> int:
    """A sheet a template, and another for each million rows.

    All is text, so that leading zeros and dates survive; `typed` writes numbers, dates and truth
    values as such. Text is never taken for a formula or link.

    Raises:
        UserError: There are more columns than a sheet holds.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # Rows wait in files of a folder that goes whatever happens.
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(out, options | {"tmpdir": folder})
        book.use_zip64()
        try:
            total = _write_book(book, work)
        except BaseException:
            _close_files(book)
            raise
    return total


def _write_book(book: Any, work: ExportWork) -> int:
    sheets = _Sheets(book, work.choice)
    is_single = len(work.tables) == 1
    total = sum(sheets.write(table, "Forms" if is_single else table.name) for table in work.tables)
    book.close()
    return total


def _close_files(book: Any) -> None:
    """XlsxWriter closes them only when the book is written."""
    for sheet in book.worksheets():
        sheet.row_data_fh.close()


class _Sheets:
    """The sheets of a workbook, one after the other."""

    def __init__(self, book: Any, choice: ExportChoice) -> None:
        self._book, self._choice = book, choice
        self._names: set[str] = set()
        self._bold = book.add_format({"bold": True})
        form = choice.dates.lower()
        self._day = book.add_format({"num_format": form})
        self._time = book.add_format({"num_format": " ".join((form, "hh:mm:ss"))})

    def write(self, table: ExportTable, name: str) -> int:
        """Returns how many rows of data."""
        columns = columns_of(table, self._choice)
        if len(columns) > MOST_COLUMNS:
            raise UserError(
                f"Excel holds {MOST_COLUMNS} columns, these would be {len(columns)}; choose fewer "
                "fields, or export as CSV."
            )
        sheet, row, total = self._new_sheet(name, columns), 0, 0
        for record in table.records:
            row, total = row + 1, total + 1
            if row == MOST_ROWS:
                sheet, row = self._new_sheet(name, columns), 1
            for place, column in enumerate(columns):
                self._write_cell(sheet, row, place, column.cell(record), column.kind)
        return total

    def _new_sheet(self, name: str, columns: Sequence[Column]) -> Any:
        sheet = self._book.add_worksheet(unused_name(name, self._names))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.heading, self._bold)
        return sheet

    def _write_cell(self, sheet: Any, row: int, place: int, cell: Cell, kind: CellKind) -> None:
        meant = typed(cell, kind) if self._choice.typed else None
        if isinstance(meant, bool):
            sheet.write_boolean(row, place, meant)
        elif isinstance(meant, int | float):
            sheet.write_number(row, place, meant)
        elif isinstance(meant, datetime):
            sheet.write_datetime(row, place, meant.astimezone(UTC).replace(tzinfo=None), self._time)
        elif isinstance(meant, date) and meant >= FIRST_DAY:
            sheet.write_datetime(row, place, meant, self._day)
        else:
            text = text_of(cell, kind, self._choice)
            sheet.write_string(row, place, text[:LONGEST_TEXT])
