"""Names that people type."""

from __future__ import annotations

from forms_app.errors import UserError

MAX_LENGTH = 200


def clean_name(name: str, thing: str) -> str:
    """`name` on one line without outer blanks.

    Raises:
        UserError: Nothing is left, or it is longer than 200 characters.
    """
    cleaned = printable(" ".join(name.split()))
    if not cleaned:
        raise UserError(f"Give the {thing} a name.")
    if len(cleaned) > MAX_LENGTH:
        raise UserError(f"The name of the {thing} is longer than {MAX_LENGTH} characters.")
    return cleaned


def clean_file_name(name: str) -> str:
    """The last part of an uploaded file's name, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return printable(last).strip()[-MAX_LENGTH:] or "unnamed file"


def clean_file_path(name: str) -> str:
    """A file's name with the folders it lies in, `/` between them; the end of a very long one.

    Of an absolute path only the name is kept: whose folders those are is nobody's business.
    """
    parts = name.replace("\\", "/").split("/")
    if not parts[0] or ":" in parts[0]:
        return clean_file_name(name)
    cleaned = [printable(part).strip() for part in parts]
    kept = "/".join(part for part in cleaned if part.strip("."))
    return kept[-MAX_LENGTH:].lstrip("/") or "unnamed file"


def printable(text: str) -> str:
    """`text` without control characters: PostgreSQL keeps no NUL, and nobody means any."""
    return "".join(character for character in text if character.isprintable())
