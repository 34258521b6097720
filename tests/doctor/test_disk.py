"""Folders and space as the doctor sees them."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import Settings
from forms_app.doctor.disk import (
    check_disk,
    judge_inodes,
    judge_space,
    judge_temporary,
    try_folder,
)
from tests.doctor.asking import as_nobody, by_name

GB = 1_000_000_000


def test_folders_are_tried_and_left_as_they_were(settings: Settings, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    found = by_name(check_disk(settings))
    assert set(found) == {"data", "data_space", "inodes", "temporary_space"}
    # The folder is made at the first start: that it can be is tried where it will lie.
    assert found["data"].verdict == "ok" and str(tmp_path) in found["data"].said
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with as_nobody():
        found = try_folder("data", Path("/proc"))
    assert found.verdict == "failed" and "data_dir" in found.advice


def test_a_full_disk(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        found = try_folder("data", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert found.verdict == "failed" and "no space left" in found.said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("free", "verdict"), [(80 * GB, "ok"), (2 * GB, "warning"), (GB // 10, "failed")]
)
def test_space_that_runs_short(free: int, verdict: str) -> None:
    found = judge_space("data_space", Path("/data"), free, 100 * GB)
    assert found.verdict == verdict and "of 100.0 GB" in found.said


def test_a_small_folder_for_temporary_files() -> None:
    assert judge_temporary(Path("/tmp"), 3 * GB, 2 * GB).verdict == "ok"
    found = judge_temporary(Path("/tmp"), 1 * GB, 2 * GB)
    assert found.verdict == "warning" and "TMPDIR" in found.advice


def test_inodes_that_run_short() -> None:
    facts = os.statvfs_result((4096, 4096, 100, 50, 50, 1_000_000, 20, 20, 0, 255))
    assert judge_inodes(Path("/"), facts).verdict == "warning"
    uncounted = os.statvfs_result((4096, 4096, 100, 50, 50, 0, 0, 0, 0, 255))
    assert judge_inodes(Path("/"), uncounted).verdict == "ok"


def test_a_watched_folder_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    asked = replace(settings, watch_folder=str(tmp_path))
    assert by_name(check_disk(asked))["watch_folder"].verdict == "ok"
    asked = replace(settings, watch_folder=str(tmp_path / "unmounted"))
    assert by_name(check_disk(asked))["watch_folder"].verdict == "warning"
