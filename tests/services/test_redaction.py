"""Sensitive fields in exports and webhooks, and what covers them in pictures."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest

from forms_app.services import exports, page_images, review, review_images, templates
from forms_app.services.application import Application
from forms_app.services.dto.export_choices import PLAIN, ExportChoice, ExportColumn
from forms_app.services.images import decode_grey
from forms_app.services.redaction import (
    covered_scan,
    marked_template,
    redacted_form,
    sensitive_names,
    shows_sensitive,
)
from forms_app.services.webhook_contents import values_of
from forms_app.store.models import PageRow
from tests import factories
from tests.services.exported_data import exported

SENSITIVE: dict[str, Any] = {**factories.SURNAME, "sensitive": True}
FIELDS = [SENSITIVE, factories.NUMBER, factories.CONSENT]
HIDING = ExportChoice(hide_sensitive=True)
WITHIN, OUTSIDE = (220, 300), (420, 200)  # (row, column) in the surname's and the number's box.


@pytest.fixture
def form(app: Application) -> tuple[int, int]:
    """Ids of a batch and of its read form."""
    batch = factories.make_batch(app, FIELDS)
    return batch.id, factories.make_submission(app, batch.id)


def test_exports_leave_it_out_where_they_are_to(app: Application, form: tuple[int, int]) -> None:
    batch_id, _ = form
    assert b"MILLER" in exported(app, batch_id, "csv")
    for written in ("csv", "json", "jsonl"):
        data = exported(app, batch_id, written, HIDING)
        assert b"MILLER" not in data and b"123456" in data, written
    [headings, _] = list(csv.reader(io.StringIO(exported(app, batch_id, "csv", HIDING).decode())))
    assert "surname" not in headings and "number" in headings
    chosen = ExportChoice(columns=(ExportColumn("surname"), ExportColumn("number")))
    assert b"MILLER" in exported(app, batch_id, "csv", chosen)


def test_pictures_of_exports_are_covered(app: Application, form: tuple[int, int]) -> None:
    batch_id, _ = form
    with zipfile.ZipFile(io.BytesIO(exported(app, batch_id, "crops", HIDING))) as archive:
        names = archive.namelist()
        index = [json.loads(line) for line in archive.read("index.jsonl").splitlines()]
    assert not any("surname" in name for name in names)
    assert [line["field"] for line in index] == ["number", "consent"]
    assert b"MILLER" not in exported(app, batch_id, "pdf", HIDING)


def requested(app: Application, batch_id: int, choice: ExportChoice = PLAIN) -> int:
    return exports.request_export(app, batch_id, "csv", 1, choice).id


def test_it_is_known_what_an_export_shows(app: Application, form: tuple[int, int]) -> None:
    batch_id, _ = form
    assert shows_sensitive(app, requested(app, batch_id))
    assert not shows_sensitive(app, requested(app, batch_id, HIDING))
    plain = factories.make_batch(app)
    factories.make_submission(app, plain.id)
    assert not shows_sensitive(app, requested(app, plain.id))


def test_webhooks_never_hold_it(app: Application, form: tuple[int, int]) -> None:
    _, submission_id = form
    with app.session() as session:
        assert values_of(session, submission_id) == {"number": "123456", "consent": True}
        assert sensitive_names(session, 1) == {"surname"}


def test_its_place_is_covered_and_the_rest_is_not(app: Application, form: tuple[int, int]) -> None:
    _, submission_id = form
    page = decode_grey(review_images.page_image(app, submission_id, 1, covered=True))
    assert (page[WITHIN], page[OUTSIDE]) == (128, 250)
    assert decode_grey(page_images.laid_image(app, 1, covered=True))[WITHIN] == 128
    assert (decode_grey(review_images.page_image(app, submission_id, 1)) == 250).all()
    crop = decode_grey(review_images.crop_image(app, submission_id, "surname", covered=True))
    assert (crop == 128).mean() > 0.95
    other = decode_grey(review_images.crop_image(app, submission_id, "number", covered=True))
    assert (other == 250).all()


def test_a_scan_is_covered_where_the_field_lies_on_it(
    app: Application, form: tuple[int, int]
) -> None:
    with app.session() as session:
        template = marked_template(session, 1)
    scan = np.full((2 * factories.HEIGHT_PX, 2 * factories.WIDTH_PX), 250, np.uint8)
    half = np.diag([0.5, 0.5, 1.0])
    shown = covered_scan(scan, template, 1, half)
    row, column = WITHIN
    assert shown[2 * row, 2 * column] == 128
    assert shown[2 * OUTSIDE[0], 2 * OUTSIDE[1]] == 250
    assert page_images.cannot_be_covered(app, 1)
    with app.session() as session:
        page = session.get(PageRow, 1)
        assert page is not None
        page.homography = np.eye(3).tolist()
    assert not page_images.cannot_be_covered(app, 1)


def test_what_a_newer_version_marks_is_hidden_in_older_forms(app: Application) -> None:
    batch = factories.make_batch(app)
    form = factories.make_submission(app, batch.id)
    version = templates.get_version(app, batch.version_id)
    draft = templates.new_draft(app, version.template_id)
    shown = redacted_form(app, review.get_submission(app, form))
    assert [value.value for value in shown.fields] == ["MILLER", "123456", True]
    templates.save_draft(app, draft.id, FIELDS, draft.revision)
    templates.publish(app, draft.id)
    shown = redacted_form(app, review.get_submission(app, form))
    assert [value.value for value in shown.fields] == ["•••", "123456", True]
    assert b"MILLER" not in exported(app, batch.id, "csv", HIDING)
    page = decode_grey(review_images.page_image(app, form, 1, covered=True))
    assert (page[WITHIN], page[OUTSIDE]) == (128, 250)
