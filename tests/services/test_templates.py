"""Form templates through their life: blank, draft, published, next version, archive."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import cv2
import numpy as np
import pytest

from forms_app.errors import ConflictError, NotFoundError, TemplateError, UserError
from forms_app.services import batches, template_files, templates
from forms_app.services.application import Application
from forms_app.store.models import FormTemplateRow
from tests import factories
from tests.reading.file_bytes import empty_pdf


def test_a_blank_becomes_a_draft_with_its_pages(any_app: Application) -> None:
    version = templates.create_template(
        any_app, "  Clinic \n intake ", factories.draw_blank(pages=2), "blank.tiff"
    )
    assert (version.name, version.number, version.state) == ("Clinic intake", 1, "draft")
    sizes = [(page.number, page.width_px, page.height_px) for page in version.pages]
    assert sizes == [
        (1, factories.WIDTH_PX, factories.HEIGHT_PX),
        (2, factories.WIDTH_PX, factories.HEIGHT_PX),
    ]
    image = cv2.imdecode(
        np.frombuffer(templates.page_image(any_app, version.id, 2), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    assert image.shape == (factories.HEIGHT_PX, factories.WIDTH_PX)
    assert version.problems == ("The template has no field yet; draw at least one.",)
    with pytest.raises(NotFoundError, match="page 3"):
        templates.page_image(any_app, version.id, 3)


@pytest.mark.parametrize(
    ("name", "blank", "said"),
    [
        ("", b"", "name"),
        ("x" * 201, b"", "200 characters"),
        ("Intake", b"", "blank.pdf is empty"),
        ("Intake", empty_pdf(201), "201 pages; a form has at most 200"),
        ("Intake", b"just text", "blank.pdf is not a file that can be read"),
    ],
)
def test_what_makes_no_template(app: Application, name: str, blank: bytes, said: str) -> None:
    with pytest.raises(UserError, match=said):
        templates.create_template(app, name, blank, "blank.pdf")
    assert templates.list_templates(app) == []


def test_an_incomplete_draft_is_kept_with_its_problems(app: Application) -> None:
    version = templates.create_template(app, "Intake", factories.draw_blank(), "blank.tiff")
    outside = factories.NUMBER | {"box": [800, 400, 300, 50]}
    saved = templates.save_draft(app, version.id, [outside], version.revision, name="Intake 2")
    assert saved.revision == version.revision + 1
    assert saved.name == "Intake 2"
    assert [problem for problem in saved.problems if "'number'" in problem and "page 1" in problem]
    assert templates.get_version(app, version.id).definition["fields"] == [outside]
    with pytest.raises(TemplateError) as raised:
        templates.publish(app, version.id)
    assert raised.value.problems == saved.problems


def test_saving_on_an_old_revision_is_refused(any_app: Application) -> None:
    version = templates.create_template(any_app, "Intake", factories.draw_blank(), "blank.tiff")
    templates.save_draft(any_app, version.id, [factories.NUMBER], version.revision)
    with pytest.raises(ConflictError, match="changed elsewhere"):
        templates.save_draft(any_app, version.id, [], version.revision)
    assert templates.get_version(any_app, version.id).definition["fields"] == [factories.NUMBER]


@pytest.mark.parametrize(
    "fields", [{"name": "x"}, ["x"], [{"box": float("nan")}], [{"x": {1}}], [{"name": "a\x00"}]]
)
def test_fields_of_the_wrong_shape_are_refused(app: Application, fields: object) -> None:
    version = templates.create_template(app, "Intake", factories.draw_blank(), "blank.tiff")
    with pytest.raises(UserError):
        templates.save_draft(app, version.id, fields, version.revision)  # type: ignore[arg-type]
    assert templates.get_version(app, version.id).revision == version.revision


def test_a_published_version_is_left_alone_and_followed_by_a_draft(any_app: Application) -> None:
    published = factories.make_published(any_app)
    assert published.problems == ()
    with pytest.raises(ConflictError, match="published"):
        templates.save_draft(any_app, published.id, [], published.revision)
    with pytest.raises(ConflictError, match="published"):
        templates.publish(any_app, published.id)
    with pytest.raises(ConflictError, match="published"):
        templates.delete_draft(any_app, published.id)
    draft = templates.new_draft(any_app, published.template_id)
    assert (draft.number, draft.state) == (2, "draft")
    assert draft.definition == published.definition
    assert templates.new_draft(any_app, published.template_id).id == draft.id
    saved = templates.save_draft(any_app, draft.id, [factories.CONSENT], draft.revision)
    templates.publish(any_app, saved.id)
    assert templates.get_version(any_app, published.id).definition == published.definition


def test_the_list_shows_the_newest_version(any_app: Application) -> None:
    published = factories.make_published(any_app, pages=2)
    batches.create_batch(any_app, published.id, "March")
    draft = templates.new_draft(any_app, published.template_id)
    templates.save_draft(any_app, draft.id, [factories.NUMBER], draft.revision, name="Renamed")
    [summary] = templates.list_templates(any_app)
    assert (summary.name, summary.number, summary.state) == ("Renamed", 2, "draft")
    assert summary.draft_version_id == draft.id
    assert summary.published_version_id == published.id
    assert (summary.field_count, summary.page_count, summary.batches) == (1, 2, 1)
    assert summary.published_field_count == len(published.definition["fields"]) > 1
    assert summary.published_page_count == 2


def test_deleting_a_draft(any_app: Application) -> None:
    published = factories.make_published(any_app)
    draft = templates.new_draft(any_app, published.template_id)
    templates.delete_draft(any_app, draft.id)
    [summary] = templates.list_templates(any_app)
    assert summary.version_id == published.id


def test_deleting_the_only_draft_deletes_the_template(any_app: Application) -> None:
    draft = factories.make_draft(any_app)
    templates.delete_draft(any_app, draft.id)
    with any_app.session() as session:
        assert session.get(FormTemplateRow, draft.template_id) is None
    with pytest.raises(NotFoundError):
        templates.get_version(any_app, draft.id)


def test_an_archived_template_keeps_its_batches(app: Application) -> None:
    batch = factories.make_batch(app)
    templates.archive_template(app, batch.template_id)
    assert templates.list_templates(app) == []
    assert batches.get_batch(app, batch.id).summary.template_name == "Intake"


def test_a_template_goes_out_and_in_again(any_app: Application) -> None:
    version = factories.make_published(any_app, pages=2)
    with zipfile.ZipFile(BytesIO(template_files.export_template(any_app, version.id))) as archive:
        assert archive.namelist() == ["template.json", "page-1.png", "page-2.png"]
        definition = json.loads(archive.read("template.json"))
        images = {name: archive.read(name) for name in archive.namelist()[1:]}
    again = template_files.import_template(any_app, definition, images)
    assert again.problems == ()
    assert again.state == "draft"
    assert [page.blank_key for page in again.pages] == [page.blank_key for page in version.pages]
    names = [field["name"] for field in again.definition["fields"]]
    assert names == ["surname", "number", "consent"]


def test_importing_takes_value_lists_along(app: Application) -> None:
    field = {**factories.SURNAME, "values": "names.txt"}
    page = {"image": "a.tiff", "width": factories.WIDTH_PX, "height": factories.HEIGHT_PX}
    definition = {"format": "fieldhand/1", "name": "Names", "pages": [page], "fields": [field]}
    files = {"a.tiff": factories.draw_blank(), "names.txt": b"MILLER\nSMITH\n"}
    version = template_files.import_template(app, definition, files)
    assert version.definition["fields"][0]["values"] == ["MILLER", "SMITH"]


def test_importing_opens_nothing_that_was_not_handed_over(app: Application) -> None:
    """A template from elsewhere must not read this machine's files."""
    page = {"image": "../../etc/hostname", "width": 826, "height": 1169}
    field = {**factories.SURNAME, "values": "/etc/passwd"}
    definition = {"format": "fieldhand/1", "name": "Spy", "pages": [page], "fields": [field]}
    with pytest.raises(TemplateError) as raised:
        template_files.import_template(app, definition, {})
    assert raised.value.problems == (
        "The template names the file ../../etc/hostname; add it.",
        "The template names the file /etc/passwd; add it.",
    )
