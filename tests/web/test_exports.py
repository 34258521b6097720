"""The export page, without a browser."""

from __future__ import annotations

from datetime import date

import pytest

from forms_app.services import export_offers, export_presets, exports
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.export_choices import PLAIN, ExportChoice, ExportColumn
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.exported_data import FIELDS, make_form
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


@pytest.fixture
def full(app: Application) -> BatchSummary:
    """A batch of forms with a field of each kind."""
    batch = factories.make_batch(app, FIELDS)
    make_form(app, batch.id, "done.png")
    make_form(app, batch.id, "open.png", needs_review=True)
    return batch


def _template_id(app: Application, batch: BatchSummary) -> int:
    [template] = export_offers.templates_of_batch(app, batch.id)
    return template.id


def test_what_is_chosen_is_kept_with_the_export(
    visitor: Visitor, app: Application, full: BatchSummary
) -> None:
    sent = {
        "chosen": "1",
        "format": "csv",
        "column": ["born", "surname"],
        "heading:born": " Date of\tbirth ",
        "finished_only": "on",
        "confidences": "on",
        "separator": ";",
        "since": "2026-01-02",
        "template": str(_template_id(app, full)),
    }
    assert visitor.post(f"/batches/{full.id}/export", sent).status_code == 303
    [export] = exports.list_exports(app, full.id)
    assert export.choice == ExportChoice(
        columns=(ExportColumn("born", "Date of birth"), ExportColumn("surname")),
        head=False,
        confidences=True,
        finished_only=True,
        separator=";",
        since=date(2026, 1, 2),
        template_id=_template_id(app, full),
    )
    page = visitor.get(f"/batches/{full.id}/export").text
    assert "2\N{NO-BREAK SPACE}fields · only finished forms · since 2026-01-02" in page


def test_every_field_is_no_choice_of_columns(
    visitor: Visitor, app: Application, full: BatchSummary
) -> None:
    """So that what a later version of the template adds is exported, too."""
    sent = {"chosen": "1", "format": "csv", "column": [f["name"] for f in FIELDS], "head": "on"}
    visitor.post(f"/batches/{full.id}/export", sent)
    assert exports.list_exports(app, full.id)[0].choice == PLAIN


def test_the_preview_follows_what_is_chosen(visitor: Visitor, full: BatchSummary) -> None:
    address = f"/batches/{full.id}/export/preview"
    table = visitor.post(address, {"format": "csv"}, headers=HTMX).text
    assert "2\N{NO-BREAK SPACE}forms" in table and "1980-02-29" in table
    sent = {"format": "csv", "finished_only": "on", "dates": "DD/MM/YYYY"}
    table = visitor.post(address, sent, headers=HTMX).text
    assert "1\N{NO-BREAK SPACE}form<" in table and "29/02/1980" in table and "open.png" not in table
    shown = visitor.post(address, {"format": "json"}, headers=HTMX).text
    assert "<pre" in shown and "&#34;provenance&#34;: &#34;machine&#34;" in shown
    sent = {"format": "csv", "since": "2026-02-01", "until": "2026-01-01"}
    assert "The first day is after the last one" in visitor.post(address, sent, headers=HTMX).text


def test_presets_on_the_page(visitor: Visitor, app: Application, full: BatchSummary) -> None:
    template_id = _template_id(app, full)
    presets = f"/templates/{template_id}/presets"
    sent = {"chosen": "1", "format": "xlsx", "typed": "on", "preset_name": "For accounting"}
    answer = visitor.post(f"{presets}?batch={full.id}", sent)
    [preset] = export_presets.list_presets(app, template_id)
    assert answer.location.endswith(f"/export?template={template_id}&preset={preset.id}")
    visitor.post(f"{presets}/{preset.id}/default?on=1&batch={full.id}")
    page = visitor.get(f"/batches/{full.id}/export").text
    assert 'name="format" value="xlsx" checked' in page and 'name="typed" checked' in page
    assert "For accounting ★" in page
    plain = visitor.get(f"/batches/{full.id}/export?preset=0").text
    assert 'name="format" value="csv" checked' in plain
    visitor.post(f"{presets}/{preset.id}", {"chosen": "1", "format": "json"})
    assert export_presets.get_preset(app, preset.id).format == "json"
    visitor.post(f"{presets}/{preset.id}/delete")
    assert export_presets.list_presets(app, template_id) == ()
    assert visitor.get(f"/batches/{full.id}/export?preset={preset.id}").status_code == 404


def test_all_batches_of_a_template(visitor: Visitor, app: Application, full: BatchSummary) -> None:
    address = f"/templates/{_template_id(app, full)}/export"
    assert "The forms of all batches" in visitor.get(address).text
    assert (
        "2\N{NO-BREAK SPACE}forms"
        in visitor.post(f"{address}/preview", {"format": "csv"}, headers=HTMX).text
    )
    visitor.post(address, {"format": "csv", "batch": [str(full.id)]})
    run_sent_tasks(app)
    [export] = exports.list_template_exports(app, _template_id(app, full))
    live = visitor.get(f"{address}/live", headers=HTMX).text
    assert f'id="download-{export.id}"' in live and 'data-state="done"' in live
    assert visitor.get(f"/exports/{export.id}/download").data.count(b"\r\n") == 3


def test_an_export_is_deleted(visitor: Visitor, app: Application, full: BatchSummary) -> None:
    export = exports.request_export(app, full.id, "csv")
    assert visitor.post(f"/exports/{export.id}/delete").status_code == 200
    assert exports.list_exports(app, full.id) == []
