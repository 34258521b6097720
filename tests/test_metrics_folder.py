"""Processes that count together: forked, killed, many of them, on a full or read-only disk."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from forms_app import metrics
from forms_app.instruments import Gauge, Looked
from forms_app.metrics_folder import counted

BEGIN = """
import json, os, signal, sys
from pathlib import Path
from forms_app import metrics, metrics_folder
folder = Path(sys.argv[1])

def samples():
    return {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value
        for metric in metrics_folder.counted() for sample in metric.samples
    }

def forked(work):
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    os.waitpid(child, 0)
"""


def run(folder: Path, code: str) -> dict[str, float]:
    """What a process of its own prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_what_dead_processes_counted_stays_while_others_live(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
metrics_folder.keep_in(folder)
def work():
    metrics.SWEEPS.inc()
    metrics.STAGE_SECONDS.observe(0.3, stage="align")
    metrics.LAST_SWEEP.set(7)
    metrics.GPU_AVAILABLE.set(0)
work()
first = samples()
for _ in range(5):
    forked(work)
second, again = samples(), samples()
assert second == again
files = len(list(metrics_folder._place.glob("*.db")))
print(json.dumps({"first": first["fieldhand_sweeps_total{}"], "files": files} | second))
""",
    )
    assert found["first"] == 1
    assert found["fieldhand_sweeps_total{}"] == 6
    assert found['fieldhand_stage_duration_seconds_bucket{"le": "0.5", "stage": "align"}'] == 6
    assert found['fieldhand_stage_duration_seconds_bucket{"le": "0.25", "stage": "align"}'] == 0
    assert found['fieldhand_stage_duration_seconds_count{"stage": "align"}'] == 6
    assert found["fieldhand_last_sweep_timestamp_seconds{}"] == 7
    assert found["fieldhand_gpu_available{}"] == 0
    # Its own, and one of each kind for all the dead.
    modes = {item.mode for item in metrics.ALL if isinstance(item, Gauge)}
    assert found["files"] <= 2 * (2 + len(modes))


def test_files_of_dead_processes_go_where_nobody_ever_asks(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
metrics_folder.keep_in(folder)
metrics.SWEEPS.inc()
files = []
for _ in range(4):
    forked(lambda: (metrics_folder.tidy(), metrics.SWEEPS.inc()))
    files.append(len(list(metrics_folder._place.glob("*.db"))))
print(json.dumps({"after two": files[1], "after four": files[3]} | samples()))
""",
    )
    assert found["after two"] == found["after four"]
    assert found["fieldhand_sweeps_total{}"] == 5


def test_no_room_to_fold_loses_nothing(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
import errno
metrics_folder.keep_in(folder)
metrics.SWEEPS.inc()
forked(metrics.SWEEPS.inc)
def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
room, os.posix_fallocate = os.posix_fallocate, full
first = samples()["fieldhand_sweeps_total{}"]
os.posix_fallocate = room
print(json.dumps({"first": first} | samples()))
""",
    )
    assert found["first"] == found["fieldhand_sweeps_total{}"] == 2


def test_a_folder_that_is_taken_away_is_no_failure(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
import shutil
metrics_folder.keep_in(folder)
metrics.SWEEPS.inc()
shutil.rmtree(folder)
metrics.TASKS.inc(task="trial", outcome="done")
print(json.dumps(samples()))
""",
    )
    assert found == {}


def test_a_gauge_of_a_dead_process_is_gone(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
metrics_folder.keep_in(folder)
metrics.GPU_AVAILABLE.set(1)
forked(lambda: metrics.GPU_AVAILABLE.set(0))
print(json.dumps(samples()))
""",
    )
    assert found["fieldhand_gpu_available{}"] == 1


def test_a_start_with_nobody_alive_begins_at_zero(tmp_path: Path) -> None:
    code = "metrics_folder.keep_in(folder)\nmetrics.SWEEPS.inc()\nprint(json.dumps(samples()))"
    for _ in range(2):
        assert run(tmp_path, code)["fieldhand_sweeps_total{}"] == 1


def test_a_torn_file_hides_nothing_else(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
metrics_folder.keep_in(folder)
metrics.SWEEPS.inc()
(metrics_folder._place / "counter_1.db").write_bytes(b"")
(metrics_folder._place / "histogram_1.db").write_bytes(b"\\xff\\x00\\x00\\x00" + bytes(60))
print(json.dumps(samples()))
""",
    )
    assert found["fieldhand_sweeps_total{}"] == 1


def test_a_folder_that_cannot_be_used_leaves_each_process_its_own_counts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code = "metrics_folder.keep_in(folder)\nmetrics.SWEEPS.inc()\nprint(json.dumps(samples()))"
    assert run(tmp_path / "file", code)["fieldhand_sweeps_total{}"] == 1


def test_a_disk_that_fills_up_loses_counts_and_nothing_else(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        """
import errno
def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
metrics_folder.keep_in(folder)
room, os.posix_fallocate = os.posix_fallocate, full
metrics.SWEEPS.inc()
lost = len(samples())
os.posix_fallocate = room
metrics.SWEEPS.inc()
print(json.dumps({"lost": lost} | samples()))
""",
    )
    assert found["lost"] == 0
    assert found["fieldhand_sweeps_total{}"] == 1


def test_what_nobody_has_counted_is_known_all_the_same() -> None:
    names = {metric.name for metric in counted()}
    for item in metrics.ALL:
        is_there = item.full_name.removesuffix("_total") in names
        assert is_there != isinstance(item, Looked), item.name


def test_a_command_for_itself_makes_no_files(tmp_path: Path) -> None:
    found = run(tmp_path, "metrics.SWEEPS.inc()\nprint(json.dumps(samples()))")
    assert found["fieldhand_sweeps_total{}"] == 1
    assert not list(tmp_path.iterdir())
