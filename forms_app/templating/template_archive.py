"""A template as one file, `NAME.fieldhand.zip`: template file, blanks and value lists."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from forms_app.errors import TemplateError
from forms_app.reading.archives import METHODS

ENDING = ".fieldhand.zip"
MAX_UNPACKED_BYTES = 500_000_000
MAX_ZIP_ENTRIES = 1_000
# What zipfile raises of damaged directories and bytes; RuntimeError: it asks for a password.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError)


def unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """The files of a zip by their last name; folders inside it do not matter.

    Raises:
        TemplateError: It is damaged, protected by a password, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.filename.endswith("/")]
            size = sum(entry.file_size for entry in entries)
            if size > MAX_UNPACKED_BYTES or len(entries) > MAX_ZIP_ENTRIES:
                raise TemplateError(f"{name} unpacks to more than a template can be.")
            return {_last_name(name, entry): archive.read(entry) for entry in entries}
    except _DAMAGE as error:
        raise TemplateError(
            f"{name} cannot be unpacked; it is damaged or protected by a password."
        ) from error


def _last_name(archive: str, entry: zipfile.ZipInfo) -> str:
    """The file's name without its folders.

    Raises:
        TemplateError: it has none, or is packed in a way that may take any memory to unpack.
    """
    name = PurePosixPath(entry.filename).name
    if name in ("", "..") or entry.compress_type not in METHODS:
        raise TemplateError(
            f"{archive} holds a file that no template has ({entry.filename[:80]!r}). ZIP the "
            "template again with your system's own program."
        )
    return name


@contextmanager
def opened_template(path: Path) -> Iterator[Path]:
    """The template file to read: `path` itself, or the one inside of a zip, its blanks beside it.

    Raises:
        TemplateError: The zip cannot be read, or holds not exactly one template file.
    """
    if path.suffix.lower() != ".zip":
        yield path
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TemplateError(f"The template {path} cannot be read: {error.strerror}.") from error
    files = unpacked(path.name, content)
    definitions = [name for name in files if name.lower().endswith(".json")]
    if len(definitions) != 1:
        raise TemplateError(
            f"{path} holds {len(definitions)} template files (.json); it must hold one."
        )
    with TemporaryDirectory(prefix="fieldhand-") as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        yield Path(folder, definitions[0])
