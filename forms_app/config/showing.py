"""Settings for people's eyes: passwords left out."""

from __future__ import annotations

import re

from forms_app.config.loading import DECLARATIONS
from forms_app.config.settings import Settings

HIDDEN = "***"
# What stands between the user's name and the host, and what follows a question mark.
PASSWORD = re.compile(r"(?<=//)([^/@:]*):[^/]*@")
QUERY = re.compile(r"\?.*")


def shown(settings: Settings, name: str) -> str | int | float:
    """The value of a setting; of a secret only what is none: an address without its password."""
    value = getattr(settings, name)
    if not isinstance(value, int | float):
        value = str(value)
    return without_secrets(value) if value and DECLARATIONS[name].is_secret else value


def without_secrets(value: str) -> str:
    """An address without password and query; anything else is hidden altogether."""
    if "://" not in value:
        return HIDDEN
    return QUERY.sub(f"?{HIDDEN}", PASSWORD.sub(rf"\1:{HIDDEN}@", value))
