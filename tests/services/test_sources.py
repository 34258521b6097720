"""Sources: what they tell is counted once, and who is missing is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import update

from forms_app.errors import NotFoundError, UserError
from forms_app.services import sources
from forms_app.services.application import Application
from forms_app.services.dto.sources import Source, SourceKind, SourceState
from forms_app.services.operations_health import find_troubles
from forms_app.services.site_metrics import SiteMetrics
from forms_app.services.sources import SourceReport, list_sources
from forms_app.services.watching import FolderWatcher, WatchPlan, watch
from forms_app.store.base import utc_now
from forms_app.store.models import LOCAL_USER_ID, IntakeSourceRow
from tests import factories
from tests.reading.file_bytes import encrypted_pdf
from tests.services.audit_trail import events_of

THREADS, TOLD = 8, 40
FOLDER = SourceKind.FOLDER


def _only(app: Application) -> Source:
    [source] = list_sources(app)
    return source


def _let_hours_pass(app: Application) -> None:
    with app.session() as session:
        before = utc_now() - timedelta(hours=2)
        session.execute(update(IntakeSourceRow).values(last_seen_at=before))


def test_what_many_tell_at_once_is_all_counted(any_app: Application) -> None:
    """As many requests of one token do."""
    report = SourceReport(any_app, SourceKind.API, "Scanner", 1)

    def tell(number: int) -> None:
        report.taken(f"{number}.png", str(number))
        report.failed(f"{number}.png: It is empty.")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(tell, range(TOLD)))
    found = _only(any_app)
    assert (found.files_taken, found.errors, found.state) == (TOLD, TOLD, SourceState.ASKED)
    assert (found.host, found.backlog) == ("", None)


def test_a_file_that_is_told_twice_counts_once(any_app: Application) -> None:
    report = SourceReport(any_app, FOLDER, "/scans", 1)
    report.rule("Intake", "day")
    for taking in ("a", "a", "b"):
        report.taken("one.png", taking)
    found = _only(any_app)
    assert (found.files_taken, found.last_file_name) == (2, "one.png")
    assert (found.template, found.batch_rule) == ("Intake", "day")


def test_a_source_is_there_hindered_silent_or_stopped(any_app: Application) -> None:
    report = SourceReport(any_app, FOLDER, "/scans", 1)
    report.alive(3, None)
    assert (_only(any_app).state, _only(any_app).backlog) == (SourceState.WATCHING, 3)
    report.alive(3, "The folder /scans cannot be read: it is gone.")
    assert _only(any_app).state == SourceState.HINDERED
    _let_hours_pass(any_app)
    assert _only(any_app).state == SourceState.SILENT
    report.stopped()
    assert _only(any_app).state == SourceState.STOPPED
    report.alive(0, None)
    assert _only(any_app).state == SourceState.WATCHING


def test_operations_and_metrics_tell_of_a_silent_folder(app: Application) -> None:
    def told() -> dict[str, str]:
        parts = find_troubles(app, None, (), utc_now())
        return {part.name: part.trouble for part in parts}

    assert "sources" not in told()
    report = SourceReport(app, FOLDER, "/scans", 1)
    report.alive(7, None)
    assert told()["sources"] == ""
    found = {
        sample.name: sample.value
        for family in SiteMetrics(app).families()
        for sample in family.samples
        if sample.labels.get("source") == "/scans"
    }
    assert found == {"fieldhand_source_up": 1, "fieldhand_source_backlog_files": 7}
    report.alive(7, "The folder /scans cannot be read.")
    assert told()["sources"] == "The folder /scans cannot be read."
    _let_hours_pass(app)
    assert told()["sources"].startswith("Nobody watches /scans any more.")


def test_sources_belong_to_projects_and_can_be_forgotten(app: Application) -> None:
    SourceReport(app, FOLDER, "/scans", 1).alive(0, None)
    assert list_sources(app, {2}) == []
    [source] = list_sources(app, {1})
    assert sources.forget_source(app, source.id, LOCAL_USER_ID) == "/scans"
    assert list_sources(app) == []
    with pytest.raises(NotFoundError):
        sources.forget_source(app, source.id, LOCAL_USER_ID)
    [event] = events_of(app, "forget")
    assert (event.subject_id, event.project_id, event.detail) == (source.id, 1, {"name": "/scans"})


def test_names_that_are_no_text_do_not_stop_a_source(any_app: Application) -> None:
    report = SourceReport(any_app, FOLDER, "/scans/\udcff", 1)
    report.taken("a\udcff\x00.png", "a")
    report.failed("b\udcff: " + "long" * 1000)
    assert (_only(any_app).name, _only(any_app).last_file_name) == ("/scans/", "a.png")


def test_a_watched_folder_tells_what_it_does(app: Application, tmp_path: Path) -> None:
    factories.make_published(app)
    now = 0.0
    plan = WatchPlan(tmp_path / "scans", "Intake", settle_s=5)
    plan.folder.mkdir()
    watcher = FolderWatcher(app, plan, lambda _: None, lambda _: None, lambda: now)
    (plan.folder / "locked.pdf").write_bytes(encrypted_pdf())
    watcher.look()
    assert (_only(app).backlog, _only(app).files_taken) == (1, 0)
    now = 6.0
    watcher.look()
    found = _only(app)
    assert (found.backlog, found.files_taken, found.errors) == (0, 1, 1)
    assert found.last_file_name == "locked.pdf"
    assert str(found.last_error).startswith("locked.pdf: ")
    assert found.state == SourceState.WATCHING
    with pytest.raises(UserError):
        watch(app, replace(plan, folder=tmp_path / "none"), Event(), print, print)
    hindered = list_sources(app)[0]
    assert (hindered.state, hindered.name) == (SourceState.HINDERED, str(tmp_path / "none"))
    ended = Event()
    ended.set()
    watch(app, plan, ended, print, print)
    assert {source.state for source in list_sources(app)} == {
        SourceState.HINDERED,
        SourceState.STOPPED,
    }
