"""The proxy's own configuration in a real Caddy; outside CI it is skipped where there is none."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from forms_app.services.application import Application
from forms_app.web import create_app
from tests.deploy.compose_file import REPOSITORY, services
from tests.servers import free_port
from tests.serving import pages_of, wait_until

pytestmark = pytest.mark.skipif(
    shutil.which("caddy") is None, reason="needs Caddy: apt-get install caddy"
)

CADDYFILE = REPOSITORY / "deploy" / "proxy" / "Caddyfile"
UNVERIFIED = ssl._create_unverified_context()


@pytest.mark.parametrize("tls", ["automatic", "internal", "own"])
def test_caddy_takes_it(tls: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["caddy", "adapt", "--config", CADDYFILE, "--adapter", "caddyfile"],
        env=environment(tmp_path) | {"FIELDHAND_TLS": tls},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


class Proxy:
    """The running Caddy; what it says goes into `log`."""

    def __init__(self, plain_port: int, tls_port: int, own_port: int, log: Path) -> None:
        self.plain_port, self.tls_port, self.own_port = plain_port, tls_port, own_port
        self.log = log

    def answers(self) -> bool:
        """Whether it is up and has made itself a certificate; `web` is not asked."""
        try:
            return self.ask("/metrics")[0] == 404
        except OSError:
            return False

    def ask(
        self, path: str, method: str = "GET", body: bytes = b"", plain: bool = False
    ) -> tuple[int, dict[str, str]]:
        """Status and headers of the answer."""
        connection = (
            http.client.HTTPConnection("localhost", self.plain_port, timeout=60)
            if plain
            else http.client.HTTPSConnection(
                "localhost", self.tls_port, context=UNVERIFIED, timeout=60
            )
        )
        # Too large a body is refused in the middle of it, and the answer may be cut short.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body, {"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        with suppress(http.client.IncompleteRead):
            answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.fixture
def proxy(app: Application, tmp_path: Path) -> Iterator[Proxy]:
    with pages_of(app) as url, running(tmp_path, url) as proxy:
        yield proxy


def test_the_door(proxy: Proxy) -> None:
    status, headers = proxy.ask("/sign-in")
    assert status == 200
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "content-encoding" not in headers
    assert proxy.ask("/static/css/tokens.css")[1].get("content-encoding") == "gzip"
    assert proxy.ask("/healthz")[0] in (200, 503)
    assert [proxy.ask(path)[0] for path in ("/metrics", "/metrics/")] == [404, 404]
    status, headers = proxy.ask("/batches/", plain=True)
    assert status == 308
    # Without the port, which is not the one that people use.
    assert headers["location"] == "https://localhost/batches/"
    assert proxy.ask("/sign-in", "POST", bytes(3 << 20))[0] in (413, 502)
    # Links that work for whoever has them are not logged.
    for path in ("/images/of-somebody", "/invitation/of-somebody", "/exports/7"):
        proxy.ask(path)
    wait_until(lambda: '"/exports/7"' in proxy.log.read_text(), 30, "what was asked in the log")
    assert "/images/-" in proxy.log.read_text()
    assert "of-somebody" not in proxy.log.read_text()


def test_requests_wait_while_web_is_replaced(app: Application, tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, f"http://127.0.0.1:{port}") as proxy, ThreadPoolExecutor() as threads:
        waiting = threads.submit(proxy.ask, "/sign-in")
        with pytest.raises(TimeoutError):
            waiting.result(timeout=2)
        server = make_server("127.0.0.1", port, create_app(app), threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            assert waiting.result(timeout=40)[0] == 200
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def test_it_answers_its_own_check(proxy: Proxy) -> None:
    address = services()["proxy"].health_command[-1].replace("2020", str(proxy.own_port))
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert (answer.status, answer.url) == (200, address)


@contextmanager
def running(folder: Path, upstream: str) -> Iterator[Proxy]:
    """Caddy with the real file but for its ports, the limit for bodies, and where `web` is."""
    plain, secure, own = free_port(), free_port(), free_port()
    text = CADDYFILE.read_text().replace("8080\n", f"{plain}\n", 1)
    text = text.replace("https_port 8443", f"https_port {secure}").replace("210MB", "1MB")
    text = text.replace("127.0.0.1:2020", f"127.0.0.1:{own}")
    place = text.index("dynamic a web 8080 {")
    end = text.index("}", place) + 1
    text = text[:place] + f"to {upstream.removeprefix('http://')}" + text[end:]
    file = folder / "Caddyfile"
    file.write_text(text)
    log = folder / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["caddy", "run", "--config", file, "--adapter", "caddyfile"],
            env=environment(folder),
            stdout=said,
            stderr=subprocess.DEVNULL,
        )
    proxy = Proxy(plain, secure, own, log)
    try:
        wait_until(proxy.answers, 30, "an answer of the proxy")
        yield proxy
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def environment(folder: Path) -> dict[str, str]:
    places = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return dict(os.environ) | places | {"FIELDHAND_SITE": "localhost"}
