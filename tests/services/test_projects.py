"""Two projects beside each other: what is listed, counted, handed out and recognised in each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import (
    batches,
    exports,
    figures,
    named_batches,
    outside_templates,
    page_queue,
    people,
    projects,
    review_notes,
    review_ways,
    team,
    template_files,
    template_imports,
    templates,
)
from forms_app.services.application import Application
from forms_app.services.dto.figures import By
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.handing_out import count_waiting, hand_out
from forms_app.services.project_of import Kind, project_of
from forms_app.services.watching import FolderWatcher, WatchPlan
from forms_app.store.models import LOCAL_USER_ID, MAIN_PROJECT_ID
from forms_app.store.states import ReviewMode
from forms_app.templating.template_archive import unpacked
from tests import factories
from tests.services.one_box_forms import filled, published, upload


@dataclass(frozen=True, slots=True)
class Half:
    """A project with one batch of one form, of which two fields wait."""

    project_id: int
    batch_id: int
    version_id: int
    submission_id: int


def make_half(app: Application, project_id: int, name: str) -> Half:
    blank = factories.draw_blank()
    draft = templates.create_template(app, name, blank, "b.tiff", LOCAL_USER_ID, project_id)
    saved = templates.save_draft(app, draft.id, factories.FIELDS, draft.revision)
    version = templates.publish(app, saved.id)
    batch = batches.create_batch(app, version.id, f"{name} batch", project_id=project_id)
    return Half(project_id, batch.id, version.id, factories.make_submission(app, batch.id))


@pytest.fixture
def halves(any_app: Application) -> tuple[Half, Half]:
    other_id = projects.create_project(any_app, "Payroll", LOCAL_USER_ID)
    return make_half(any_app, MAIN_PROJECT_ID, "Intake"), make_half(any_app, other_id, "Salary")


def test_each_project_lists_and_counts_its_own(
    any_app: Application, halves: tuple[Half, Half]
) -> None:
    for half, name in zip(halves, ("Intake", "Salary"), strict=True):
        of_it = {"project_id": half.project_id}
        assert [each.id for each in batches.list_batches(any_app, **of_it)] == [half.batch_id]
        assert [each.name for each in templates.list_templates(any_app, **of_it)] == [name]
        summary = batches.home_summary(any_app, **of_it)
        assert (summary.waiting_fields, len(summary.batches)) == (2, 1)
        assert review_ways.ways_of_reviewing(any_app, **of_it).forms == 2
        report = figures.report(any_app, By.BATCH, **of_it)
        assert [line.key for line in report.lines] == [(half.batch_id,)]
        assert project_of(any_app, Kind.SUBMISSION, half.submission_id) == half.project_id
    found = projects.list_projects(any_app)
    assert [(each.name, each.templates, each.batches) for each in found] == [
        ("Main", 1, 1),
        ("Payroll", 1, 1),
    ]


def test_only_fields_of_the_own_project_are_handed_out(
    any_app: Application, halves: tuple[Half, Half]
) -> None:
    here, there = halves
    elsewhere = ItemKey(there.submission_id, "consent")
    review_notes.refer(any_app, elsewhere, "Which?", LOCAL_USER_ID)
    handed = {}
    for mode in (ReviewMode.FORMS, ReviewMode.KEYING, ReviewMode.REFERRED):
        for half in halves:
            scope = Scope(mode, project_id=half.project_id)
            items = hand_out(any_app, scope, Seat(1, f"{mode}{half.batch_id}"), None, 20).items
            assert {item.batch_id for item in items} <= {half.batch_id}
            handed[mode, half] = len(items)
            assert len(items) == count_waiting(any_app, scope)
    assert handed[ReviewMode.FORMS, here] == 2
    assert handed[ReviewMode.FORMS, there] == handed[ReviewMode.REFERRED, there] == 1
    # A place in the other project is none: who goes on from it begins at the start.
    scope, seat = Scope(project_id=here.project_id), Seat(1, f"{ReviewMode.FORMS}{here.batch_id}")
    [first] = hand_out(any_app, scope, seat, elsewhere, 1).items
    assert first.key == ItemKey(here.submission_id, "number")


def test_a_supervisor_sees_and_takes_away_in_the_own_project_alone(
    any_app: Application, halves: tuple[Half, Half]
) -> None:
    here, there = halves
    anna = people.add_person(any_app, "Anna", there.project_id)
    seat = Seat(anna.id, "a")
    assert hand_out(any_app, Scope(user_id=anna.id, project_id=there.project_id), seat).items
    note = review_notes.refer(any_app, ItemKey(there.submission_id, "consent"), "Which?", anna.id)
    assert not team.get_team(any_app).members
    assert not team.get_team(any_app).referred
    assert team.take_away(any_app, anna.id, None, LOCAL_USER_ID) == 0
    theirs = team.get_team(any_app, project_id=there.project_id)
    assert [member.name for member in theirs.members] == ["Anna"]
    assert [asked.note.id for asked in theirs.referred] == [note.id]
    assert [each.id for each in review_notes.open_notes(any_app, None, there.project_id)] == [
        note.id
    ]
    assert team.take_away(any_app, anna.id, None, LOCAL_USER_ID, there.project_id) == 1
    assert people.get_person(any_app, anna.id, there.project_id).name == "Anna"
    with pytest.raises(NotFoundError):
        people.get_person(any_app, anna.id, here.project_id)


def test_a_page_is_recognised_among_templates_of_its_project(app: Application) -> None:
    """The other project's form is neither read nor named, whatever the batch takes."""
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    own, salary = published(app, 1), published(app, 2, other_id)
    for chosen in ([own.id], []):
        batch = batches.create_batch(app, chosen, "Scans", takes_any=not chosen)
        upload(app, batch.id, [filled(1), filled(2)])
        [page] = page_queue.get_queue(app, batch.id).pages
        assert (page.number, page.reason) == (2, "foreign_page")
        assert "Form 2" not in page.message
        assert outside_templates.list_outside(app, batch.id) == []
    with pytest.raises(NotFoundError):
        outside_templates.add_templates(app, batch.id, [salary.id])
    with pytest.raises(NotFoundError):
        batches.create_batch(app, salary.id, "Mixed")


