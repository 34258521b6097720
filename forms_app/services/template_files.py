"""Form templates in and out as files: the template file and its blanks."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forms_app.errors import TemplateError
from forms_app.services.application import Application
from forms_app.services.definitions import empty_definition, image_name, template_file
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.images import encode_png, scan_opener
from forms_app.services.loading import load
from forms_app.services.names import clean_name, printable
from forms_app.services.templates import insert_template
from forms_app.store.models import (
    LOCAL_USER_ID,
    MAIN_PROJECT_ID,
    TemplatePageRow,
    TemplateVersionRow,
)
from forms_app.templating.blanks import load_blanks
from forms_app.templating.template_file import dump_template, parse_template

TEMPLATE_NAME = "template.json"


@dataclass(frozen=True, slots=True)
class ReadTemplate:
    """A template file as it is kept: its name, definition without pages, and blanks, stored."""

    name: str
    definition: dict[str, Any]
    pages: list[TemplatePageRow]


def import_template(
    app: Application,
    definition: Mapping[str, Any],
    images: Mapping[str, bytes],
    user_id: int = LOCAL_USER_ID,
    project_id: int = MAIN_PROJECT_ID,
) -> TemplateVersion:
    """A new template with a first draft from a template file, whatever others are called.

    Args:
        definition: The template file's object.
        images: The files that it names (blanks, value lists), by name.

    Raises:
        TemplateError: The definition or a blank is wrong; `problems` has every fault.
    """
    read = read_template(app, definition, images)
    with app.session() as session:
        return insert_template(session, read.name, read.definition, read.pages, user_id, project_id)


def read_template(
    app: Application, definition: Mapping[str, Any], images: Mapping[str, bytes]
) -> ReadTemplate:
    """Check a template file and store its blanks.

    Raises:
        TemplateError: as for `import_template`.
    """
    missing = sorted(set(_named_files(definition)) - set(images))
    if missing:
        raise TemplateError([f"The template names the file {name}; add it." for name in missing])
    with TemporaryDirectory() as folder:
        # Only names that stand for a handed-over file are ever opened, and only in this folder.
        names = {
            name: f"{number}{printable(Path(name).suffix)[:8]}"
            for number, name in enumerate(images)
        }
        for name, data in images.items():
            Path(folder, names[name]).write_bytes(data)
        template = parse_template(_renamed(definition, names), Path(folder))
        blanks = load_blanks(template, Path(folder), scan_opener(app.settings))
    pages = [
        TemplatePageRow(
            number=page.number,
            width_px=page.width_px,
            height_px=page.height_px,
            blank_hash=app.files.put(encode_png(blank)),
            source_name=str(source["image"]),
        )
        for page, blank, source in zip(template.pages, blanks, definition["pages"], strict=True)
    ]
    name = clean_name(template.name, "template")
    written = dump_template(template)
    kept = {key: written[key] for key in ("fields", "rules", "code") if key in written}
    return ReadTemplate(name, empty_definition(name) | kept, pages)


def export_template(app: Application, version_id: int) -> bytes:
    """A ZIP with `template.json` and the blank of each page."""
    with app.session() as session:
        version = load(session, TemplateVersionRow, version_id)
        definition = template_file(version.definition, version.pages)
        blanks = {image_name(page.number): page.blank_hash for page in version.pages}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(TEMPLATE_NAME, json.dumps(definition, ensure_ascii=False, indent=1))
        for name, key in blanks.items():
            archive.writestr(name, app.files.get(key))
    return out.getvalue()


def _named_files(definition: Mapping[str, Any]) -> Iterator[str]:
    for page in _objects(definition, "pages"):
        if isinstance(page.get("image"), str):
            yield page["image"]
    for field in _objects(definition, "fields"):
        if isinstance(field.get("values"), str):
            yield field["values"]


def _renamed(definition: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    renamed = json.loads(json.dumps(definition))
    for page in _objects(renamed, "pages"):
        if isinstance(page.get("image"), str):
            page["image"] = names[page["image"]]
    for field in _objects(renamed, "fields"):
        if isinstance(field.get("values"), str):
            field["values"] = names[field["values"]]
    return dict(renamed)


def _objects(definition: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = definition.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
