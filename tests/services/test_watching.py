"""Watched folders: files at rest are taken once, moved away, and refused ones say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from forms_app.errors import DatabaseUnavailableError
from forms_app.services import batches, templates, uploads
from forms_app.services.application import Application
from forms_app.services.watching import FolderWatcher, WatchPlan
from tests import factories
from tests.reading.file_bytes import empty_pdf, encrypted_pdf
from tests.reading.zip_bytes import encrypted_zip, zip_bytes

TODAY = date.today().isoformat()


def _png(shade: int) -> bytes:
    return cv2.imencode(".png", np.full((50, 40), shade, np.uint8))[1].tobytes()


class Scanner:
    """A watched folder, whoever writes into it, and a clock that a test moves on."""

    def __init__(self, app: Application, folder: Path, batch: str = "day") -> None:
        self.app = app
        self.folder = folder
        self.plan = WatchPlan(folder, "Intake", batch, settle_s=5)
        self.now = 0.0
        self.said: list[str] = []
        self.warned: list[str] = []
        self.start()

    def start(self) -> None:
        """As after a restart: what was remembered is forgotten."""
        self.watcher = FolderWatcher(
            self.app, self.plan, self.said.append, self.warned.append, lambda: self.now
        )

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def look(self, seconds: float = 6) -> int:
        """Let that much time pass between two looks; what the second one moved."""
        moved = self.watcher.look()
        self.now += seconds
        return moved + self.watcher.look()

    def in_batches(self) -> dict[str, list[tuple[str, str]]]:
        return {
            batch.name: [(f.name, f.state) for f in batches.get_batch(self.app, batch.id).files]
            for batch in batches.list_batches(self.app)
        }

    def left(self) -> list[str]:
        """Everything in the folder but directories."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.folder).as_posix() for path in files)


@pytest.fixture
def scanner(app: Application, tmp_path: Path) -> Iterator[Scanner]:
    factories.make_published(app)
    (tmp_path / "scans").mkdir()
    yield Scanner(app, tmp_path / "scans")


def test_a_file_at_rest_is_taken_and_moved_away(scanner: Scanner) -> None:
    scanner.put("one.png", _png(1))
    scanner.put("desk/two.png", _png(2))
    assert scanner.look() == 2
    day = f"scans {TODAY}"
    assert scanner.in_batches() == {day: [("one.png", "uploaded"), ("desk/two.png", "uploaded")]}
    assert scanner.left() == [f"done/{TODAY}/desk/two.png", f"done/{TODAY}/one.png"]
    assert scanner.look() == 0
    assert scanner.said == ["one.png: taken", "desk/two.png: taken"]


def test_a_file_that_is_still_written_is_waited_for(scanner: Scanner) -> None:
    path = scanner.put("slow.png", _png(1)[:20])
    assert scanner.look(4) == 0
    path.write_bytes(_png(1))
    assert scanner.look(4) == 0
    assert scanner.look(4) == 1
    assert list(scanner.in_batches().values()) == [[("slow.png", "uploaded")]]


def test_a_cut_off_file_gets_a_minute_more(scanner: Scanner) -> None:
    path = scanner.put("slow.png", _png(1)[:60])
    assert scanner.look(50) == 0
    path.write_bytes(_png(1))
    assert scanner.look() == 1
    scanner.put("broken.png", _png(2)[:20])
    assert scanner.look(50) == 0
    assert scanner.look(20) == 1
    reason = scanner.folder / f"failed/{TODAY}/broken.png.reason.txt"
    assert reason.read_text().startswith("broken.png is damaged or cut off")
    scanner.put("unusual.pdf", empty_pdf(1).replace(b"%%EOF", b""))
    assert scanner.look(50) == 0
    assert scanner.look(20) == 1
    assert f"done/{TODAY}/unusual.pdf" in scanner.left()


def test_names_of_unfinished_and_hidden_files_are_passed_over(scanner: Scanner) -> None:
    for name in ("a.png.part", "b.tmp", ".hidden.png", "Thumbs.db", "c.png.crdownload"):
        scanner.put(name, _png(1))
    assert scanner.look() == 0
    (scanner.folder / "a.png.part").rename(scanner.folder / "a.png")
    assert scanner.look() == 1


def test_what_cannot_be_read_is_put_aside_with_its_reason(scanner: Scanner) -> None:
    scanner.put("letter.pdf", b"Dear reader")
    scanner.put("empty.png", b"")
    scanner.put("locked.pdf", encrypted_pdf())
    scanner.put("secret.zip", encrypted_zip())
    scanner.put("fine.zip", zip_bytes({"x.png": _png(1)}))
    assert scanner.look() == 5
    left = scanner.left()
    assert f"done/{TODAY}/fine.zip" in left
    for name in ("letter.pdf", "empty.png", "locked.pdf", "secret.zip"):
        assert f"failed/{TODAY}/{name}" in left
    reason = (scanner.folder / f"failed/{TODAY}/locked.pdf.reason.txt").read_text()
    assert reason == "locked.pdf asks for a password. Save it without one and upload it again.\n"
    # People see them in the batch, too.
    assert len(scanner.in_batches()[f"scans {TODAY}"]) == 5


