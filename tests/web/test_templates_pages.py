"""The pages of form templates, without a browser."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from forms_app.errors import TemplateError
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from forms_app.services.job_running import run_template_job
from forms_app.web.field_shapes import PageShapes, describe_fields
from forms_app.web.template_upload import read_import
from tests import factories
from tests.services.test_template_jobs import no_samples
from tests.web.drawn import BOX_PX, blank_png
from tests.web.visitor import FETCH, Visitor

FIELD: dict[str, Any] = {
    "name": "surname", "page": 1, "kind": "text", "layout": "line", "box": BOX_PX,
}  # fmt: skip


@pytest.fixture
def draft(app: Application) -> TemplateVersion:
    return templates.create_template(app, "Survey", blank_png(), "blank.png")


def upload(visitor: Visitor, name: str, content: bytes, title: str = "") -> Any:
    return visitor.post("/templates/new", {"name": title, "blank": (io.BytesIO(content), name)})


def put_draft(
    visitor: Visitor, version: TemplateVersion, body: object, with_token: bool = True
) -> Any:
    path = f"/templates/versions/{version.id}/draft"
    return visitor.send_json(path, body, "PUT", with_token)


def test_an_empty_list_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.get("/templates/").text
    assert "No form yet" in page and "Upload a blank form" in page


def test_a_template_is_named_after_its_file(visitor: Visitor) -> None:
    answer = upload(visitor, "clinic_intake.png", blank_png())
    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert 'value="clinic intake"' in page
    assert "clinic intake" in visitor.get("/templates/").text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("form.pdf", b"", "form.pdf"),
        ("form.pdf", b"only some text", "form.pdf"),
        ("scan.jpg", b"\xff\xd8\xff\xe0" + bytes(60), "scan.jpg"),
    ],
)
def test_a_bad_blank_is_named_in_place(
    visitor: Visitor, name: str, content: bytes, words: str
) -> None:
    answer = upload(visitor, name, content, "Kept name")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and words in answer.text
    assert 'value="Kept name"' in answer.text
    assert "Traceback" not in answer.text


def test_without_a_file_the_page_asks_for_one(visitor: Visitor) -> None:
    answer = visitor.post("/templates/new", {"name": "x"})
    assert answer.status_code == 422 and "Choose the blank form" in answer.text


def test_a_draft_is_saved_with_its_problems(visitor: Visitor, draft: TemplateVersion) -> None:
    body = {"fields": [FIELD | {"pattern": "["}], "revision": draft.revision, "name": "Renamed"}
    answer = put_draft(visitor, draft, body)
    assert answer.status_code == 200
    assert answer.json["name"] == "Renamed" and answer.json["revision"] == draft.revision + 1
    (problem,) = answer.json["problems"]
    assert "surname" in problem and "regular expression" in problem
    stale = put_draft(visitor, draft, body)
    assert stale.status_code == 409 and stale.json["error"] == "conflict"


@pytest.mark.parametrize("body", [None, [], {"fields": []}, {"fields": 7, "revision": 0}])
def test_a_senseless_draft_is_refused(
    visitor: Visitor, draft: TemplateVersion, body: object
) -> None:
    answer = put_draft(visitor, draft, body)
    assert answer.status_code == 422 and answer.json["message"]


def test_drafts_need_the_token(visitor: Visitor, draft: TemplateVersion) -> None:
    answer = put_draft(visitor, draft, {"fields": [], "revision": 0}, with_token=False)
    assert answer.status_code == 400 and answer.json["error"] == "stale_page"


def test_publishing_an_empty_draft_leads_to_the_editor(
    visitor: Visitor, draft: TemplateVersion
) -> None:
    path = f"/templates/versions/{draft.id}"
    assert "draw at least one" in visitor.get(path).text
    answer = visitor.post(f"{path}/publish")
    assert answer.status_code == 303 and answer.location.endswith("/edit")
    answer = visitor.post(f"{path}/publish", headers=FETCH)
    assert answer.status_code == 422 and answer.json["error"] == "template"


def test_a_published_version_and_its_next_draft(
    visitor: Visitor, published: TemplateVersion
) -> None:
    path = f"/templates/versions/{published.id}"
    page = visitor.get(path).text
    assert "Upload filled forms" in page and "New version" in page and "surname" in page
    assert "Published versions never change" in visitor.get(f"{path}/edit").text
    answer = visitor.post(f"/templates/{published.template_id}/draft")
    assert answer.status_code == 303 and "v2 draft" in visitor.get(answer.location).text
    assert "Go on with the draft" in visitor.get(path).text


def test_an_archived_template_leaves_the_list(visitor: Visitor, published: TemplateVersion) -> None:
    answer = visitor.post(f"/templates/{published.template_id}/archive")
    page = visitor.get(answer.location).text
    assert "was archived" in page and "No form yet" in page
    assert visitor.get(f"/templates/versions/{published.id}").status_code == 200


def test_page_images_are_kept_by_the_browser(visitor: Visitor, published: TemplateVersion) -> None:
    path = f"/templates/versions/{published.id}/pages/1.png"
    answer = visitor.get(path)
    assert answer.mimetype == "image/png" and "private" in answer.headers["Cache-Control"]
    again = visitor.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert visitor.get(path.replace("1.png", "2.png")).status_code == 404
    assert visitor.get("/templates/versions/99").status_code == 404


def test_an_export_imports_again(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    exported = visitor.get(f"/templates/versions/{published.id}/export.zip")
    assert "Clinic%20intake%20v1.fieldhand.zip" in exported.headers["Content-Disposition"]
    given = {"files": [(io.BytesIO(exported.data), "clinic.zip")]}
    answer = visitor.post("/templates/import", given)
    assert answer.status_code == 303
    version = templates.get_version(app, int(answer.location.rsplit("/", 1)[1]))
    assert version.state == "draft" and version.template_id != published.template_id
    assert version.definition["fields"] == published.definition["fields"]
    assert "was imported" in visitor.get(answer.location).text


def test_a_faulty_template_file_shows_every_fault(visitor: Visitor) -> None:
    page = {"image": "blank.png", "width": 827, "height": 1169}
    fields = [FIELD | {"box": [800, 0, 100, 40]}, FIELD | {"name": "other", "colour": "red"}]
    definition = {"format": "fieldhand/1", "name": "F", "pages": [page], "fields": fields}
    files = [
        (io.BytesIO(json.dumps(definition).encode()), "form.json"),
        (io.BytesIO(blank_png()), "blank.png"),
    ]
    answer = visitor.post("/templates/import", {"files": files})
    assert answer.status_code == 422
    assert "lies outside page 1" in answer.text and "colour" in answer.text
    assert "Nothing was imported" in answer.text


def given_file(name: str, content: bytes) -> FileStorage:
    return FileStorage(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "there was none"),
        ([("a.json", b"{}"), ("b.json", b"{}")], "a.json and b.json"),
        ([("a.json", b"{")], "line 1, column 2"),
        ([("a.json", b"\xff\xfe")], "no JSON text"),
        ([("a.json", b"[]")], "one JSON object"),
        ([("a.zip", b"PK\x03\x04 damaged")], "cannot be unpacked"),
    ],
)
def test_what_cannot_be_imported_is_said(files: list[tuple[str, bytes]], words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        read_import(given_file(*file) for file in files)


def test_folders_in_a_zip_do_not_matter() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("form/template.json", '{"name": "F"}')
        archive.writestr("form/../../page-1.png", b"png")
    definition, images = read_import([given_file("form.zip", packed.getvalue())])
    assert definition == {"name": "F"} and dict(images) == {"page-1.png": b"png"}


def test_files_of_a_template_are_known_by_their_last_name() -> None:
    page, field = {"image": "blanks\\a.png"}, {"name": "town", "values": "lists/towns.txt"}
    body = json.dumps({"pages": [page, page], "fields": [field, {"values": ["A"]}, 7]}).encode()
    definition, images = read_import([given_file("t.json", body), given_file("a.png", b"png")])
    assert [page["image"] for page in definition["pages"]] == ["a.png", "a.png"]
    assert definition["fields"] == [field | {"values": "towns.txt"}, {"values": ["A"]}, 7]
    assert list(images) == ["a.png"]


def test_two_files_of_one_name_are_refused() -> None:
    body = json.dumps({"pages": [{"image": "one/a.png"}, {"image": "two/a.png"}]}).encode()
    with pytest.raises(TemplateError, match=r"one/a\.png and two/a\.png"):
        read_import([given_file("t.json", body)])


def test_a_zip_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forms_app.templating.template_archive.MAX_UNPACKED_BYTES", 1000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("template.json", " " * 5000)
    with pytest.raises(TemplateError, match="more than a template can be"):
        read_import([given_file("bomb.zip", packed.getvalue())])


def test_fields_in_words_and_boxes(published: TemplateVersion) -> None:
    comb = {"name": "n", "kind": "digits", "box": [0, 0, 90, 20], "cells": 3, "min_length": 3,
            "max_length": 3, "range": [None, 500], "check": "luhn", "required": True}  # fmt: skip
    woman = {"value": "F", "box": [0, 50, 20, 20]}
    man = {"value": "M", "label": "man", "box": [40, 50, 20, 20]}
    choice = {"name": "c", "kind": "choice", "options": [woman, man]}
    line, options, broken = describe_fields([comb, choice, {"kind": 3, "box": "?"}])
    assert (line.form, options.form) == ("3 cells", "F, man")
    assert line.rules == "required, exactly 3 characters, from any to 500, check digit luhn"
    assert broken.kind == "3"
    shapes = PageShapes.of(published.pages[0], [comb, choice, {"kind": 3, "box": "?"}]).shapes
    assert [(shape.x, shape.width) for shape in shapes] == [
        (0, 90), (0, 30), (30, 30), (60, 30), (0, 20), (40, 20),
    ]  # fmt: skip


def test_differences_between_versions_in_words_and_on_the_page(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    draft = templates.new_draft(app, published.template_id)
    moved = dict(draft.definition["fields"][0])
    moved["box"] = [moved["box"][0] + 12, *moved["box"][1:]]
    added = {"name": "ok", "page": 1, "kind": "mark", "box": [10, 10, 30, 30]}
    templates.save_draft(app, draft.id, [moved, added], draft.revision)
    address = f"/templates/versions/{published.id}/differences"
    page = visitor.get(f"{address}?against={draft.id}").text
    assert "Version 1 to 2" in page and "moved 12 px right" in page
    for change in ("moved", "added", "before"):
        assert f"change-{change}" in page
    shown = visitor.get(f"/templates/versions/{draft.id}").text
    assert f"/templates/versions/{draft.id}/differences?against={published.id}" in shown
    assert visitor.get(address).status_code == 404
    assert visitor.get(f"{address}?against=999").status_code == 404


def test_a_template_from_copies_is_watched_looked_at_and_used(
    visitor: Visitor, app: Application
) -> None:
    copy = factories.draw_blank()
    files = [(io.BytesIO(copy), "one.tiff")]
    answer = visitor.post("/templates/new", {"source": "copies", "blank": files})
    assert answer.status_code == 303
    address = answer.location
    assert "Taking the writing out of the copies" in visitor.get(address).text
    for _, args in app.tasks.take():  # type: ignore[attr-defined]
        run_template_job(app, *args, no_samples)
    assert "data-live" not in visitor.get(f"{address}/live").text
    page = visitor.get(address).text
    assert "Made of one copy" in page and "/templates/jobs/" in page
    used = visitor.post(f"{address}/use")
    assert used.status_code == 303 and used.location.endswith("/edit")
    assert visitor.get(used.location).status_code == 200
    assert visitor.get(address).status_code == 404


def test_what_cannot_be_combined_is_told(visitor: Visitor, app: Application) -> None:
    files = [(io.BytesIO(factories.draw_blank(n)), f"{n}.tiff") for n in (1, 2)]
    refused = visitor.post("/templates/new", {"source": "copies", "name": "In", "blank": files})
    assert refused.status_code == 422 and "different numbers of pages" in refused.text
    assert 'value="copies" checked' in refused.text and 'value="In"' in refused.text
    files = [(io.BytesIO(factories.draw_blank()), f"{n}.tiff") for n in (1, 2)]
    refused = visitor.post("/templates/new", {"blank": files})
    assert refused.status_code == 422 and "into one file" in refused.text
    files = [(io.BytesIO(b"x"), "copy.txt")]
    refused = visitor.post("/templates/new", {"source": "photograph", "blank": files})
    assert "is not a file that can be read" in refused.text


def test_starting_over_forgets_the_files(visitor: Visitor, app: Application) -> None:
    files = [(io.BytesIO(factories.draw_blank()), "one.tiff")]
    address = visitor.post("/templates/new", {"source": "photograph", "blank": files}).location
    answer = visitor.post(f"{address}/forget")
    assert answer.location.endswith("/templates/new")
    assert visitor.get(address).status_code == 404
