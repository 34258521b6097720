"""A template file whose name is taken: beside the other template, or as its next version."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from forms_app.errors import ConflictError
from forms_app.services import batches, template_files, template_imports, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.names import MAX_LENGTH
from forms_app.store.models import FormTemplateRow
from tests import factories


def exported(app: Application, version: TemplateVersion) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The template file's object and its blanks."""
    data = template_files.export_template(app, version.id)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("template.json")), files


def names(app: Application) -> set[str]:
    return {template.name for template in templates.list_templates(app)}


def test_a_name_that_is_free_stays(app: Application) -> None:
    file = exported(app, factories.make_published(app))
    imported = template_imports.import_beside(app, file[0] | {"name": "Other"}, file[1])
    assert (imported.version.name, imported.namesake) == ("Other", None)


def test_a_second_template_of_a_name_is_told_and_called_otherwise(any_app: Application) -> None:
    first = factories.make_published(any_app)
    definition, images = exported(any_app, first)
    second = template_imports.import_beside(any_app, definition | {"name": "INTAKE"}, images)
    third = template_imports.import_beside(any_app, definition, images)
    assert second.namesake is not None and second.namesake.id == first.template_id
    assert names(any_app) == {"Intake", "INTAKE (2)", "Intake (3)"}
    assert third.version.definition["name"] == "Intake (3)"
    long = "n" * MAX_LENGTH
    for _ in range(2):
        last = template_imports.import_beside(any_app, definition | {"name": long}, images)
    assert len(last.version.name) == MAX_LENGTH and last.version.name.endswith("n (2)")


def test_an_archived_template_keeps_no_name(app: Application) -> None:
    first = factories.make_published(app)
    file = exported(app, first)
    templates.archive_template(app, first.template_id)
    assert template_imports.import_beside(app, *file).version.name == "Intake"
    with pytest.raises(ConflictError, match="is archived"):
        template_imports.import_as_version(app, first.template_id, *file)


def test_a_file_becomes_the_next_version(any_app: Application) -> None:
    first = factories.make_published(any_app)
    batch = batches.create_batch(any_app, first.id, "March")
    definition, images = exported(any_app, first)
    changed = definition | {"name": "Intake, new", "fields": definition["fields"][:1]}
    draft = template_imports.import_as_version(any_app, first.template_id, changed, images)
    assert (draft.template_id, draft.number, draft.name) == (first.template_id, 2, "Intake")
    assert templates.publish(any_app, draft.id).definition["fields"] == changed["fields"]
    assert templates.get_version(any_app, first.id).definition == first.definition
    assert batches.get_batch(any_app, batch.id).summary.templates == ("Intake v1",)


def test_an_imported_draft_can_still_become_the_next_version(any_app: Application) -> None:
    first = factories.make_published(any_app)
    draft = template_imports.import_beside(any_app, *exported(any_app, first)).version
    moved = template_imports.make_next_version(any_app, draft.id, first.template_id)
    assert (moved.id, moved.template_id, moved.number) == (draft.id, first.template_id, 2)
    assert (moved.name, moved.definition["name"]) == ("Intake", "Intake")
    assert moved.definition["fields"] == draft.definition["fields"]
    assert len(moved.pages) == 1 and names(any_app) == {"Intake"}
    with any_app.session() as session:
        assert session.get(FormTemplateRow, draft.template_id) is None
    assert templates.publish(any_app, moved.id).number == 2


def test_a_draft_that_somebody_works_on_is_not_replaced(app: Application) -> None:
    first = factories.make_published(app)
    file = exported(app, first)
    mine = templates.new_draft(app, first.template_id)
    imported = template_imports.import_beside(app, *file).version
    with pytest.raises(ConflictError, match="has a draft already, version 2"):
        template_imports.import_as_version(app, first.template_id, *file)
    with pytest.raises(ConflictError, match="has a draft already, version 2"):
        template_imports.make_next_version(app, imported.id, first.template_id)
    assert templates.get_version(app, mine.id) == mine
    assert templates.get_version(app, imported.id) == imported


def test_only_a_template_that_was_never_published_joins_another(app: Application) -> None:
    first, other = factories.make_published(app), factories.make_published(app)
    with pytest.raises(ConflictError, match="is published"):
        template_imports.make_next_version(app, other.id, first.template_id)
    draft = templates.new_draft(app, other.template_id)
    with pytest.raises(ConflictError, match="has published versions"):
        template_imports.make_next_version(app, draft.id, first.template_id)
