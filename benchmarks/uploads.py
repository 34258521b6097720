"""Memory and speed of a gigabyte going through the web server, and of a ZIP being unpacked.

Starts the web process of `fieldhand serve` on an empty data folder and sends it files by the tus
protocol as the page does: in parts of 8 MiB, three files at a time. A ZIP is then unpacked by what
a worker runs, in a process of its own. Nothing is read: the content is random bytes.

Run: python -m benchmarks.uploads [--megabytes 1024] [--folder DIR]
"""

from __future__ import annotations

import argparse
import base64
import datetime
import http.client
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import migrations
from forms_app import demo
from forms_app.bootstrap import bootstrap
from forms_app.config import PREFIX, Settings, load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.services import batches, templates
from forms_app.services.application import Application
from forms_app.services.resumable_uploads import PART_BYTES
from forms_app.services.template_files import import_template
from forms_app.templating.template_file import read_definition

IN_PARALLEL = 3
MIB = 1 << 20
PART_TYPE = "application/offset+octet-stream"
UNPACK = """
import resource, sys, time
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.logs import configure_logging
from forms_app.services import batches
from forms_app.services.splitting import split_file
from dataclasses import replace
settings = load_settings()
configure_logging(replace(settings, log_level="error"))
app = bootstrap(settings)
batch_id = int(sys.argv[1])
[archive] = batches.get_batch(app, batch_id).files
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
while batches.get_batch(app, batch_id).files[0].state == "uploaded":
    split_file(app, archive.id)
passed = time.perf_counter() - begun
files = batches.get_batch(app, batch_id).files
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(files[0].unpacked_files, passed, before >> 10, after >> 10)
app.close()
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; memory in MiB."""

    what: str
    seconds: float
    megabytes: float
    before_mib: float
    peak_mib: float

    def __str__(self) -> str:
        pace = self.megabytes / self.seconds
        return (
            f"| {self.what} | {self.seconds:.1f} s | {pace:.1f} MiB/s "
            f"| {self.before_mib:.0f} MiB | {self.peak_mib:.0f} MiB |"
        )


