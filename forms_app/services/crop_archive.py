"""Exports as a ZIP of pictures: a crop of each field, and an index of them."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO

from forms_app.cells import cell_text, without_formula
from forms_app.reading.form_template import FormField
from forms_app.reading.types import GreyImage
from forms_app.services.export_records import ExportField, ExportRecord
from forms_app.services.export_tables import ExportTable, ExportWork
from forms_app.services.form_pictures import FormPages, PageFinder, file_name, safe_name
from forms_app.services.images import encode_png
from forms_app.services.review_images import shown_area
from forms_app.services.zip_writing import CHUNK_BYTES, ZipWriter, zip_writer

SPOOL_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class _Line:
    """A field in the index; `image` is its picture in the ZIP, empty where its page is missing."""

    image: str
    batch: str
    file: str
    form: int
    form_id: int
    template: str
    field: str
    value: str
    outcome: str
    confidence: float
    needs_review: bool
    provenance: str


def write_crops(out: IO[bytes], work: ExportWork) -> int:
    """`FORM/FIELD.png` for each field, then `index.csv` and `index.jsonl`. Returns the forms.

    Raises:
        StorageDamagedError, StorageUnavailableError: A page cannot be had.
    """
    finder, count = PageFinder(work.app), 0
    with (
        zip_writer(out) as archive,
        tempfile.SpooledTemporaryFile(SPOOL_BYTES) as index,
    ):
        for table in work.tables:
            for record in table.records:
                for line in _add_form(archive, finder.pages_of(record), table, record):
                    index.write(json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n")
                count += 1
        index.seek(0)
        archive.add_packed("index.csv", _as_csv(index))
        index.seek(0)
        archive.add_packed("index.jsonl", iter(lambda: index.read(CHUNK_BYTES), b""))
    return count


def _add_form(
    archive: ZipWriter, pages: FormPages, table: ExportTable, record: ExportRecord
) -> Iterator[_Line]:
    chosen = {field.name for field in table.fields} & record.fields.keys()
    names = _file_names(pages)
    for page in pages.template.pages:
        fields = [each for each in pages.template.fields_on(page.number) if each.name in chosen]
        grey = pages.picture(page.number) if fields else None
        for field in fields:
            image = ""
            if grey is not None:
                image = f"{file_name(record)}/{names[field.name]}.png"
                archive.add(image, _crop(field, grey))
            yield _line(image, record, field, record.fields[field.name])


def _crop(field: FormField, grey: GreyImage) -> bytes:
    height, width = grey.shape
    rows, columns = shown_area(field, width, height).as_slices()
    return encode_png(grey[rows, columns])


def _file_names(pages: FormPages) -> Mapping[str, str]:
    """A file's name for each field; capitals tell none apart where Windows unpacks it."""
    found: dict[str, str] = {}
    for field in pages.template.fields:
        name, number = safe_name(field.name), 1
        while name.casefold() in found:
            number += 1
            name = f"{safe_name(field.name)}-{number}"
        found[name.casefold()] = name
    return dict(zip((field.name for field in pages.template.fields), found.values(), strict=True))


def _line(image: str, record: ExportRecord, field: FormField, found: ExportField) -> _Line:
    return _Line(
        image=image,
        batch=record.batch,
        file=record.source,
        form=record.number,
        form_id=record.form_id,
        template=record.template,
        field=field.name,
        value=cell_text(found.value),
        outcome=found.outcome,
        confidence=round(found.confidence, 6),
        needs_review=found.needs_review,
        provenance=found.provenance,
    )


def _as_csv(index: IO[bytes]) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_Line.__dataclass_fields__)
    for line in index:
        values = json.loads(line).values()
        writer.writerow([without_formula(_word(value)) for value in values])
        if text.tell() > CHUNK_BYTES:
            yield _taken(text)
    yield _taken(text)


def _word(value: str | int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data
