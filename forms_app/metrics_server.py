"""The counts of a machine without a web server, on a port of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from forms_app.metrics_access import REFUSAL, may_read
from forms_app.metrics_folder import counted

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PATH = "/metrics"

logger = logging.getLogger(__name__)


def as_text(families: Iterable[Metric]) -> bytes:
    """Metrics as Prometheus reads them."""
    from prometheus_client import generate_latest

    kept = list(families)

    class Kept:
        def collect(self) -> Iterable[Metric]:
            return kept

    return generate_latest(Kept())


def serve_metrics(port: int, token: str) -> WSGIServer | None:
    """Answer on `port` in a thread until the process ends.

    Returns:
        The server; None where the port is taken. What another process of this machine answers
        there already are the same counts.
    """
    try:
        server = make_server("", port, _page(token), _Server, _QuietHandler)
    except OSError as error:
        logger.info("metrics are not given on port %d: %s", port, error)
        return None
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    logger.info("metrics are given on port %d", server.server_port)
    return server


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """HTTPServer's own asks a name server for this machine's name, which can take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """Prometheus asks all the time."""


def _page(token: str) -> Callable[..., Iterable[bytes]]:
    def page(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        status, body = _answer(token, environ)
        start(status, [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))])
        return [body]

    return page


def _answer(token: str, environ: dict[str, Any]) -> tuple[str, bytes]:
    if environ.get("PATH_INFO") != PATH:
        return "404 Not Found", f"There is only {PATH} here.\n".encode()

    def header(name: str) -> str | None:
        found: str | None = environ.get("HTTP_" + name.upper().replace("-", "_"))
        return found

    if not may_read(token, environ.get("REMOTE_ADDR", ""), header):
        return "403 Forbidden", f"{REFUSAL}\n".encode()
    return "200 OK", as_text(counted())
