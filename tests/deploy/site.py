"""The services of `docker-compose.yml` as processes of this machine: same commands, same variables.

What containers would give them is put in: paths of volumes, secrets and tmpfs lead into a folder,
names and ports of other services to where these listen here. PostgreSQL is the tests' own. Where
the kernel lets us (as root, as in CI), nothing but volumes and tmpfs can be written, as there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.deploy.compose_file import REPOSITORY, Service, services
from tests.deploy.programs import BUILT, search_path
from tests.servers import free_port
from tests.serving import wait_until

START_LIMIT_S = 90.0
STOP_LIMIT_S = 60.0
# SeaweedFS listens for its own parts, too: in its container nobody else does.
WEED_PORTS = [
    f"-{role}.{port}"
    for role in ("master", "volume", "filer", "admin")
    for port in ("port", "port.grpc")
]
# $1 becomes read-only with all the rest; what follows up to -- stays as it is, and /tmp, which is
# in every container, and in which $1 may lie.
SEALED = """set -e
mount --make-rprivate /
mount --bind /tmp /tmp
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
shift
while [ "$1" != -- ]; do mount --bind "$1" "$1"; mount -o remount,bind,rw "$1"; shift; done
shift
mount --bind /dev/shm /dev/shm
mount -o remount,bind,ro /
exec "$@"
"""


def can_seal() -> bool:
    """Whether processes can be given a file system that they cannot write."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "mount", "--make-rprivate", "/"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Site:
    """Starts services one by one.

    Args:
        folder: Everything of the site, empty.
        database_url: An empty database.
        **variables: What `.env` says.
    """

    def __init__(self, folder: Path, database_url: str, **variables: str) -> None:
        self.folder = folder
        self.services = services(variables)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports = {str(port): str(free_port()) for port in (8080, 6379, 8333)}
        self._own_ports = {name: str(free_port()) for name in self.services}
        self._is_sealed = can_seal()
        self._make_secrets(database_url)

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self._ports['8080']}"

    def start(self, *names: str) -> None:
        """Start services side by side, and wait until their own checks say that they are well."""
        for name in names:
            service = self.services[name]
            self.processes[name] = self._begin(service, service.command_line)
        for name in names:
            try:
                wait_until(lambda name=name: self.is_healthy(name), START_LIMIT_S, "healthy")  # type: ignore[misc]
            except AssertionError as error:
                raise AssertionError(f"{name}: {error}\n{self.log_of(name)[-3000:]}") from error

    def run(self, name: str, *command: str) -> str:
        """Run a service that ends, with another command if one is given; what it said.

        Raises:
            AssertionError: It failed.
        """
        service = self.services[name]
        assert service.stage
        line = [*service.stage.entrypoint, *command] if command else service.command_line
        return self.run_line(name, *line)

    def run_line(self, name: str, *line: str) -> str:
        """As `run`, without the image's entry point."""
        code = self._begin(self.services[name], line).wait(START_LIMIT_S)
        assert code == 0, self.log_of(name)
        return self.log_of(name)

    def is_healthy(self, name: str) -> bool:
        """What the service's check says now; a process that ended is none."""
        service, process = self.services[name], self.processes[name]
        assert process.poll() is None, f"{name} ended:\n{self.log_of(name)[-2000:]}"
        command = [self._here(service, word) for word in service.health_command]
        done = subprocess.run(
            command, env=self._environment(service), capture_output=True, check=False, timeout=60
        )
        return done.returncode == 0

    def stop(self, *names: str) -> dict[str, int]:
        """Ask services to stop, all at once; their exit codes."""
        stopped = {name: self.processes.pop(name) for name in names}
        for process in stopped.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(STOP_LIMIT_S) for name, process in stopped.items()}

    def end(self) -> None:
        """Kill what still runs."""
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()

    def log_of(self, name: str) -> str:
        """What a service said so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def settings_of(self, name: str) -> dict[str, str]:
        """The variables of a service, as they are here."""
        service = self.services[name]
        return {key: self._here(service, value) for key, value in service.environment.items()}

    def place(self, source: str) -> Path:
        """Where a volume's content lies; folders of the repository are themselves."""
        if source.startswith("."):
            return REPOSITORY / source
        path = self.folder / "volumes" / source.strip("/")
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _begin(self, service: Service, line: Sequence[str]) -> subprocess.Popen[bytes]:
        words = [self._here(service, word) for word in line]
        if words[0] == "weed":
            words += ["-ip=127.0.0.1", *(f"{port}={free_port()}" for port in WEED_PORTS)]
            words += [f"-s3.port.grpc={free_port()}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        work = self.folder / "work" / service.name
        work.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{service.name}.log").open("wb") as log:
            return subprocess.Popen(
                self._sealed(service, words),
                cwd=work,
                env=self._environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _sealed(self, service: Service, words: list[str]) -> list[str]:
        """The command with its volumes and tmpfs for writing and nothing else."""
        if not self._is_sealed:
            return words
        places = self._places(service)
        writable = [str(places[path]) for path in service.writable if path in places]
        seal = ["unshare", "--mount", "/bin/sh", "-c", SEALED, "sealed"]
        return [*seal, str(self.folder), *writable, "--", *words]

    def _environment(self, service: Service) -> dict[str, str]:
        """Nothing of this process's own settings."""
        outside = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FIELDHAND_", "AWS_", "PG", "PROMETHEUS_"))
        }
        given = self.settings_of(service.name)
        code = {} if BUILT else {"PYTHONPATH": str(REPOSITORY)}
        return outside | given | code | {"PATH": search_path()}

    def _here(self, service: Service, text: str) -> str:
        """A command's word or a variable's value, with this machine's places in it."""
        places = {path: str(place) for path, place in self._places(service).items()}
        ports = self._ports | {"9100": self._own_ports[service.name]}
        longest_first = sorted(map(re.escape, places), key=len, reverse=True)
        # In one go: what was put in is not looked at again.
        pattern = (
            rf"(?<![\w/.])(?P<path>{'|'.join(longest_first)})(?![\w.-])"
            r"|\b(?P<host>(?:s3|redis)(?=:\d)|0\.0\.0\.0\b)"
            rf"|(?<![\w.])(?P<port>{'|'.join(ports)})\b"
        )

        def here(found: re.Match[str]) -> str:
            if found["host"]:
                return "127.0.0.1"
            return places[found["path"]] if found["path"] else ports[found["port"]]

        return re.sub(pattern, here, text)

    def _places(self, service: Service) -> Mapping[str, Path]:
        mounts = {target: self.place(source) for target, source in service.mounts.items()}
        own = self.folder / "tmp" / service.name
        own.mkdir(parents=True, exist_ok=True)
        return {**mounts, "/run/secrets": self.folder / "secrets", "/tmp": own}

    def _make_secrets(self, database_url: str) -> None:
        folder = self.folder / "secrets"
        subprocess.run(
            [REPOSITORY / "deploy" / "make-secrets", folder], check=True, capture_output=True
        )
        for name, content in {
            "database_url": database_url,
            "broker_url": self._here(
                self.services["web"], (folder / "broker_url").read_text(encoding="ascii")
            ),
        }.items():
            (folder / name).unlink()
            (folder / name).write_text(content, encoding="ascii")
