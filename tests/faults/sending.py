"""Files sent to a web server by the tus protocol, as the page does: on with it after a break."""

from __future__ import annotations

import base64
import http.client
import re
import time
from dataclasses import dataclass

PART_TYPE = "application/offset+octet-stream"
PAUSE_S = 0.25
ANSWER_LIMIT_S = 130.0
# The server is away, or says that it cannot now: the page waits and asks again.
PUT_OFF = frozenset({408, 423, 429, 500, 502, 503, 504, 507})


class RefusedError(Exception):
    """The server does not take the file now: `status`, and its words."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


@dataclass
class Sender:
    """Speaks to the web server at a port of this machine.

    Args:
        port: Where it listens.
        limit_s: How long one file may be put off.
    """

    port: int
    limit_s: float = 150.0

    def send(self, batch_id: int, name: str, content: bytes) -> None:
        """The file is in its batch afterwards, whatever happens to the server meanwhile.

        Raises:
            RefusedError: Not within `limit_s`.
        """
        end, place = time.monotonic() + self.limit_s, ""
        while True:
            try:
                place = place or self.announce(batch_id, name, len(content))
                start = self.received(place)
                if start == len(content):
                    return
                self.patch(place, start, content[start:])
            except (RefusedError, OSError, http.client.HTTPException) as error:
                is_final = isinstance(error, RefusedError) and error.status not in PUT_OFF | {409}
                if is_final or time.monotonic() > end:
                    raise
                time.sleep(PAUSE_S)

    def announce(self, batch_id: int, name: str, size: int) -> str:
        """The address of a new upload."""
        encoded = base64.b64encode(name.encode()).decode()
        headers = {"Upload-Length": str(size), "Upload-Metadata": f"filename {encoded}"}
        location = self._ask("POST", f"/batches/{batch_id}/uploads", headers)["Location"]
        assert location
        return location

    def received(self, place: str) -> int:
        """How many bytes are kept."""
        return int(self._ask("HEAD", place, {})["Upload-Offset"] or 0)

    def patch(self, place: str, start: int, part: bytes) -> None:
        """Send what follows byte `start`."""
        self._ask("PATCH", place, {"Upload-Offset": str(start), "Content-Type": PART_TYPE}, part)

    def begin_patch(
        self, place: str, start: int, size: int, part: bytes
    ) -> http.client.HTTPConnection:
        """As `patch` of `size` bytes; only `part` is sent, and the server waits for the rest."""
        connection, headers = self._session()
        connection.putrequest("PATCH", place)
        given = {"Upload-Offset": str(start), "Content-Type": PART_TYPE}
        for name, value in (headers | given | {"Content-Length": str(size)}).items():
            connection.putheader(name, value)
        connection.endheaders(part)
        return connection

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> http.client.HTTPMessage:
        connection, session = self._session()
        try:
            return _answer_of(connection, method, path, session | headers, body)
        finally:
            connection.close()

    def _session(self) -> tuple[http.client.HTTPConnection, dict[str, str]]:
        """A connection with the cookie and token of a page just opened."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_LIMIT_S)
        connection.request("GET", "/batches/new")
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        token = re.search(r'name="csrf-token" content="([^"]+)"', text)
        cookie = answer.headers["Set-Cookie"]
        if answer.status != 200 or token is None or cookie is None:
            connection.close()
            raise RefusedError(answer.status, "the page does not open")
        return connection, {
            "Cookie": cookie.split(";")[0],
            "X-CSRFToken": token[1],
            "X-Requested-With": "fetch",
            "Tus-Resumable": "1.0.0",
        }


def _answer_of(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes | None,
) -> http.client.HTTPMessage:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise RefusedError(answer.status, content.decode("utf-8", "replace"))
    return answer.headers
