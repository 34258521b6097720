"""`python -m workers.clock beat …`: the process that starts the sweeper again and again.

An application of its own, so that it holds 45 MB instead of all that the tasks need.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any

from celery import Celery
from celery.schedules import schedule
from celery.signals import beat_init
from kombu.exceptions import OperationalError

from forms_app.queues import QUEUE_OF_TASK, SWEEP
from workers import observing  # noqa: F401  # it connects signals
from workers.process import settings

logger = logging.getLogger(__name__)


def steady_now() -> datetime:
    """A time that only ever goes on: after its machine's clock was set back by an hour, Celery
    would send nothing for an hour."""
    return datetime.fromtimestamp(time.monotonic(), UTC)


clock = Celery("fieldhand-clock", broker=settings.broker_url)
clock.conf.update(
    task_ignore_result=True,
    # In memory: a schedule file broken by a killed process would keep beat from starting.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "sweep": {
            "task": SWEEP,
            "schedule": schedule(float(settings.sweep_seconds), nowfun=steady_now),
            # Never with a time of expiry: workers whose clock is ahead of ours would drop them all.
            "options": {"queue": QUEUE_OF_TASK[SWEEP]},
        }
    },
)


@beat_init.connect  # type: ignore[untyped-decorator]
def sweep_at_once(**_: Any) -> None:
    """Take up what the last run left behind without waiting for the first tick."""
    try:
        clock.send_task(SWEEP, queue=QUEUE_OF_TASK[SWEEP], retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the broker does not answer yet: %s", error)


if __name__ == "__main__":
    sys.exit(clock.start(sys.argv[1:]))
