"""The page of sources, and the API's tokens among them."""

from __future__ import annotations

from io import BytesIO

from flask import Flask

from forms_app.services import resumable_uploads
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.sources import SourceKind
from forms_app.services.sources import SourceReport, list_sources
from tests.api.program import Program, new_token
from tests.web.visitor import HTMX, Visitor


def _told(app: Application) -> None:
    report = SourceReport(app, SourceKind.FOLDER, "/srv/scans", 1)
    report.rule("Intake", "day")
    report.taken("desk/one.png", "a")
    report.failed("two.png: It is empty (0 bytes). Scan or export it again.")
    report.alive(2, "The folder /srv/scans cannot be read: Permission denied.")


def test_the_page_shows_how_each_source_stands(visitor: Visitor, app: Application) -> None:
    assert "No sources yet" in visitor.get("/sources/").text
    _told(app)
    page = visitor.get("/sources/live").text
    for word in ("/srv/scans", "hindered", "Permission denied", "desk/one.png", "It is empty"):
        assert word in page
    assert "template Intake, batch day" in page
    assert "/sources/" in visitor.get("/batches/").text


def test_a_source_is_forgotten(visitor: Visitor, app: Application) -> None:
    _told(app)
    [source] = list_sources(app)
    address = f"/sources/{source.id}/forget"
    assert "“/srv/scans” was forgotten." in visitor.post(address, headers=HTMX).text
    assert "does not exist (any more)" in visitor.post(address, headers=HTMX).text
    assert list_sources(app) == []


def test_a_token_is_a_source(flask_app: Flask, app: Application, batch: BatchSummary) -> None:
    program = Program(flask_app, new_token(app))
    sent = program.post(f"/batches/{batch.id}/files", data={"file": (BytesIO(b"x"), "one.png")})
    assert sent.status_code == 201
    upload = resumable_uploads.start_upload(app, batch.id, "two.png", 2)
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    path = f"/uploads/{upload.id}"
    assert program.ask("PATCH", path, headers=headers, data=b"yz").status_code == 204
    [source] = list_sources(app)
    assert (source.kind, source.name, source.files_taken) == (SourceKind.API, "test", 2)
    assert source.last_file_name == "two.png"
