"""The file store as the doctor sees it: a folder and a real S3 server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forms_app.config import Settings, load_settings
from forms_app.doctor.stored_files import check_files, judge_duration
from tests.doctor.asking import as_nobody, by_name


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_folder_that_works_is_left_as_it_was(settings: Settings) -> None:
    folder = Path(settings.files_url)
    folder.mkdir(parents=True)
    found = by_name(check_files(settings))["works"]
    assert found.verdict == "ok" and "read and deleted" in found.said
    assert files_in(folder) == []


def test_a_folder_that_serve_has_not_made_yet_is_not_made(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / "data")
    assert by_name(check_files(settings))["works"].verdict == "ok"
    assert not settings.data_dir.exists()


def test_a_folder_that_cannot_be_written(settings: Settings) -> None:
    Path(settings.files_url).mkdir(parents=True)
    Path(settings.files_url).chmod(0o500)
    with as_nobody():
        found = by_name(check_files(settings))["works"]
    assert found.verdict == "failed" and "files_url" in found.advice


@pytest.mark.s3
def test_a_bucket_that_works(settings: Settings, s3_url: str) -> None:
    asked = replace(settings, files_url=f"{s3_url}/doctor")
    assert by_name(check_files(asked))["works"].verdict == "ok"


@pytest.mark.s3
def test_a_key_that_the_bucket_does_not_take(
    settings: Settings, s3_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    found = by_name(check_files(replace(settings, files_url=s3_url)))["works"]
    assert found.verdict == "failed" and "the keys" in found.advice
    assert "hunter2" not in found.sentences


def test_a_slow_place_is_told_of() -> None:
    assert judge_duration("/slow", 0.1).verdict == "ok"
    assert judge_duration("/slow", 3.0).verdict == "warning"
