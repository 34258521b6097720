"""Whether people sign in where the setting `sign_in` leaves that to how the pages are reached."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from forms_app.config.settings import Settings


def with_sign_in_decided(settings: Settings, listens_on: str | None) -> Settings:
    """The same settings; `auto` becomes `required` unless only this computer gets at the pages.

    There it stays, and requests that a proxy passes on are still asked who they are of.

    Args:
        settings: As they were given.
        listens_on: The address that the pages listen on; None where only others know it.
    """
    # Whoever names hosts has a proxy before the pages, or a name for others.
    is_for_others = bool(settings.allowed_hosts or settings.site_url)
    is_for_this_computer = listens_on is not None and is_loopback(listens_on) and not is_for_others
    if settings.sign_in != "auto" or is_for_this_computer:
        return settings
    return replace(settings, sign_in="required")


def is_loopback(address: str) -> bool:
    """Whether nothing outside of this computer reaches that address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
