"""One POST to an address that was checked, and no further.

h11 speaks HTTP; the sockets are ours, because what is promised here no ready client gives: the
connection goes to the very IP address that was checked, all of it together ends by one moment, no
redirect is followed, no more of an answer is read than is kept, and neither proxies nor cookies
come from anywhere.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread

import h11

from forms_app.errors import WebhookFailedError, WebhookRefusedError
from forms_app.services.webhook_addresses import (
    IpNetwork,
    Resolver,
    WebhookUrl,
    checked,
    parse_url,
    resolve,
)

KEPT_BYTES = 500
MOST_HEAD_BYTES = 16_384
CHUNK_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP status and the first bytes that came with it."""

    status: int
    start: bytes


@dataclass(frozen=True, slots=True)
class Reach:
    """What may be asked, for how long in all, and who knows its address."""

    allowed: Sequence[IpNetwork] = ()
    limit_s: float = 10.0
    resolver: Resolver = resolve


@dataclass(slots=True)
class _Deadline:
    """The moment by which everything has to be over."""

    limit_s: float
    _began_s: float = field(default_factory=time.monotonic)

    def left_s(self) -> float:
        left_s = self.limit_s - (time.monotonic() - self._began_s)
        if left_s <= 0:
            raise TimeoutError
        return left_s


def post(url: str, headers: Mapping[str, str], body: bytes, reach: Reach) -> Answer:
    """Send `body` and wait for the answer.

    Raises:
        WebhookRefusedError: The address is none that may be reached.
        WebhookFailedError: Nothing could be sent, or no answer came in time.
    """
    parts, deadline = parse_url(url), _Deadline(reach.limit_s)
    with _told_plainly(reach.limit_s):
        addresses = checked(_resolved(parts, reach.resolver, deadline), reach.allowed)
        with _connected(parts, addresses, deadline) as connection:
            connection.settimeout(deadline.left_s())
            return _exchange(connection, parts, headers, body, deadline)


@contextmanager
def _told_plainly(limit_s: float) -> Iterator[None]:
    try:
        yield
    except (WebhookRefusedError, WebhookFailedError):
        raise
    except TimeoutError as error:
        raise WebhookFailedError(f"No answer within {limit_s:g} seconds.") from error
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
        raise WebhookFailedError(f"The certificate was not accepted: {why}.") from error
    except ssl.SSLError as error:
        raise WebhookFailedError("No encrypted connection could be made.") from error
    except h11.RemoteProtocolError as error:
        raise WebhookFailedError("What came back is no answer of a web server.") from error
    except OSError as error:
        raise WebhookFailedError(f"The connection failed: {error.strerror or error}.") from error


def _resolved(parts: WebhookUrl, resolver: Resolver, deadline: _Deadline) -> Sequence[str]:
    """Asked in a thread: the system's resolver knows no limit."""
    found: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(resolver(parts.host, parts.port))
        except Exception as error:
            found.put(error)

    Thread(target=ask, name="webhook-resolver", daemon=True).start()
    try:
        addresses = found.get(timeout=deadline.left_s())
    except Empty as error:
        raise TimeoutError from error
    if isinstance(addresses, Exception) or not addresses:
        raise WebhookFailedError(f"The name {parts.host} is not known.")
    return addresses


@contextmanager
def _connected(
    parts: WebhookUrl, addresses: Sequence[str], deadline: _Deadline
) -> Iterator[socket.socket]:
    """A connection to the first of the addresses that takes one, by the name that was asked for."""
    with _first_open(parts.port, addresses, deadline) as plain:
        if parts.scheme == "http":
            yield plain
            return
        context = ssl.create_default_context()
        plain.settimeout(deadline.left_s())
        with context.wrap_socket(plain, server_hostname=parts.host) as encrypted:
            yield encrypted


def _first_open(port: int, addresses: Sequence[str], deadline: _Deadline) -> socket.socket:
    last: OSError | None = None
    for place, address in enumerate(addresses):
        # One that does not answer leaves time for the others.
        share_s = deadline.left_s() / (len(addresses) - place)
        try:
            return socket.create_connection((address, port), timeout=share_s)
        except OSError as error:
            last = error
    assert last is not None
    raise last


def _exchange(
    connection: socket.socket,
    parts: WebhookUrl,
    headers: Mapping[str, str],
    body: bytes,
    deadline: _Deadline,
) -> Answer:
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD_BYTES)
    sent = h11.Request(
        method="POST",
        target=parts.target,
        headers=[
            ("Host", parts.host_header),
            ("Connection", "close"),
            ("Content-Length", str(len(body))),
            *headers.items(),
        ],
    )
    for event in (sent, h11.Data(data=body), h11.EndOfMessage()):
        connection.sendall(protocol.send(event) or b"")
    return _received(connection, protocol, deadline)


def _received(connection: socket.socket, protocol: h11.Connection, deadline: _Deadline) -> Answer:
    """The answer, as far as it is kept; once there is a status, it counts however the rest ends."""
    status, start = 0, b""
    try:
        for event in _events(connection, protocol, deadline):
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                start += event.data[:KEPT_BYTES]
            is_over = isinstance(event, h11.EndOfMessage | h11.ConnectionClosed)
            if is_over or len(start) >= KEPT_BYTES:
                break
    except (OSError, h11.RemoteProtocolError):
        if not status:
            raise
    return Answer(status, start[:KEPT_BYTES])


def _events(
    connection: socket.socket, protocol: h11.Connection, deadline: _Deadline
) -> Iterator[h11.Event]:
    is_silent = True
    while True:
        event = protocol.next_event()
        if event is h11.NEED_DATA:
            connection.settimeout(deadline.left_s())
            data = connection.recv(CHUNK_BYTES)
            if is_silent and not data:
                raise WebhookFailedError("The connection was closed without an answer.")
            is_silent = False
            protocol.receive_data(data)
        elif isinstance(event, h11.Event):
            yield event
        else:
            return
