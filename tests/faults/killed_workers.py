"""Workers killed with SIGKILL in each stage of the work, and started again."""

from __future__ import annotations

import os
import signal

from forms_app.services import exports
from forms_app.store.models import ExportRow
from forms_app.store.states import ExportState
from tests.faults.fault import LIMIT_S, Fault
from tests.faults.stages import (
    ALL_USE,
    frozen_while_aligning,
    held_up,
    wait_until_held_up,
    wait_until_leased,
)
from tests.faults.trial import Trial
from tests.serving import is_alive

# The lease must lapse, then nothing may move for a sweep's time; the rest is work.


def while_splitting(trial: Trial) -> None:
    """Killed before the pages of a file are committed."""
    _while_writing(trial, "pages")


def while_assembling(trial: Trial) -> None:
    """Killed before the forms of a file are committed."""
    _while_writing(trial, "submissions")


def while_aligning(trial: Trial) -> None:
    """Killed with pages half laid onto their template."""
    trial.upload()
    with frozen_while_aligning(trial.site, trial.site.pages):
        trial.site.pages.kill()
    trial.site.pages.restart()


def pool_process(trial: Trial) -> None:
    """The processes of the pool killed in the middle of aligning, as when memory runs out; the
    worker itself starts others."""
    pages = trial.site.pages
    trial.upload()
    with frozen_while_aligning(trial.site, pages):
        main, *children = pages.pids()
        assert children
        for pid in children:
            os.kill(pid, signal.SIGKILL)
    assert is_alive(main)


def while_reading(trial: Trial) -> None:
    """Killed with a page's readings written and not committed."""
    site = trial.site
    with held_up(site, "readings"):
        trial.upload()
        wait_until_held_up(site, "INSERT INTO readings")
        site.read.kill()
    site.read.restart()


def while_exporting(trial: Trial) -> None:
    """Killed while an export reads what it writes."""
    site = trial.site
    trial.upload()
    trial.wait_until_finished(LIMIT_S)
    with held_up(site, "decisions", ALL_USE):
        exports.request_export(site.app, trial.batch_id, "csv")
        wait_until_leased(site, ExportRow, ExportRow.state == ExportState.PENDING)
        site.pages.kill()
    site.pages.restart()


def _while_writing(trial: Trial, table: str) -> None:
    site = trial.site
    # The sweeper writes to these tables too, and must not be what is caught.
    with site.beat.frozen():
        with held_up(site, table):
            trial.upload()
            wait_until_held_up(site, f"INSERT INTO {table}")
            site.pages.kill()
        site.pages.restart()


KILLED_WORKERS = (
    Fault("worker killed: split", "SIGKILL before a file's pages are committed", LIMIT_S,
          while_splitting),
    Fault("worker killed: align", "SIGKILL with pages half aligned", LIMIT_S, while_aligning),
    Fault("pool processes killed", "SIGKILL to the worker's processes alone", LIMIT_S,
          pool_process),
    Fault("worker killed: assemble", "SIGKILL before a file's forms are committed", LIMIT_S,
          while_assembling),
    Fault("worker killed: read", "SIGKILL before a page's readings are committed", LIMIT_S,
          while_reading),
    Fault("worker killed: export", "SIGKILL while an export is built", LIMIT_S, while_exporting),
)  # fmt: skip
