"""A backup taken while people work holds one moment of the site, and all of it comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forms_app.bootstrap import bootstrap
from forms_app.cli.backup import command as backup_command
from forms_app.cli.restore import command as restore_command
from forms_app.config import Settings
from forms_app.errors import BackupError
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.services.backing_up import BackupReport, back_up
from forms_app.services.backup_folders import backups_in, files_in, only_one
from forms_app.services.restoring import RestoreReport, check, restore
from migrations import current_revision, head_revision, known_revisions, upgrade
from tests.deploy.contents import damage, keys_of, rows_of
from tests.deploy.programs import search_path
from tests.factories import make_batch, make_submission
from tests.fakes import with_recorded_tasks

OLDER = "0012"


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", search_path())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def empty_site(any_app: Application, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """Settings of a site of the same kind that has nothing yet."""
    folder = tmp_path / "restored"
    url = f"sqlite:///{folder}/fieldhand.db"
    if any_app.engine.dialect.name != "sqlite":
        url = request.getfixturevalue("empty_postgres_url")
    return replace(
        any_app.settings, data_dir=folder, database_url=url, files_url=str(folder / "files")
    )


@pytest.fixture
def restored(empty_site: Settings) -> Iterator[Application]:
    with with_recorded_tasks(bootstrap(empty_site)) as app:
        yield app


def backed_up(app: Application, root: Path, keep: int | None = None) -> BackupReport:
    return back_up(app, root, head_revision(app.engine), keep)


def restored_from(root: Path, app: Application) -> RestoreReport:
    return restore(app, root, known_revisions(app.engine))


def fill(app: Application, forms: int = 2) -> int:
    """A batch of forms that were read."""
    batch = make_batch(app)
    for number in range(forms):
        make_submission(app, batch.id, name=f"{batch.id}-{number}.png")
    return batch.id


def test_everything_comes_back(any_app: Application, restored: Application, root: Path) -> None:
    fill(any_app)
    report = backed_up(any_app, root)
    before, keys = rows_of(any_app), keys_of(any_app)
    assert report.files == report.copied == len(keys) > 2
    assert not report.gone and not report.damaged
    assert check(root, "").lost == ()
    assert restored_from(root, restored).lost == ()
    assert rows_of(restored) == before
    assert current_revision(restored.engine) == head_revision(any_app.engine)
    for key in keys:
        assert restored.files.get(key) == any_app.files.get(key)


def test_new_rows_go_on_where_the_old_ones_ended(
    any_app: Application, restored: Application, root: Path
) -> None:
    fill(any_app)
    backed_up(any_app, root)
    restored_from(root, restored)
    assert fill(restored) > max(row[0] for row in rows_of(any_app)["batches"])  # type: ignore[type-var]


def test_people_go_on_while_it_is_made(
    any_app: Application, restored: Application, root: Path
) -> None:
    fill(any_app)
    stop = threading.Event()
    wrote = threading.Event()

    def write() -> None:
        while not stop.is_set():
            fill(any_app, forms=1)
            wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(60)
        backed_up(any_app, root)
        after = len(rows_of(any_app)["batches"])
    finally:
        stop.set()
        writer.join()
    assert restored_from(root, restored).lost == ()
    assert 2 <= len(rows_of(restored)["batches"]) <= after
    for key in keys_of(restored):
        restored.files.verify(key)


def test_only_new_files_are_copied_again(app: Application, root: Path) -> None:
    fill(app)
    first = backed_up(app, root)
    before = len(keys_of(app))
    fill(app, forms=1)
    (root / first.name).rename(root / "20200101T000000Z")
    second = backed_up(app, root)
    assert second.copied == len(keys_of(app)) - before > 0
    assert [backup.name for backup in backups_in(root)] == ["20200101T000000Z", second.name]


def test_old_backups_go_with_the_files_that_only_they_need(app: Application, root: Path) -> None:
    batch_id = fill(app)
    kept_batch = fill(app, forms=1)
    first = backed_up(app, root)
    (root / first.name).rename(root / "20200101T000000Z")
    old_keys = keys_of(app)
    batches.delete_batch(app, batch_id)
    report = backed_up(app, root, keep=1)
    assert report.dropped == ("20200101T000000Z",)
    kept = keys_of(app)
    assert kept < old_keys
    stored = files_in(root, "")
    assert {key for key in old_keys if stored.exists(key)} == kept
    assert batches.get_batch(app, kept_batch).summary.submissions == 1


def test_files_that_people_delete_meanwhile_are_no_damage(
    app: Application, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = fill(app)
    keys = keys_of(app)

    def delete_first(*arguments: object) -> list[str]:
        batches.delete_batch(app, batch_id)
        return copy_files(*arguments)  # type: ignore[arg-type]

    from forms_app.services.backing_up import copy_files

    monkeypatch.setattr("forms_app.services.backing_up.copy_files", delete_first)
    report = backed_up(app, root)
    assert report.damaged == ()
    assert set(report.gone) == keys - keys_of(app) != set()


def test_damage_of_the_site_is_named(app: Application, root: Path, settings: Settings) -> None:
    fill(app)
    [key, *_] = sorted(keys_of(app))
    damage(Path(settings.files_url), key)
    result = run(backup_command, root, settings)
    assert result.exit_code == 3
    assert f"the file {key} is missing or damaged on this site" in result.output


def test_damage_of_the_backup_is_found_and_the_rest_restored(
    app: Application, root: Path, settings: Settings, tmp_path: Path
) -> None:
    fill(app)
    backed_up(app, root)
    [key, *_] = sorted(keys_of(app))
    damage(root / "files", key)
    assert check(root, "").lost == (key,)
    elsewhere = tmp_path / "elsewhere"
    result = run(restore_command, root, settings, "--data", str(elsewhere))
    assert result.exit_code == 3
    assert key in result.output
    assert (elsewhere / "fieldhand.db").exists()
    [backup] = backups_in(root)
    backup.database.write_bytes(backup.database.read_bytes()[:-1])
    with pytest.raises(BackupError, match=r"database\.sqlite has changed"):
        check(root, "")


def test_nothing_is_restored_over_a_site_in_use(any_app: Application, root: Path) -> None:
    fill(any_app)
    backed_up(any_app, root)
    before = rows_of(any_app)
    with pytest.raises(BackupError, match="restore into an empty one"):
        restored_from(root, any_app)
    assert rows_of(any_app) == before


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    root: Path, settings: Settings, tmp_path: Path
) -> None:
    older = replace(settings, database_url=f"sqlite:///{tmp_path}/older.db")
    app = bootstrap(older)
    upgrade(app.engine, OLDER)
    app.close()
    assert run(backup_command, root, older).exit_code == 0
    result = run(restore_command, root, settings, "--data", str(tmp_path / "elsewhere"))
    assert f"brought from {OLDER} to {head_revision(app.engine)}" in result.output


def test_a_backup_of_a_newer_version_is_refused(
    any_app: Application, restored: Application, root: Path
) -> None:
    fill(any_app)
    back_up(any_app, root, "9999")
    with pytest.raises(BackupError, match="newer; install that version"):
        restored_from(root, restored)
    assert not rows_of(restored)


def test_a_folder_that_cannot_be_written_is_named(app: Application, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BackupError, match="file/backups cannot be written"):
        backed_up(app, tmp_path / "file" / "backups")


@pytest.mark.postgres
def test_the_kinds_of_databases_are_not_mixed_up(
    app: Application, root: Path, empty_postgres_url: str
) -> None:
    fill(app)
    backed_up(app, root)
    other = bootstrap(replace(app.settings, database_url=empty_postgres_url))
    with pytest.raises(BackupError, match="not of a postgresql database"):
        restored_from(root, other)
    other.close()


@pytest.mark.postgres
def test_missing_programs_are_asked_for(
    root: Path, postgres_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(root))
    app = bootstrap(replace(settings, database_url=postgres_url))
    with pytest.raises(BackupError, match="pg_dump is not installed here"):
        backed_up(app, root)
    app.close()
    assert not backups_in(root)


def test_one_at_a_time(app: Application, root: Path) -> None:
    fill(app)
    with only_one(root), pytest.raises(BackupError, match="under way"):
        backed_up(app, root)


def test_what_an_interrupted_backup_left_is_no_backup(app: Application, root: Path) -> None:
    (root / ".draft-killed").mkdir(parents=True)
    assert not backups_in(root)
    with pytest.raises(BackupError, match="There is no backup"):
        check(root, "")
    fill(app)
    backed_up(app, root)
    assert not (root / ".draft-killed").exists()


def test_the_commands(app: Application, root: Path, settings: Settings, tmp_path: Path) -> None:
    fill(app)
    made = run(backup_command, root, settings, "--keep", "2")
    assert made.exit_code == 0
    assert "the database and" in made.output
    checked = run(restore_command, root, settings, "--check")
    assert (checked.exit_code, "files whole" in checked.output) == (0, True)
    restored = run(restore_command, root, settings, "--data", str(tmp_path / "elsewhere"))
    assert restored.exit_code == 0
    assert "files restored" in restored.output
    again = run(restore_command, root, settings, "--data", str(tmp_path / "elsewhere"))
    assert isinstance(again.exception, BackupError)


def run(command: object, root: Path, settings: Settings, *options: str) -> Result:
    environment = {} if "--data" in options else {"FIELDHAND_DATABASE_URL": settings.database_url}
    if "--data" not in options:
        options = (*options, "--data", str(settings.data_dir))
    return CliRunner().invoke(command, [str(root), *options], env=environment)  # type: ignore[arg-type]
