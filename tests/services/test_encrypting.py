"""Old files come under a key, and keys are changed, while the site goes on."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from forms_app.bootstrap import bootstrap
from forms_app.cli.files import command
from forms_app.config import Settings
from forms_app.doctor.stored_files import check_files
from forms_app.errors import ConfigurationError, StorageKeyError
from forms_app.files import FileStore, open_file_store
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.backing_up import back_up
from forms_app.services.encrypting import encrypt_files
from forms_app.services.restoring import check, restore
from forms_app.store.blobs import referenced_blobs
from migrations import head_revision, known_revisions
from tests import factories
from tests.doctor.asking import by_name
from tests.fakes import with_recorded_tasks

FIRST, SECOND = (base64.b64encode(bytes([i]) * 32).decode() for i in (1, 2))


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "_keys"]


def is_encrypted(path: Path) -> bool:
    return path.read_bytes().startswith(b"FHSEAL")


def with_key(app: Application, files_key: str) -> Application:
    """The same site, started again with another key."""
    settings = replace(app.settings, files_key=files_key)
    return replace(app, settings=settings, files=open_file_store(settings.files_url, files_key))


@pytest.fixture
def folder(app: Application) -> Path:
    """Where a plain site with one read form keeps its files."""
    batch = factories.make_batch(app)
    factories.make_submission(app, batch.id)
    return Path(app.settings.files_url)


def test_all_files_are_encrypted_once(app: Application, folder: Path) -> None:
    before = len(files_of(folder))
    assert before > 2 and not any(map(is_encrypted, files_of(folder)))
    site = with_key(app, FIRST)
    told: list[int] = []
    assert encrypt_files(site, told.append).moved == before == told[-1]
    assert all(map(is_encrypted, files_of(folder))) and len(files_of(folder)) == before
    assert encrypt_files(site, told.append).moved == 0
    with pytest.raises(StorageKeyError):
        app.files.check_keys()


def test_it_goes_on_where_it_was_stopped(app: Application, folder: Path) -> None:
    site, before = with_key(app, FIRST), len(files_of(folder))

    def stop(moved: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encrypt_files(site, stop)
    assert encrypt_files(site, lambda _: None).moved == before - 1
    assert all(map(is_encrypted, files_of(folder)))


def test_a_key_is_changed_and_given_up(app: Application, folder: Path) -> None:
    encrypt_files(with_key(app, FIRST), lambda _: None)
    report = encrypt_files(with_key(app, f"{SECOND},{FIRST}"), lambda _: None)
    assert report.moved == len(files_of(folder)) and len(report.retired) == 1
    site = with_key(app, SECOND)
    site.files.check_keys()
    batches.delete_batch(site, 1)


def test_a_damaged_file_is_named_and_stays(app: Application, folder: Path) -> None:
    victim = sorted(files_of(folder))[0]
    victim.write_bytes(b"something else")
    report = encrypt_files(with_key(app, FIRST), lambda _: None)
    assert report.damaged == (str(victim.relative_to(folder)),)
    assert victim.read_bytes() == b"something else"


def test_a_file_that_is_deleted_meanwhile_does_not_come_back(
    app: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = with_key(app, FIRST)
    taken = FileStore.verified_chunks
    batch_ids = [1]

    def then_deleted(files: FileStore, keys: list[str]) -> Iterator[bytes]:
        yield from taken(files, keys)
        if batch_ids:
            batches.delete_batch(app, batch_ids.pop())

    monkeypatch.setattr(FileStore, "verified_chunks", then_deleted)
    assert encrypt_files(site, lambda _: None).damaged == ()
    with app.session() as session:
        assert len(files_of(folder)) == len(referenced_blobs(session))
    assert all(map(is_encrypted, files_of(folder)))


def test_the_command_tells_what_it_did(
    app: Application, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDHAND_DATABASE_URL", app.settings.database_url)
    monkeypatch.setenv("FIELDHAND_FILES_URL", app.settings.files_url)
    run = ["encrypt", "--data", str(app.settings.data_dir)]
    refused = CliRunner().invoke(command, run)
    assert isinstance(refused.exception, ConfigurationError)
    assert "openssl rand" in str(refused.exception)
    monkeypatch.setenv("FIELDHAND_FILES_KEY", FIRST)
    result = CliRunner().invoke(command, run)
    assert result.exit_code == 0 and "now all are" in result.output
    assert all(map(is_encrypted, files_of(folder)))


def test_a_backup_of_encrypted_files_is_encrypted_and_comes_back(
    app: Application, folder: Path, tmp_path: Path
) -> None:
    site, root = with_key(app, FIRST), tmp_path / "backups"
    back_up(site, root, head_revision(app.engine))
    assert all(map(is_encrypted, files_of(root / "files")))
    assert check(root, FIRST).lost == ()
    with pytest.raises(StorageKeyError):
        check(root, "")
    again = tmp_path / "again"
    settings = replace(
        site.settings,
        data_dir=again,
        database_url=f"sqlite:///{again}/fieldhand.db",
        files_url=str(again / "files"),
    )
    with with_recorded_tasks(bootstrap(settings)) as restored:
        assert restore(restored, root, known_revisions(restored.engine)).lost == ()
    assert len(files_of(again / "files")) == len(files_of(root / "files"))
    next(root.glob("2*Z")).rename(root / "20200101T000000Z")
    assert back_up(site, root, head_revision(app.engine), keep=1).copied == 0
    assert check(root, FIRST).lost == ()


@pytest.mark.parametrize("files_key", ["", SECOND])
def test_the_doctor_says_that_the_key_is_wrong(settings: Settings, files_key: str) -> None:
    open_file_store(settings.files_url, FIRST).put(b"encrypted")
    found = by_name(check_files(replace(settings, files_key=files_key)))["works"]
    assert found.verdict == "failed" and "files_key" in found.said
    assert "nothing is lost" in found.advice
    good = by_name(check_files(replace(settings, files_key=FIRST)))["works"]
    assert good.verdict == "ok"
