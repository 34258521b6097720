"""`fieldhand submit`, `fieldhand watch`, and `serve` with a folder to watch."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms_app import demo
from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.embedded.database import migrate
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.dto.sources import SourceState
from forms_app.services.sources import list_sources
from tests.browser.demo_form import publish_demo
from tests.cli.program import fieldhand
from tests.reading.file_bytes import encrypted_pdf
from tests.reading.zip_bytes import zip_bytes
from tests.serving import Serve, start_fieldhand, wait_until

FILLED = sorted((demo.TEMPLATE.parent / "filled").glob("*.jpg"))
READ_LIMIT_S = 120


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Application]:
    """The application on a data folder in which the demo form is published."""
    settings = load_settings({}, data_dir=tmp_path / "data")
    migrate(settings)
    app = bootstrap(settings)
    publish_demo(app)
    yield app
    app.close()


@pytest.fixture
def data(kept: Application) -> Path:
    return kept.settings.data_dir


def _files(app: Application) -> dict[str, dict[str, str]]:
    return {
        batch.name: {file.name: file.state for file in batches.get_batch(app, batch.id).files}
        for batch in batches.list_batches(app)
    }


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "monday"
    (folder / "north").mkdir(parents=True)
    shutil.copy(FILLED[0], folder / "north" / "one.jpg")
    shutil.copy(FILLED[0], folder / "two.jpg")
    (folder / "empty.pdf").touch()
    (folder / "a.bmp").write_bytes(b"BM" + bytes(100))
    (folder / "locked.pdf").write_bytes(encrypted_pdf())
    (folder / "Thumbs.db").write_bytes(b"litter")
    return folder


def test_submit_takes_files_and_folders_and_says_what_became_of_each(
    data: Path, kept: Application, scans: Path
) -> None:
    command = ("submit", scans, "--template", "Clinic intake", "--batch", "March", "--data", data)
    first = fieldhand(*command)
    assert first.returncode == 3
    assert "monday/north/one.jpg: taken" in first.stdout
    assert "monday/two.jpg: duplicate of monday/north/one.jpg" in first.stdout
    assert "monday/empty.pdf: empty.pdf is empty (0 bytes)" in first.stderr
    assert "monday/a.bmp: a.bmp is not a file that can be read" in first.stderr
    assert "monday/locked.pdf: locked.pdf asks for a password" in first.stderr
    assert "2 of 5 files will be read; they are in the batch 'March'." in first.stdout
    assert first.stderr.endswith(
        "Fieldhand does not run here now; it reads the files once it does.\n"
    )
    expected = {
        "March": {
            "monday/a.bmp": "uploaded",  # until a worker opens it
            "monday/empty.pdf": "failed",
            "monday/locked.pdf": "uploaded",
            "monday/north/one.jpg": "uploaded",
            "monday/two.jpg": "duplicate",
        }
    }
    assert _files(kept) == expected
    # Given again, as after a break: nothing comes twice.
    assert fieldhand(*command).returncode == 3
    assert _files(kept) == expected
    [source] = list_sources(kept)
    assert (source.name, source.files_taken, source.errors) == ("fieldhand submit", 5, 6)


def test_submit_says_what_is_wrong_with_what_was_given(data: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    unknown = fieldhand("submit", FILLED[0], "--template", "Survey", "--data", data)
    assert unknown.returncode == 2 and "There is no template 'Survey'" in unknown.stderr
    empty = fieldhand("submit", tmp_path / "none", "--template", "1", "--data", data)
    assert empty.returncode == 2 and "There are no files" in empty.stderr


def test_watch_takes_files_until_it_is_stopped(
    data: Path, kept: Application, tmp_path: Path
) -> None:
    folder = tmp_path / "scanner"
    folder.mkdir()
    options = ("--template", "Clinic intake", "--batch", "March", "--settle", "0")
    with start_fieldhand("watch", str(folder), *options, "--data", str(data)) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Fieldhand does not run here now")
        assert process.stdout.readline().startswith("Watching ")
        (folder / "scans.zip").write_bytes(zip_bytes({"a.jpg": FILLED[0].read_bytes()}))
        assert process.stdout.readline() == "scans.zip: taken\n"
        wait_until(lambda: list(folder.glob("done/*/scans.zip")) != [], 10, "the file in done/")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "Stopped.\n"
    assert process.returncode == 0
    assert _files(kept) == {"March": {"scans.zip": "uploaded"}}
    [source] = list_sources(kept)
    assert (source.name, source.files_taken) == (str(folder), 1)
    assert source.state == SourceState.STOPPED


@pytest.mark.redis
def test_serve_watches_the_folder_of_the_settings(tmp_path: Path) -> None:
    """A ZIP with a scan put into the folder is read without anybody doing anything."""
    folder = tmp_path / "scanner"
    folder.mkdir()
    watched = {"watch_folder": folder, "watch_template": "Clinic intake", "watch_batch": "March"}
    with Serve(tmp_path / "data", workers=1, **watched) as serve:
        assert f"takes scans from {folder}" in serve.said()
        app = bootstrap(load_settings({}, data_dir=serve.data_dir))
        try:
            publish_demo(app)
            scan = {"north/one.jpg": FILLED[0].read_bytes()}
            (folder / "monday.zip").write_bytes(zip_bytes(scan))
            expected = {"March": {"monday.zip": "done", "north/one.jpg": "done"}}
            wait_until(lambda: _files(app) == expected, READ_LIMIT_S, "the form read")
        finally:
            app.close()


def test_serve_needs_the_template_of_the_watched_folder(tmp_path: Path) -> None:
    process = start_fieldhand(
        "serve", "--data", str(tmp_path), FIELDHAND_WATCH_FOLDER=str(tmp_path)
    )
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "The setting watch_folder needs watch_template" in said
