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


def printable(text: str) -> str:
    """`text` without control characters: PostgreSQL keeps no NUL, and nobody means any."""
    return "".join(character for character in text if character.isprintable())
