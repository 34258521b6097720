"""Exports as searchable PDF: each form's straightened scan, with the values as invisible text."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import IO

import numpy as np

from forms_app.errors import UserError
from forms_app.services.export_records import ExportRecord
from forms_app.services.export_tables import ExportTable, ExportWork
from forms_app.services.form_pictures import FormPages, PageFinder, file_name
from forms_app.services.pdf_images import pdf_image
from forms_app.services.pdf_text import PlacedText
from forms_app.services.pdf_writing import PdfPage, PdfWriter
from forms_app.services.value_places import Characters, placed_texts
from forms_app.services.zip_writing import zip_writer
from forms_app.templating.paper_size import mm_per_px

POINTS_PER_MM = 72 / 25.4
NOTHING_PX = (2480, 3508)
TOO_LARGE = (
    "All these forms are more than one PDF can hold; have a PDF made for each form, or export "
    "fewer."
)


def write_pdf(out: IO[bytes], work: ExportWork) -> int:
    """One PDF of all forms with a bookmark each, or a ZIP with a PDF of each. Returns the forms.

    Raises:
        UserError: One PDF cannot hold as many.
        StorageDamagedError, StorageUnavailableError: A page cannot be had.
    """
    return _write_apart(out, work) if work.choice.file_each else _write_together(out, work)


def _write_together(out: IO[bytes], work: ExportWork) -> int:
    writer, finder, count = PdfWriter(out), PageFinder(work.app), 0
    for table in work.tables:
        for record in table.records:
            for page in _pages(finder, table, record):
                writer.add(page)
            count += 1
            if writer.is_full:
                raise UserError(TOO_LARGE)
    if not writer.page_count:
        writer.add(_empty_page())  # A PDF without any is one that nobody can open.
    writer.close()
    return count


def _write_apart(out: IO[bytes], work: ExportWork) -> int:
    finder, count = PageFinder(work.app), 0
    with zip_writer(out) as archive:
        for table in work.tables:
            for record in table.records:
                archive.add(f"{file_name(record)}.pdf", _one_pdf(finder, table, record))
                count += 1
    return count


def _one_pdf(finder: PageFinder, table: ExportTable, record: ExportRecord) -> bytes:
    whole = io.BytesIO()
    writer = PdfWriter(whole)
    for page in _pages(finder, table, record):
        writer.add(page)
    if not writer.page_count:
        writer.add(_empty_page())
    writer.close()
    return whole.getvalue()


def _pages(finder: PageFinder, table: ExportTable, record: ExportRecord) -> Iterator[PdfPage]:
    pages, spellings = finder.pages_of(record), finder.spellings_of(record)
    title = f"{record.source}, {record.number}"
    for number in pages.keys:
        grey = pages.picture(number)
        if grey is None:
            continue
        height_px, width_px = grey.shape
        points = mm_per_px(width_px, height_px) * POINTS_PER_MM
        texts = [
            PlacedText(text.text, text.box.scaled(points))
            for text in _texts(pages, table, record, spellings, number)
        ]
        yield PdfPage(width_px * points, height_px * points, pdf_image(grey), texts, title)
        title = ""


def _texts(
    pages: FormPages,
    table: ExportTable,
    record: ExportRecord,
    spellings: Mapping[str, Characters],
    number: int,
) -> Iterator[PlacedText]:
    chosen = {field.name for field in table.fields}
    for field in pages.template.fields_on(number):
        found = record.fields.get(field.name) if field.name in chosen else None
        if found is not None:
            characters = spellings.get(field.name, ())
            yield from placed_texts(pages.template, field, found.value, characters)


def _empty_page() -> PdfPage:
    width_px, height_px = NOTHING_PX
    points = mm_per_px(width_px, height_px) * POINTS_PER_MM
    white = np.full((1, 1), 255, np.uint8)
    return PdfPage(width_px * points, height_px * points, pdf_image(white))