def test_templates_go_from_project_to_project_as_files(app: Application) -> None:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    version = factories.make_published(app)
    assert template_imports.namesake_of(app, version.name, other_id) is None
    files = unpacked("t.zip", template_files.export_template(app, version.id))
    definition = json.loads(files.pop("template.json"))
    imported = template_imports.import_beside(app, definition, files, project_id=other_id)
    assert (imported.version.name, imported.namesake) == (version.name, None)
    with pytest.raises(NotFoundError):
        template_imports.make_next_version(app, imported.version.id, version.template_id)


def test_commands_name_a_project(app: Application) -> None:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    salary = make_half(app, other_id, "Salary")
    assert projects.project_called(app, "Payroll") == projects.project_called(app, str(other_id))
    with pytest.raises(NotFoundError, match="no template 'Salary'"):
        named_batches.destination(app, "Salary")
    to = named_batches.destination(app, "Salary", other_id)
    assert named_batches.batch_named(app, to, "Salary batch") == salary.batch_id
    any_id = named_batches.batch_named(app, named_batches.destination(app, "any", other_id), "Any")
    assert project_of(app, Kind.BATCH, any_id) == other_id
    with pytest.raises(NotFoundError, match="no project 'Nowhere'"):
        projects.project_called(app, "Nowhere")


def test_a_watched_folder_is_of_a_project(app: Application, tmp_path: Path) -> None:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    make_half(app, other_id, "Salary")
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "scan.png").write_bytes(factories.aligned_blank())
    said: list[str] = []
    plan = WatchPlan(folder, "any", "Month's end", settle_s=0, project_id=other_id)
    assert FolderWatcher(app, plan, said.append, said.append).look() == 1
    assert said == ["scan.png: taken"]
    assert batches.list_batches(app) == []
    [newest, _] = batches.list_batches(app, project_id=other_id)
    assert (newest.name, newest.files) == ("Month's end", 1)


def test_the_same_scan_in_another_project_is_not_told(app: Application) -> None:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    own, salary = factories.make_batch(app), make_half(app, other_id, "Salary")
    anything = batches.create_batch(app, [], "Any", takes_any=True, project_id=other_id)
    for batch_id in (anything.id, own.id):
        assert factories.upload(app, batch_id, factories.draw_blank()).already_in is None
    assert factories.upload(app, salary.batch_id, factories.draw_blank()).already_in is not None


def test_names_are_unique_and_the_last_open_project_stays(app: Application) -> None:
    other_id = projects.create_project(app, "Payroll", LOCAL_USER_ID)
    for name, error in (("payroll", ConflictError), ("", UserError), ("12", UserError)):
        with pytest.raises(error):
            projects.create_project(app, name, LOCAL_USER_ID)
    projects.rename_project(app, other_id, "PAYROLL", LOCAL_USER_ID)
    projects.archive_project(app, other_id, LOCAL_USER_ID)
    with pytest.raises(NotFoundError):
        projects.project_called(app, "PAYROLL")
    with pytest.raises(ConflictError):
        projects.archive_project(app, MAIN_PROJECT_ID, LOCAL_USER_ID)
    projects.bring_back_project(app, other_id, LOCAL_USER_ID)
    assert projects.project_called(app, "PAYROLL") == other_id


def test_exports_are_of_the_project(any_app: Application, halves: tuple[Half, Half]) -> None:
    for half in halves:
        export = exports.request_export(any_app, half.batch_id, "csv")
        assert project_of(any_app, Kind.EXPORT, export.id) == half.project_id