def test_a_file_over_the_limit_is_put_aside(app: Application, tmp_path: Path) -> None:
    small = replace(app, settings=replace(app.settings, max_file_mb=1))
    factories.make_published(app)
    scanner = Scanner(small, tmp_path / "scans")
    scanner.put("big.tif", b"II*\x00" + bytes(1 << 20))
    assert scanner.look() == 1
    reason = scanner.folder / f"failed/{TODAY}/big.tif.reason.txt"
    assert "at most 1 MB are accepted (setting max_file_mb)" in reason.read_text()
    assert batches.list_batches(app)[0].files == 0


@pytest.mark.parametrize("moment", ["after taking", "before taking"])
def test_a_stop_in_the_middle_takes_nothing_twice(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    scanner.put("one.png", _png(1))
    with monkeypatch.context() as patch:
        name = "_move" if moment == "after taking" else "_take"

        def is_killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(FolderWatcher, name, is_killed)
        with pytest.raises(KeyboardInterrupt):
            scanner.look()
    scanner.start()
    assert scanner.look() == 1
    assert scanner.in_batches() == {f"scans {TODAY}": [("one.png", "uploaded")]}


def test_the_same_name_again_is_another_file(scanner: Scanner) -> None:
    for shade in (1, 2, 1):
        scanner.put("scan.png", _png(shade))
        assert scanner.look() == 1
    [files] = scanner.in_batches().values()
    assert [state for _, state in files] == ["uploaded", "uploaded", "duplicate"]
    assert scanner.said[-1] == "scan.png: duplicate of scan.png"
    assert f"done/{TODAY}/scan (3).png" in scanner.left()


def test_each_folder_can_be_a_batch(app: Application, tmp_path: Path) -> None:
    factories.make_published(app)
    folder = tmp_path / "scans"
    scanner = Scanner(app, folder, batch="folder")
    scanner.put("north/week 1/a.png", _png(1))
    scanner.put("south/a.png", _png(2))
    scanner.put("loose.png", _png(3))
    assert scanner.look() == 3
    assert scanner.in_batches() == {
        "north": [("north/week 1/a.png", "uploaded")],
        "south": [("south/a.png", "uploaded")],
        f"scans {TODAY}": [("loose.png", "uploaded")],
    }


def test_a_batch_of_its_name_is_gone_on_with(scanner: Scanner, app: Application) -> None:
    version = templates.list_templates(app)[0].published_version_id
    assert version is not None
    batch = batches.create_batch(app, version, "March")
    other = Scanner(app, scanner.folder, batch="March")
    other.put("one.png", _png(1))
    other.look()
    assert [file.name for file in batches.get_batch(app, batch.id).files] == ["one.png"]


def test_without_a_published_template_the_files_wait(app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    scanner = Scanner(app, folder)
    scanner.put("one.png", _png(1))
    assert scanner.look() == scanner.look() == 0
    assert scanner.warned == ["There is no template 'Intake'. The files stay where they are."]
    factories.make_published(app)
    assert scanner.look() == 1


def test_outages_leave_the_files_where_they_are(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner.put("one.png", _png(1))
    with monkeypatch.context() as patch:

        def is_down(*_: object, **__: object) -> None:
            raise DatabaseUnavailableError("The database does not answer; try again in a moment.")

        patch.setattr("forms_app.services.watching.take_file", is_down)
        assert scanner.look() == scanner.look() == 0
    assert scanner.left() == ["one.png"]
    assert len(scanner.warned) == 1
    assert scanner.look() == 1
    gone = scanner.folder.with_name("unplugged")
    scanner.folder.rename(gone)
    assert scanner.look() == 0
    assert "cannot be read" in scanner.warned[-1]
    gone.rename(scanner.folder)
    scanner.put("two.png", _png(2))
    assert scanner.look() == 1


def test_a_file_that_cannot_be_moved_is_taken_once_and_told_once(scanner: Scanner) -> None:
    scanner.put("done", b"a file where the folder should be")
    scanner.put("one.png", _png(1))
    assert scanner.look() == scanner.look() == 0
    scanner.start()
    assert scanner.look() == 0
    assert scanner.in_batches() == {f"scans {TODAY}": [("one.png", "uploaded")]}
    assert len(scanner.warned) == 2  # once by each of the two watchers


def test_a_file_removed_from_its_batch_can_come_again(scanner: Scanner) -> None:
    scanner.put("one.png", _png(1))
    scanner.look()
    [batch] = batches.list_batches(scanner.app)
    [file] = batches.get_batch(scanner.app, batch.id).files
    uploads.remove_file(scanner.app, file.id)
    (scanner.folder / f"done/{TODAY}/one.png").rename(scanner.folder / "one.png")
    assert scanner.look() == 1
    assert [f.name for f in batches.get_batch(scanner.app, batch.id).files] == ["one.png"]


def test_pages_of_any_published_template_may_come(app: Application, tmp_path: Path) -> None:
    scanner = Scanner(app, tmp_path / "scans")
    scanner.plan = replace(scanner.plan, template="any")
    scanner.start()
    scanner.put("one.png", _png(1))
    assert scanner.look() == 0
    assert scanner.warned == ["There is no published template yet. The files stay where they are."]
    factories.make_published(app)
    assert scanner.look() == 1
    scanner.put("two.png", _png(2))
    assert scanner.look() == 1
    [(name, files)] = scanner.in_batches().items()
    assert (name, len(files)) == (f"scans {TODAY}", 2)
