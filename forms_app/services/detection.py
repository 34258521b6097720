"""Proposes the fields of a draft's blank page; nothing is changed until a person accepts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms_app.services.application import Application
from forms_app.services.images import decode_grey
from forms_app.services.printed_words import text_of
from forms_app.services.templates import get_version, page_image
from forms_app.templating.detection import detect_fields
from forms_app.templating.field_rules import field_to_json
from forms_app.templating.label_reading import NoReader, best_reader


@dataclass(frozen=True, slots=True)
class Proposals:
    """Fields of a page as a template file has them; `are_named` is False where nothing can read."""

    fields: tuple[dict[str, Any], ...]
    are_named: bool


def propose_fields(app: Application, version_id: int, page_number: int) -> Proposals:
    """What is printed on a page to be filled in, in reading order; about a second.

    Raises:
        NotFoundError: There is no such version or page.
    """
    version = get_version(app, version_id)
    png = page_image(app, version_id, page_number)
    text = text_of(png)
    reader = best_reader(text.words)
    taken = [str(field.get("name", "")) for field in version.definition["fields"]]
    fields = detect_fields(decode_grey(png), text.dpi, page_number, reader, taken)
    found = tuple(dict(field_to_json(field)) for field in fields)
    return Proposals(found, not isinstance(reader, NoReader))
