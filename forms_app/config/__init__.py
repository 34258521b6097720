"""Every setting, in one frozen object: defaults, then a TOML file, then `FIELDHAND_*` variables.

A setting is declared once, in its group in `groups/`; `make settings` writes the page from there.
"""

from __future__ import annotations

from forms_app.config.loading import Loaded, load_settings, load_with_sources
from forms_app.config.secret_key import load_secret_key
from forms_app.config.settings import Settings
from forms_app.config.sources import PREFIX

__all__ = [
    "PREFIX",
    "Loaded",
    "Settings",
    "load_secret_key",
    "load_settings",
    "load_with_sources",
]
