"""The formats that data can leave in: a format is a module with a writer, and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_app.services.crop_archive import write_crops
from forms_app.services.export_csv import write_csv
from forms_app.services.export_json import write_json, write_jsonl
from forms_app.services.export_parquet import write_parquet
from forms_app.services.export_tables import Writer
from forms_app.services.export_xlsx import write_xlsx
from forms_app.services.searchable_pdf import write_pdf
from forms_app.store.states import ExportFormat

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Format:
    """How a file of this format is written and called.

    `ending` is its name's, without the point. `has_columns`: a table, so that the headings and
    columns of a choice say something. `many_as_zip`: with several templates it is a ZIP of files.
    """

    write: Writer
    ending: str
    mime_type: str
    has_columns: bool = True
    many_as_zip: bool = False


FORMATS: Mapping[ExportFormat, Format] = MappingProxyType(
    {
        ExportFormat.CSV: Format(write_csv, "csv", "text/csv; charset=utf-8", many_as_zip=True),
        ExportFormat.XLSX: Format(write_xlsx, "xlsx", XLSX),
        ExportFormat.JSON: Format(write_json, "json", "application/json"),
        ExportFormat.JSONL: Format(write_jsonl, "jsonl", "application/jsonl"),
        ExportFormat.PARQUET: Format(write_parquet, "parquet", PARQUET, many_as_zip=True),
        ExportFormat.PDF: Format(
            write_pdf, "pdf", "application/pdf", has_columns=False, many_as_zip=True
        ),
        ExportFormat.CROPS: Format(write_crops, "zip", "application/zip", has_columns=False),
    }
)
"""In the order in which people are offered them."""
