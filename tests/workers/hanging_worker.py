"""A worker of one process with a task that hangs, as its own program: `python -m` this module."""

from __future__ import annotations

import sys
import time

from workers.app import celery


@celery.task(name="test.hang", soft_time_limit=1, time_limit=1)
def hang() -> None:
    """As a driver whose GPU is gone."""
    time.sleep(600)


if __name__ == "__main__":
    hang.apply_async(queue="read")
    sys.exit(
        celery.worker_main(["worker", "--pool", "solo", "--queues", "read", "--loglevel", "info"])
    )
