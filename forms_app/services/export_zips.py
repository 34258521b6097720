"""Formats whose file holds one table: several templates are a ZIP with a file each."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import IO

from forms_app.services.dto.export_choices import ExportChoice
from forms_app.services.export_names import unused_name
from forms_app.services.export_tables import ExportTable, ExportWork

TableWriter = Callable[[IO[bytes], ExportTable, ExportChoice], int]


def write_each(out: IO[bytes], work: ExportWork, ending: str, write: TableWriter) -> int:
    """One table into `out` itself, several into a ZIP; returns how many forms."""
    if len(work.tables) == 1:
        return write(out, work.tables[0], work.choice)
    names: set[str] = set()
    total = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in work.tables:
            name = f"{unused_name(table.name, names)}.{ending}"
            with archive.open(name, "w", force_zip64=True) as entry:
                total += write(entry, table, work.choice)
    return total
