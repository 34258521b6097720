"""The export page, without a browser."""

from __future__ import annotations

from forms_app.services import exports
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from tests.fakes import run_sent_tasks
from tests.web.visitor import HTMX, Visitor


def test_with_nothing_read_there_is_nothing_to_export(
    visitor: Visitor, batch: BatchSummary
) -> None:
    assert "Nothing to export yet" in visitor.get(f"/batches/{batch.id}/export").text


def test_an_unknown_format_is_refused(visitor: Visitor, batch: BatchSummary) -> None:
    answer = visitor.post(f"/batches/{batch.id}/export", {"format": "docx"})
    assert answer.status_code == 422
    assert "Choose one of the formats" in answer.text


def test_an_export_is_built_and_downloaded(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    assert visitor.post(f"/batches/{batch.id}/export", {"format": "csv"}).status_code == 303
    (export,) = exports.list_exports(app, batch.id)
    pending = visitor.get(f"/batches/{batch.id}/export/live", headers=HTMX).text
    assert f'id="export-{export.id}" data-state="pending"' in pending
    run_sent_tasks(app)
    assert f'id="download-{export.id}"' in visitor.get(f"/batches/{batch.id}/export/live").text
    answer = visitor.get(f"/exports/{export.id}/download")
    assert answer.mimetype == "text/csv"
    expected = "attachment; filename*=UTF-8''March_%20week%2012.csv"
    assert answer.headers["Content-Disposition"] == expected
    assert b"surname" in answer.data


def test_an_unfinished_export_cannot_be_downloaded(
    visitor: Visitor, app: Application, batch: BatchSummary
) -> None:
    export = exports.request_export(app, batch.id, "json")
    answer = visitor.get(f"/exports/{export.id}/download")
    assert answer.status_code == 409
    assert "not finished" in answer.text
