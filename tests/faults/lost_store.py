"""The S3 store away: hanging, or killed; uploads and work wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.fault import LIMIT_S, Fault
from tests.faults.processes import Part
from tests.faults.trial import Trial
from tests.servers import S3_BUCKET, S3_KEYS, s3_command, wait_for_bucket

FILES_URL = f"s3://{S3_BUCKET}/files"


@contextmanager
def store_server(folder: Path) -> Iterator[StoreServer]:
    """A running S3 server; the `AWS_*` variables point at it meanwhile."""
    command, port = s3_command(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (S3_KEYS | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}).items():
            patch.setenv(name, value)
        server = StoreServer(Part("s3", command, "", {}, folder=folder), port)
        try:
            server.start()
            yield server
        finally:
            server.part.kill()


class StoreServer:
    """An S3 server that can be taken away."""

    def __init__(self, part: Part, port: int) -> None:
        self.part, self._port = part, port

    def start(self) -> None:
        """Start it and wait until its bucket answers."""
        self.part.start()
        wait_for_bucket(self._port)


def faults_of(server: StoreServer) -> tuple[Fault, Fault]:
    """What can happen to it."""

    def hangs(trial: Trial) -> None:
        trial.upload()
        trial.wait_until_in_the_middle()
        with server.part.frozen():
            trial.upload(1)
            time.sleep(trial.scale.away_s)

    def is_killed(trial: Trial) -> None:
        trial.upload()
        trial.wait_until_in_the_middle()
        server.part.kill()
        trial.upload(1)
        time.sleep(trial.scale.away_s)
        server.start()

    return (
        Fault("S3 hangs", "its process stopped (SIGSTOP) and let go on", LIMIT_S, hangs),
        Fault("S3 killed", "SIGKILL, started again", LIMIT_S, is_killed),
    )
