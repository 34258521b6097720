"""The page of retention, and what pages say of what is gone."""

from __future__ import annotations

import re

from forms_app.services import retention
from forms_app.services.application import Application
from forms_app.services.dto.retention import RetentionRules
from tests.services.test_retention import finished_batch, let_days_pass
from tests.web.visitor import Visitor

OF_IMAGES = {"Accept": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"}
FORM = {"scans_days": "30", "crops_days": "", "values_days": "365", "exports_days": ""}


def test_times_are_shown_tried_and_kept(app: Application, visitor: Visitor) -> None:
    finished_batch(app)
    let_days_pass(app, 31)
    page = visitor.post("/retention/", {**FORM, "action": "preview"}).text
    due = page[page.index('id="due"') :]
    assert re.search(r"Scans: <strong>2</strong> of 1 batch", due)
    assert re.search(r"Values: <strong>0</strong>", due)
    assert retention.rules_of(app, 1) == RetentionRules()
    assert visitor.post("/retention/", {**FORM, "action": "save"}).status_code == 303
    assert retention.rules_of(app, 1) == RetentionRules(scans_days=30, values_days=365)
    retention.enforce(app)
    page = visitor.get("/retention/").text
    assert 'value="30"' in page and "Nothing yet" not in page


def test_what_is_no_number_of_days_is_told(app: Application, visitor: Visitor) -> None:
    for text in ("0", "soon", "-3", "99999"):
        answer = visitor.post("/retention/", {**FORM, "scans_days": text, "action": "save"})
        assert answer.status_code == 422 and "whole number of days" in answer.text
    assert retention.rules_of(app, 1) == RetentionRules()


def test_pages_say_that_scans_and_values_are_gone(app: Application, visitor: Visitor) -> None:
    batch_id = finished_batch(app, forms=1)
    let_days_pass(app, 31)
    retention.set_rules(app, 1, RetentionRules(30, 30, 30), 1)
    retention.enforce(app)
    page = visitor.get(f"/batches/{batch_id}").text
    assert "1 scan was deleted by retention on" in page
    assert "The values of 1 form were deleted by retention on" in page
    assert "were deleted by retention on" in visitor.get("/review/forms/1").text
    for address in ("/review/1/crop.png?field=surname", "/review/1/pages/1.png"):
        picture = visitor.get(address, headers=OF_IMAGES)
        assert picture.mimetype == "image/svg+xml" and "Deleted by retention on" in picture.text
    for address in (
        f"/batches/{batch_id}/pages/1/scan.jpg",
        f"/batches/{batch_id}/pages/1/laid.png",
    ):
        assert "Deleted by retention on" in visitor.get(address, headers=OF_IMAGES).text
    assert visitor.get("/review/1/pages/1.png").status_code == 404


def test_what_was_deleted_is_not_read_again(app: Application, visitor: Visitor) -> None:
    batch_id = finished_batch(app, forms=1)
    let_days_pass(app, 31)
    retention.set_rules(app, 1, RetentionRules(scans_days=30), 1)
    retention.enforce(app)
    visitor.post(f"/batches/{batch_id}/pages/1/drop", {})
    answer = visitor.post(f"/batches/{batch_id}/pages/1/restore", {})
    assert answer.status_code == 409 and "deleted by retention" in answer.text
