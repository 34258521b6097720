"""Who may read the metrics: they name templates and tell how much work there is.

With a token, whoever sends it. Without one, callers from a private network alone, and none whose
request came through a proxy: behind it everybody has the proxy's address.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from urllib.parse import urlsplit

# Proxies say with one of these for whom they ask.
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
REFUSAL = (
    "Metrics are given to whoever sends the setting metrics_token as a bearer token, or, where "
    "there is none, to callers from the private network that come without a proxy."
)


def may_read(token: str, caller: str, header: Callable[[str], str | None]) -> bool:
    """Whether a request is answered.

    Args:
        token: The setting `metrics_token`, empty where there is none.
        caller: Address that the request comes from.
        header: Gives the request's header of a name, or None.
    """
    if token:
        sent = (header("Authorization") or "").encode("utf-8", "replace")
        return hmac.compare_digest(sent, f"Bearer {token}".encode())
    if any(header(name) for name in FORWARDING_HEADERS):
        return False
    return _is_private(caller) and _is_local_name(header("Host") or "")


def _is_local_name(host: str) -> bool:
    """A name without a dot or a private address: a proxy may pass on the public name."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return bool(name) and (_is_private(name) or ("." not in name and ":" not in name))


def _is_private(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_private
