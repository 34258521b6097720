"""A receiver of webhooks on loopback: a real server that behaves, or misbehaves, as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LIMIT_S = 60.0


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """What came, and how the next ones are answered.

    Attributes:
        behave: Answers a request that was read; `answers` and the functions below make some.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behave: Callable[[BaseHTTPRequestHandler], None] = answers(204)
        self.url = ""
        self.is_over = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rsplit(":", 1)[1].split("/")[0])


def answers(
    status: int, body: bytes = b"", **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers with this, always."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return behave


def closes(request: BaseHTTPRequestHandler) -> None:
    """Closes the connection without a word."""
    request.close_connection = True


def mumbles(request: BaseHTTPRequestHandler) -> None:
    """Says something that is not HTTP."""
    request.wfile.write(b"220 mail.example ready\r\n")


def floods(request: BaseHTTPRequestHandler) -> None:
    """Answers 100 MB, as far as anybody reads it."""
    request.send_response(200)
    request.send_header("Content-Length", str(100 << 20))
    request.end_headers()
    with suppress(OSError):
        for _ in range(100):
            request.wfile.write(bytes(1 << 20))


def floods_in_headers(request: BaseHTTPRequestHandler) -> None:
    """Headers without an end."""
    with suppress(OSError):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            request.wfile.write(b"x-%d: %s\r\n" % (number, b"y" * 1000))


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens; one that hangs is released at the end."""
    receiver = Receiver()
    with served(receiver, ThreadingHTTPServer(("127.0.0.1", 0), handler_of(receiver))):
        yield receiver


@contextmanager
def served(receiver: Receiver, server: ThreadingHTTPServer) -> Iterator[None]:
    """`server` in threads of this process."""
    server.daemon_threads = False
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        receiver.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def hangs(receiver: Receiver) -> Callable[[BaseHTTPRequestHandler], None]:
    """Does not answer before the test is over."""
    return lambda _request: receiver.is_over.wait(LIMIT_S) and None


def drips(receiver: Receiver) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answers a byte now and then, each sooner than any wait for one byte would end."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nx-long: " + b"y" * 10_000:
                request.wfile.write(bytes([byte]))
                if receiver.is_over.wait(0.05):
                    return

    return behave


def handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    """What a server calls for each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.received.append(Received(self.path, dict(self.headers), body))
            receiver.behave(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    return Handler
