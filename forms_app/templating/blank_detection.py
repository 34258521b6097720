"""From the file of a blank form, PDF or image, to a proposed template file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from forms_app.reading.form_template import FormField, FormTemplate, TemplatePage
from forms_app.reading.intake import FileKind, IntakeLimits, open_pages, sniff
from forms_app.reading.pdf_words import pdf_words
from forms_app.templating.detection import detect_fields
from forms_app.templating.label_reading import NoReader, best_reader
from forms_app.templating.template_file import dump_template


@dataclass(frozen=True, slots=True)
class DetectedTemplate:
    """A template file's JSON object; on `unread_pages` no label of a field could be read."""

    definition: dict[str, Any]
    unread_pages: tuple[int, ...]


def detect_template(data: bytes, name: str) -> DetectedTemplate:
    """A proposed template of all pages of a blank; about a second a page.

    Args:
        data: the file's bytes: PDF, PNG, JPEG, TIFF, ...
        name: its name, which the template gives as the image of its pages.

    Raises:
        IntakeError: the file cannot be read; the message says why.
    """
    limits = IntakeLimits()
    is_pdf = sniff(data, name) is FileKind.PDF
    pages: list[TemplatePage] = []
    fields: list[FormField] = []
    unread_pages: list[int] = []
    for page in open_pages(data, name, limits):
        height, width = page.grey.shape
        words = pdf_words(data, name, page.number, limits.pdf_dpi) if is_pdf else ()
        reader = best_reader(words)
        pages.append(TemplatePage(page.number, width, height, name, page.number))
        taken = [field.name for field in fields]
        found = detect_fields(page.grey, page.dpi, page.number, reader, taken)
        if found and isinstance(reader, NoReader):
            unread_pages.append(page.number)
        fields += found
    title = PurePath(name).stem.replace("_", " ").strip() or "New template"
    template = FormTemplate(title, tuple(pages), tuple(fields))
    return DetectedTemplate(dict(dump_template(template)), tuple(unread_pages))
