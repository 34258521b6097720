"""Settings that need one another: a bucket its keys, a watched folder its template."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forms_app.config import load_settings
from forms_app.errors import SettingsError
from forms_app.files import open_file_store


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "a"}, "needs the environment variable AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ENDPOINT_URL": "http://s3:8333"}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ({"AWS_SECRET_ACCESS_KEY_FILE": "/nowhere"}, "/nowhere .* cannot be read"),
    ],
)
def test_a_bucket_needs_its_keys(keys: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(keys, files_url="s3://scans")
    assert load_settings(keys).files_url.endswith("/files")


def test_a_role_of_the_machine_needs_no_keys() -> None:
    assert load_settings({}, files_url="s3://scans").files_url == "s3://scans"


def test_a_watched_folder_needs_its_template() -> None:
    with pytest.raises(SettingsError, match="watch_folder needs watch_template"):
        load_settings({}, watch_folder="/scans")
    assert load_settings({}, watch_folder="/scans", watch_template="any").watch_folder == "/scans"


@pytest.mark.s3
def test_keys_of_a_bucket_come_from_files(
    s3_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        (tmp_path / name).write_text(os.environ[name] + "\n")
        monkeypatch.delenv(name)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    files = open_file_store(load_settings(files_url=f"{s3_url}/from-files").files_url)
    key = files.put(b"a scan")
    assert files.get(key) == b"a scan"
    files.delete(key)
