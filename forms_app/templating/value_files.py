"""The values file of a field: one value a line, or the first column of a CSV file."""

from __future__ import annotations

from pathlib import Path, PurePath

from forms_app.errors import ValueListError
from forms_app.templating.json_reader import ObjectReader
from forms_app.templating.value_tables import rows_of


def read_values(name: str, folder: Path | None, reader: ObjectReader) -> tuple[str, ...]:
    """The distinct values of a file in file order; what is wrong becomes a problem of `reader`.

    Args:
        name: the file's name, relative to the template's folder.
        folder: the template's folder; None where the template did not come from a folder.
        reader: the field that names the file.
    """
    if folder is None:
        reader.problem(f"the values file '{name}' cannot be read here; list the values instead.")
        return ()
    if not _lies_beside(name):
        # Somebody else's template would read a file of whoever opens it.
        reader.problem(f"the values file {name!r} must lie beside the template or below.")
        return ()
    path = folder / name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        reader.problem(f"there is no values file {path}.")
        return ()
    except (OSError, UnicodeDecodeError) as error:
        reader.problem(f"the values file {path} cannot be read as UTF-8 text: {error}.")
        return ()
    try:
        values = tuple(dict.fromkeys(value for value in _first_column(path, text) if value))
    except ValueListError as error:
        reader.problem(f"the values file {path} cannot be used: {error.message}")
        return ()
    if not values:
        reader.problem(f"the values file {path} holds no value.")
    return values


def _lies_beside(name: str) -> bool:
    path = PurePath(name)
    return not path.is_absolute() and ".." not in path.parts and "\x00" not in name


def _first_column(path: Path, text: str) -> list[str]:
    if path.suffix.lower() != ".csv":
        return [line.strip() for line in text.splitlines()]
    return [row[0] for row in rows_of(text)]
