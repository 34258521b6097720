"""One kept connection to the server; requests and answers of HTTP, and nothing of the API.

`http.client` of Python itself: no dependency. Redirects are not followed, as the token would go
where they lead; proxies of the environment do not count.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from forms_app.client.errors import UnreachableError

CHUNK_BYTES = 1 << 18
BROKEN = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Request:
    """What is sent; `target` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Answer:
    """What came back; its body is read once, or by the next request thrown away."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status
        length = response.headers["Content-Length"]
        self.length = int(length) if length and length.isdigit() else None

    def header(self, name: str) -> str | None:
        """One header; None where there is none."""
        return self._response.headers[name]

    def read(self) -> bytes:
        """All of the body.

        Raises:
            UnreachableError: The connection broke before its end.
        """
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The body in pieces.

        Raises:
            UnreachableError: The connection broke before its end.
        """
        received = 0
        try:
            while piece := self._response.read(CHUNK_BYTES):
                received += len(piece)
                yield piece
        except BROKEN as error:
            raise UnreachableError(f"The connection broke in an answer: {error}") from error
        if self.length is not None and received < self.length:
            raise UnreachableError(f"{received} of {self.length} bytes of an answer arrived.")


class Connection:
    """Keeps one connection open; for one thread at a time.

    Args:
        url: Of the server, such as `https://forms.example.org`.
        timeout_s: For connecting, and for each wait for bytes.

    Raises:
        ValueError: The address is none of HTTP.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"Give the server's address as https://HOST, not {url!r}.")
        self.root = parts.path.rstrip("/")
        self._connection = _connection_to(parts.scheme, parts.hostname, parts.port, timeout_s)
        self._response: http.client.HTTPResponse | None = None

    def send(self, request: Request) -> Answer:
        """The answer, whatever its status.

        Raises:
            UnreachableError: There is none.
        """
        self._finish_last()
        try:
            self._connection.request(
                request.method, request.target, body=request.body, headers=dict(request.headers)
            )
            self._response = self._connection.getresponse()
        except BROKEN as error:
            self.close()
            place = f"{self._connection.host}:{self._connection.port}"
            raise UnreachableError(
                f"{place} did not answer: {error or type(error).__name__}"
            ) from (error)
        return Answer(self._response)

    def close(self) -> None:
        """Give the connection back; the next request opens another one."""
        self._response = None
        self._connection.close()

    def _finish_last(self) -> None:
        """A connection whose last answer was not read to its end is of no use for another."""
        if self._response is not None and not self._response.isclosed():
            self.close()


def _connection_to(
    scheme: str, host: str, port: int | None, timeout_s: float
) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=timeout_s)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)