class Server:
    """The web process, and the memory it takes."""

    def __init__(self, settings: Settings) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = listening.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "forms_app.embedded.web_process", str(listening.fileno())],
            env=os.environ | {PREFIX + "DATA_DIR": str(settings.data_dir)},
            pass_fds=[listening.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        if not any(READY_MARK in line for line in self.process.stdout):
            raise SystemExit("The web process did not come up.")
        listening.close()

    def memory_mib(self, which: str) -> float:
        """`VmRSS`: now; `VmHWM`: at its highest."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{which}:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Sender:
    """One connection that speaks tus, with the session and token of a page."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        answer = self._ask("GET", "/batches/new", {})
        token = re.search(r'name="csrf-token" content="([^"]+)"', answer[1].decode())
        cookie = answer[0]["Set-Cookie"]
        assert token and cookie
        self._headers = {
            "Cookie": cookie.split(";")[0],
            "X-CSRFToken": token[1],
            "X-Requested-With": "fetch",
            "Tus-Resumable": "1.0.0",
        }

    def send(self, batch_id: int, name: str, size: int, parts: Iterator[bytes]) -> None:
        encoded = base64.b64encode(name.encode()).decode()
        announced = {"Upload-Length": str(size), "Upload-Metadata": f"filename {encoded}"}
        place = self._ask("POST", f"/batches/{batch_id}/uploads", self._headers | announced)
        start = 0
        for part in parts:
            headers = {"Upload-Offset": str(start), "Content-Type": PART_TYPE}
            self._ask("PATCH", place[0]["Location"], self._headers | headers, part)
            start += len(part)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[http.client.HTTPMessage, bytes]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (method, path, answer.status, content)
        return answer.headers, content


def measured(server: Server, what: str, megabytes: float, send: Callable[[], None]) -> Row:
    """`send` with the server's memory before and at its highest meanwhile."""
    server.forget_peak()
    before, begun = server.memory_mib("VmRSS"), time.perf_counter()
    send()
    seconds = time.perf_counter() - begun
    return Row(what, seconds, megabytes, before, server.memory_mib("VmHWM"))


def send_many(server: Server, batch_id: int, count: int, size: int) -> None:
    """Files of random bytes, three at a time."""
    local = threading.local()

    def send(number: int) -> None:
        if not hasattr(local, "sender"):
            local.sender = Sender(server.port)
        parts = (os.urandom(min(PART_BYTES, size - at)) for at in range(0, size, PART_BYTES))
        local.sender.send(batch_id, f"scan {number:05}.pdf", size, parts)

    with ThreadPoolExecutor(IN_PARALLEL) as pool:
        list(pool.map(send, range(count)))


def send_file(server: Server, batch_id: int, path: Path) -> None:
    """One large file in parts."""
    with path.open("rb") as file:
        parts = iter(lambda: file.read(PART_BYTES), b"")
        Sender(server.port).send(batch_id, path.name, path.stat().st_size, parts)


def make_zip(path: Path, megabytes: int) -> None:
    """Files of 4 MiB of random bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(megabytes // 4):
            archive.writestr(f"week 12/scan {number:05}.pdf", os.urandom(4 * MIB))


def unpacked(settings: Settings, batch_id: int, megabytes: float) -> Row:
    """What a worker does with the ZIP of a batch, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", UNPACK, str(batch_id)],
        env=os.environ | {PREFIX + "DATA_DIR": str(settings.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    files, seconds, before, after = done.stdout.split()
    what = f"that ZIP unpacked to {files} files by a worker"
    return Row(what, float(seconds), megabytes, float(before), float(after))


def new_batch(app: Application, name: str) -> int:
    [template] = templates.list_templates(app)
    assert template.published_version_id is not None
    return batches.create_batch(app, template.published_version_id, name).id


@contextmanager
def empty_installation(folder: Path) -> Iterator[Application]:
    """An application with the demo form published."""
    app = bootstrap(load_settings({}, data_dir=folder))
    migrations.upgrade(app.engine)
    definition = read_definition(demo.TEMPLATE)
    images = {p["image"]: (demo.TEMPLATE.parent / p["image"]).read_bytes()
              for p in definition["pages"]}  # fmt: skip
    templates.publish(app, import_template(app, definition, images).id)
    try:
        yield app
    finally:
        app.close()


def main() -> None:
    """Measure and print a table for docs/intake.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024, help="MiB for each of the two")
    parser.add_argument("--folder", type=Path, help="where the data folder is made")
    options = parser.parse_args()
    size = options.megabytes
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        empty_installation(Path(folder) / "data") as app,
    ):
        archive = Path(folder) / "week 12.zip"
        server = Server(app.settings)
        try:
            send_many(server, new_batch(app, "warm"), IN_PARALLEL, 1000)
            small, large, zipped = (new_batch(app, n) for n in ("small", "large", "zipped"))
            rows = [
                measured(server, "500 files of 20 kB", 500 * 20_000 / MIB,
                         lambda: send_many(server, small, 500, 20_000)),
                measured(server, f"{size // 4} files of 4 MiB", size,
                         lambda: send_many(server, large, size // 4, 4 * MIB)),
            ]  # fmt: skip
            make_zip(archive, size)
            rows.append(
                measured(
                    server,
                    f"one ZIP of {size} MiB",
                    size,
                    lambda: send_file(server, zipped, archive),
                )
            )
        finally:
            server.stop()
        archive.unlink()
        rows.append(unpacked(app.settings, zipped, size))
    load = os.getloadavg()[0]
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, load {load:.0f}, {platform.system()}")
    print("| what | time | pace | memory before | at most |\n|---|---|---|---|---|")
    print(*rows, sep="\n")


if __name__ == "__main__":
    main()
