"""The servers that Fieldhand stands on, killed or out of reach, and its own web server."""

from __future__ import annotations

import shutil
import time
from contextlib import ExitStack

from forms_app.embedded import broker
from tests.faults.disks import no_space
from tests.faults.fault import LIMIT_S, Fault
from tests.faults.sending import RefusedError
from tests.faults.trial import Trial
from tests.serving import wait_until

SEEN_LIMIT_S = 60.0
PUT_OFF = "storage_full"
FULL_MESSAGE = "no space left to save files"


def broker_restarts(trial: Trial) -> None:
    """Killed with queues on its disk; uploads go on while it is away."""
    _without_broker(trial, keep=True)


def broker_loses_all(trial: Trial) -> None:
    """Killed, and started again with nothing."""
    _without_broker(trial, keep=False)


def postgres_restarts(trial: Trial) -> None:
    """All its processes killed in the middle of transactions."""
    trial.upload()
    trial.wait_until_in_the_middle()
    postgres = trial.site.postgres
    postgres.kill()
    trial.upload(1)
    time.sleep(trial.scale.away_s)
    postgres.restart()


def web_killed_in_upload(trial: Trial) -> None:
    """Killed with half of an upload's part received; the sender asks and goes on."""
    site, content = trial.site, trial.next_file()
    sender, third = site.sender, len(content) // 3
    place = sender.announce(trial.batch_id, "interrupted.tif", len(content))
    sender.patch(place, 0, content[:third])
    rest = content[third:]
    broken = sender.begin_patch(place, third, len(rest), rest[: len(rest) // 2])
    site.web.kill()
    broken.close()
    time.sleep(trial.scale.away_s)
    site.web.restart()
    start = sender.received(place)
    assert start >= third, "a part that was acknowledged is gone"
    sender.patch(place, start, content[start:])
    trial.sent_otherwise()


def disk_is_full(trial: Trial) -> None:
    """No space for files: uploads are refused with the reason, work in hand is put off."""
    pages = trial.site.pages
    with ExitStack() as stack:
        with pages.frozen():
            trial.upload()
            trial.wait_until_sent()
            stack.enter_context(no_space(trial.site))
            _require_refused_upload(trial)
            before = pages.times_said(PUT_OFF)
        wait_until(lambda: pages.times_said(PUT_OFF) > before, SEEN_LIMIT_S, "work put off")
        time.sleep(trial.scale.away_s)
    trial.upload(1)


def _without_broker(trial: Trial, keep: bool) -> None:
    trial.upload()
    trial.wait_until_in_the_middle()
    site = trial.site
    site.broker.kill()
    trial.upload(1)
    trial.wait_until_sent()
    time.sleep(trial.scale.away_s)
    if not keep:
        shutil.rmtree(broker.folder(site.settings))
        broker.folder(site.settings)
    site.broker.restart()


def _require_refused_upload(trial: Trial) -> None:
    content = trial.next_file()
    place = trial.site.sender.announce(trial.batch_id, "too much.tif", len(content))
    try:
        trial.site.sender.patch(place, 0, content)
    except RefusedError as error:
        assert FULL_MESSAGE in str(error), error
    else:
        raise AssertionError("a file was taken for which there is no space")


BROKEN_SERVERS = (
    Fault("broker killed", "SIGKILL, started again with its queues", LIMIT_S, broker_restarts),
    Fault("broker loses all", "SIGKILL, started again empty", LIMIT_S, broker_loses_all),
    Fault("PostgreSQL killed", "SIGKILL of all its processes", LIMIT_S, postgres_restarts),
    Fault("web server killed", "SIGKILL with half a part of an upload received", LIMIT_S,
          web_killed_in_upload),
    Fault("disk full", "no block left where files are kept", LIMIT_S, disk_is_full),
)  # fmt: skip
