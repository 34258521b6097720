"""The real application behind a network that has troubles, on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler
from werkzeug.wrappers import Response

from forms_app.client import Retries
from tests.serving import wsgi_served

SOON = Retries(attempts=4, first_wait_s=0.001, longest_wait_s=0.01)


@dataclass
class Troubled:
    """Passes requests on, but for those that meet a trouble.

    Attributes:
        troubles: What happens to the next requests of a method: `lose request`, `lose answer`,
            `cut answer` after half of it, or an answer of the network's own.
        seen: Method, path and status of each request.
    """

    behind: Any
    troubles: dict[str, list[str | Response]] = field(default_factory=dict)
    seen: list[tuple[str, str, int]] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        waiting = self.troubles.get(method)
        trouble = waiting.pop(0) if waiting else ""
        if trouble == "lose request":
            return self._cut(environ)
        if isinstance(trouble, Response):
            answer = trouble
        else:
            answer = Response.from_app(self.behind, environ, buffered=True)
        self.seen.append((method, environ["PATH_INFO"], answer.status_code))
        if trouble == "lose answer":
            return self._cut(environ)
        if trouble == "cut answer":
            whole = answer.get_data()
            answer.set_data(whole[: len(whole) // 2])
            answer.headers["Content-Length"] = str(len(whole))
        return answer(environ, start_response)

    def count(self, method: str, ending: str) -> int:
        """Requests that came through."""
        return sum(1 for each in self.seen if each[0] == method and each[1].endswith(ending))

    def _cut(self, environ: dict[str, Any]) -> Iterable[bytes]:
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return [b""]


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing on the terminal."""

    def run_wsgi(self) -> None:
        try:
            super().run_wsgi()
        except (AssertionError, OSError):
            self.close_connection = True  # It was cut, as was wanted.

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:
            return


def served(application: Any) -> AbstractContextManager[str]:
    """The address of `application`, served by threads of this process."""
    return wsgi_served(application, _Quiet)
