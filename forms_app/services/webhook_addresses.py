"""Where webhooks may go: to machines of the internet, and to those private networks that the
operator allows.

Otherwise whoever may enter an address could have this machine ask others for them that they cannot
reach themselves (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from forms_app.errors import WebhookRefusedError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
# Beside what `ipaddress` knows as not global: addresses of other addresses, through which private
# ones could be reached, and some that newer registries reserve.
NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # local NAT64
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local
    )
)


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """The parts of an address that are needed to ask for it; `host` is in ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """As HTTP wants it."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def parse_url(text: str) -> WebhookUrl:
    """Take an address apart.

    Raises:
        WebhookRefusedError: It is no address of a web server, or holds a password.
    """
    try:
        parts = urlsplit(text.strip())
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # UnicodeError is one.
        raise WebhookRefusedError("This is not the address of a web server.") from error
    is_odd = len(text) > LONGEST or any(not c.isprintable() or c.isspace() for c in text.strip())
    if parts.scheme not in PORTS or not host or port == 0 or is_odd:
        raise WebhookRefusedError("Give an address that begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise WebhookRefusedError(
            "The address must hold no name or password; check the signature instead."
        )
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return WebhookUrl(parts.scheme, host, port or PORTS[parts.scheme], target)


def refuse_private_literal(url: WebhookUrl, allowed: Sequence[IpNetwork]) -> None:
    """An address that is a number can be refused when it is entered.

    Raises:
        WebhookRefusedError: It is of a network that webhooks may not reach.
    """
    try:
        ipaddress.ip_address(url.host)
    except ValueError:
        return
    checked([url.host], allowed)


def checked(addresses: Sequence[str], allowed: Sequence[IpNetwork]) -> list[str]:
    """The same IP addresses, when every one of them may be reached.

    One that may not is enough to refuse the name: it would be tried next.

    Raises:
        WebhookRefusedError: One may not.
    """
    for text in addresses:
        address = ipaddress.ip_address(text)
        if not is_public(address) and not any(address in network for network in allowed):
            raise WebhookRefusedError(
                f"{text} is in a private or reserved network. Whoever runs Fieldhand can allow it "
                "in the setting webhook_private_networks."
            )
    return list(addresses)


def is_public(address: IpAddress) -> bool:
    """Whether it is an ordinary address of the internet."""
    if any(address in network for network in NEVER if network.version == address.version):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def networks_of(setting: str) -> tuple[IpNetwork, ...]:
    """The networks that the setting `webhook_private_networks` lists."""
    return tuple(
        ipaddress.ip_network(part.strip(), strict=False)
        for part in setting.split(",")
        if part.strip()
    )


def resolve(host: str, port: int) -> list[str]:
    """The IP addresses of a name, as this machine knows them.

    Raises:
        OSError: It is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
