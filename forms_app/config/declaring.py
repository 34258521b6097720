"""How a setting is declared: once, with its default, what is allowed and what it does."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields
from typing import Any

from forms_app.config.kinds import Kind

METADATA_KEY = "declaration"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of a setting beside its type.

    Attributes:
        kind: Converts what was given and says what is allowed.
        explanation: What it does, in Markdown, for `docs/settings.md`.
        default_words: The default in words, where the value alone would say little.
        is_secret: It is, or may hold, a password: its value is never shown.
    """

    kind: Kind
    explanation: str
    default_words: str = ""
    is_secret: bool = False


def setting(
    default: object,
    kind: Kind,
    explanation: str,
    *,
    default_words: str = "",
    is_secret: bool = False,
) -> Any:
    """A field of a group of settings.

    Args:
        default: Its value when nobody gives one, or a function that finds it.
        kind: See `Declaration`.
        explanation: See `Declaration`; line breaks and indents of the source do not count.
        default_words: See `Declaration`.
        is_secret: See `Declaration`.
    """
    words = " ".join(explanation.split())
    declaration = Declaration(kind, words, default_words, is_secret)
    # A secret stays out of logs and tracebacks.
    options: Any = {"repr": not is_secret, "metadata": {METADATA_KEY: declaration}}
    return (
        field(default_factory=default, **options)
        if callable(default)
        else field(default=default, **options)
    )


def declarations(group: type) -> dict[str, Declaration]:
    """The settings that a group (or all of `Settings`) declares, by name."""
    return {item.name: declaration_of(item) for item in fields(group)}


def declaration_of(item: Field[Any]) -> Declaration:
    """The declaration of one field.

    Raises:
        TypeError: The field was not made by `setting`.
    """
    declaration = item.metadata.get(METADATA_KEY)
    if not isinstance(declaration, Declaration):
        raise TypeError(f"Declare the setting {item.name} with `setting(...)` in its group.")
    return declaration
