"""What a person hands over to import a template: one zip, or a template file with its blanks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from werkzeug.datastructures import FileStorage

from forms_app.errors import TemplateError
from forms_app.templating.template_archive import unpacked


def read_import(uploads: Iterable[FileStorage]) -> tuple[dict[str, Any], Mapping[str, bytes]]:
    """The template's JSON object and its images by file name.

    A browser hands over files without their folders, so the files that the template names are
    known by their last name alone.

    Raises:
        TemplateError: there is not exactly one template file, or it cannot be read.
    """
    files = _all_files(uploads)
    definitions = [name for name in files if name.lower().endswith(".json")]
    if len(definitions) != 1:
        found = "none" if not definitions else " and ".join(sorted(definitions))
        raise TemplateError(
            "Choose one template file (.json) together with its blank pages, or the zip that "
            f"Fieldhand exported; there was {found} among the files."
        )
    name = definitions[0]
    definition = _parse(name, files.pop(name))
    return _without_folders(definition), files


def _without_folders(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with `image` and `values` named by their last part.

    Raises:
        TemplateError: two different files have the same last name.
    """
    paths: dict[str, str] = {}

    def last_name(path: object) -> object:
        if not isinstance(path, str):
            return path
        name = PurePosixPath(path.replace("\\", "/")).name
        if paths.setdefault(name, path) != path:
            raise TemplateError(
                f"The template names two files called {name}: {paths[name]} and {path}. "
                "Give them different names."
            )
        return name

    def stripped(items: object, key: str) -> object:
        if not isinstance(items, list):
            return items
        return [
            item | {key: last_name(item[key])} if isinstance(item, dict) and key in item else item
            for item in items
        ]

    lists = {"pages": "image", "fields": "values"}
    return {k: stripped(v, lists[k]) if k in lists else v for k, v in definition.items()}


def _all_files(uploads: Iterable[FileStorage]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for upload in uploads:
        name, content = PurePosixPath(upload.filename or "").name, upload.read()
        if name.lower().endswith(".zip"):
            files |= unpacked(name, content)
        elif name:
            files[name] = content
    return files


def _parse(name: str, content: bytes) -> dict[str, Any]:
    try:
        definition = json.loads(content.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise TemplateError(
            f"{name} is no JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except (ValueError, RecursionError) as error:
        # No UTF-8, a number of thousands of digits, or nested too deeply.
        raise TemplateError(f"{name} is no JSON text.") from error
    if not isinstance(definition, dict):
        raise TemplateError(f"{name} must hold one JSON object in braces.")
    return definition
