"""Codes on pages group forms whatever their order, and stand in lists and exports."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from forms_app.errors import TemplateError
from forms_app.services import batches, exports, form_lists, page_queue, template_files, templates
from forms_app.services.application import Application
from tests import factories
from tests.fakes import run_sent_tasks
from tests.reading.test_page_codes import sheet_with_code
from tests.services.two_page_scans import FIELDS, filled_page, forms_of, tiff_of


def _coded_template(app: Application, setting: str) -> int:
    """The two-page form with a `code` setting: published version's id."""
    data = template_files.export_template(app, factories.make_published(app, FIELDS, pages=2).id)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    definition = json.loads(files.pop("template.json")) | {"code": setting}
    draft = template_files.import_template(app, definition, files)
    return templates.publish(app, draft.id).id


def test_pages_of_one_code_are_one_form_whatever_their_order(any_app: Application) -> None:
    version_id = _coded_template(any_app, "template:page:submission")
    batch = batches.create_batch(any_app, version_id, "Coded")

    def page(number: int, key: str) -> object:
        return sheet_with_code(filled_page(number), f"Intake:{number}:{key}")

    first = [page(1, "A"), page(1, "B"), page(2, "B"), page(1, "C")]
    second = [page(2, "C"), page(2, "A"), page(2, "A")]
    for name, pages in (("first.tiff", first), ("second.tiff", second)):
        factories.upload(any_app, batch.id, tiff_of(pages), name)  # type: ignore[arg-type]
    run_sent_tasks(any_app)
    assert [pages for _, pages in forms_of(any_app)] == [
        [(1, 1), (2, 2)],
        [(2, 1), (3, 2)],
        [(1, 2), (4, 1)],
    ]
    assert [form.key for form in form_lists.list_forms(any_app, batch.id)] == ["A", "B", "C"]
    [double] = page_queue.get_queue(any_app, batch.id).pages
    assert (double.reason, double.barcode) == ("doubled_page", "Intake:2:A")
    export = exports.request_export(any_app, batch.id, "csv")
    run_sent_tasks(any_app)
    _, _, chunks = exports.open_export(any_app, export.id)
    rows = list(csv.DictReader(b"".join(chunks).decode().splitlines()))
    assert [row["_barcode"] for row in rows] == ["Intake:1:A", "Intake:1:B", "Intake:1:C"]


def test_a_code_of_another_form_does_not_lead_astray(app: Application) -> None:
    batch = batches.create_batch(app, _coded_template(app, "page:submission"), "Coded")
    factories.upload(
        app, batch.id, tiff_of([sheet_with_code(filled_page(1), "2:X"), filled_page(2)])
    )
    run_sent_tasks(app)
    # What is printed on the page has the last word; the key joins no page without one.
    assert [pages for _, pages in forms_of(app)] == [[(1, 1)], [(2, 2)]]


def test_a_setting_with_a_fault_is_refused(app: Application) -> None:
    with pytest.raises(TemplateError, match="code on the page holds"):
        _coded_template(app, "number")
