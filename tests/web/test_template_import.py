"""Template files taken over by the pages: export, import, and what is wrong with a file."""

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
from forms_app.web.template_upload import read_import
from tests.web.drawn import BOX_PX, blank_png
from tests.web.visitor import Visitor

FIELD: dict[str, Any] = {
    "name": "surname", "page": 1, "kind": "text", "layout": "line", "box": BOX_PX,
}  # fmt: skip


def test_an_export_imports_again(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    exported = visitor.get(f"/templates/versions/{published.id}/export.zip")
    assert "Clinic%20intake%20v1.fieldhand.zip" in exported.headers["Content-Disposition"]
    given = {"files": [(io.BytesIO(exported.data), "clinic.zip")]}
    answer = visitor.post("/templates/import", given)
    assert answer.status_code == 303
    address = answer.location.split("?")[0]
    version = templates.get_version(app, int(address.rsplit("/", 1)[1]))
    assert version.state == "draft" and version.template_id != published.template_id
    assert version.definition["fields"] == published.definition["fields"]
    page = visitor.get(answer.location).text
    assert "“Clinic intake (2)” was imported" in page
    assert "Make it version 2 of “Clinic intake”" in page


def test_an_import_of_a_known_name_can_become_its_next_version(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    version = imported_again(visitor, app, published)
    address = f"/templates/versions/{version.id}/next-of/{published.template_id}"
    answer = visitor.post(address)
    assert answer.status_code == 303
    page = visitor.get(answer.location).text
    assert "the draft of version 2 of “Clinic intake”" in page and "Make it version" not in page
    assert templates.get_version(app, version.id).template_id == published.template_id


def test_a_draft_in_the_way_is_told(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> None:
    draft = templates.new_draft(app, published.template_id)
    version = imported_again(visitor, app, published)
    shown = f"/templates/versions/{version.id}?beside={published.template_id}"
    assert "while that has a draft, version 2" in visitor.get(shown).text
    address = f"/templates/versions/{version.id}/next-of/{published.template_id}"
    answer = visitor.post(address)
    assert answer.status_code == 409 and "has a draft already" in answer.text
    assert templates.get_version(app, draft.id) == draft


def imported_again(
    visitor: Visitor, app: Application, published: TemplateVersion
) -> TemplateVersion:
    """What a template's own export becomes beside it."""
    exported = visitor.get(f"/templates/versions/{published.id}/export.zip").data
    answer = visitor.post("/templates/import", {"files": [(io.BytesIO(exported), "c.zip")]})
    address = answer.location.split("?")[0]
    return templates.get_version(app, int(address.rsplit("/", 1)[1]))


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
