"""What is wrong is told, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from forms_app import queues
from forms_app.files import open_file_store
from forms_app.services.application import Application
from forms_app.services.disk_space import GB, disks, is_low
from forms_app.services.dto.operations import BrokerState, DiskSpace, SweepNote, WorkerNote
from forms_app.services.operations_health import find_troubles
from forms_app.store.base import utc_now

NOW = utc_now()
ROOM = (DiskSpace("/data", 50 * GB, 100 * GB, False),)
WELL = BrokerState(
    messages=dict.fromkeys(queues.ALL_QUEUES, 0),
    taken=0,
    workers=(
        WorkerNote(
            "pages@a", NOW, (queues.INTAKE, queues.ALIGN, queues.EXPORT, queues.WEBHOOK), (1, 2)
        ),
        WorkerNote("read@b", NOW, (queues.READ, queues.TRY), (3,)),
    ),
    sweeps=(SweepNote(NOW - timedelta(seconds=20), 0, 0),),
)


def _troubles(
    app: Application, broker: BrokerState, room: tuple[DiskSpace, ...] = ROOM
) -> dict[str, str]:
    parts = find_troubles(app, broker, room, NOW)
    return {part.name: part.trouble for part in parts if part.trouble}


def test_with_all_well_nothing_is_said(app: Application) -> None:
    assert _troubles(app, WELL) == {}


def test_queues_that_nobody_serves_are_named(app: Application) -> None:
    assert "No worker has been heard of" in _troubles(app, replace(WELL, workers=()))["workers"]
    lonely = replace(WELL, workers=WELL.workers[:1])
    assert "read, try" in _troubles(app, lonely)["workers"]


@pytest.mark.parametrize("sweeps", [(), (SweepNote(NOW - timedelta(minutes=10), 0, 0),)])
def test_a_clock_that_stands_still_is_told(app: Application, sweeps: tuple[SweepNote, ...]) -> None:
    assert "No sweep was heard of lately" in _troubles(app, replace(WELL, sweeps=sweeps))["clock"]


def test_files_that_do_not_answer_and_full_disks_are_told(app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    elsewhere = replace(app, files=open_file_store(str(folder)))
    folder.rmdir()
    folder.write_bytes(b"no folder")
    full = (replace(ROOM[0], is_low=True),)
    assert set(_troubles(elsewhere, WELL, full)) == {"files", "disk"}


def test_what_counts_as_little_room(app: Application) -> None:
    assert is_low(GB // 2, 8 * GB)
    assert not is_low(2 * GB, 8 * GB)
    assert is_low(4 * GB, 100 * GB)
    assert not is_low(11 * GB, 4000 * GB)
    (space,) = disks(app.settings)
    assert 0 < space.free < space.total
