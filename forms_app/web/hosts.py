"""Under which names this server answers: a guard against DNS rebinding.

A hostile web page can have its own name point at 127.0.0.1 and then read our pages as if they were
its own. The browser still sends that name in the Host header, so unknown names are refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit


def allowed_names(setting: str) -> frozenset[str]:
    """The names of the setting `allowed_hosts`, which separates them by commas."""
    return frozenset(name.strip().lower() for name in setting.split(",") if name.strip())


def is_own_name(host: str, allowed: Collection[str]) -> bool:
    """Whether a Host header means this server.

    Addresses and names without a dot (`localhost`, `office-pc`) cannot be pointed here by a
    stranger; other names must be in `allowed`. `*` there allows all.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if not name:
        return False
    return "*" in allowed or "." not in name or name in allowed or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
