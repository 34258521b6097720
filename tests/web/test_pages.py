"""The page queue: what its pages show, and what its addresses refuse."""

from __future__ import annotations

import re

from forms_app.services import batches, page_queue
from forms_app.services.application import Application
from forms_app.store.models import PageRow
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.two_page_scans import FIELDS, filled_page, foreign_page, tiff_of
from tests.web.visitor import HTMX, Visitor

CORNERS = [[0, 0, 0, 0], [1, 0, 826, 0], [1, 1, 826, 1169], [0, 1, 0, 1169]]


def _read(app: Application) -> int:
    batch = factories.make_batch(app, FIELDS, pages=2)
    factories.upload(app, batch.id, tiff_of([filled_page(1), foreign_page()]), "scan.tiff")
    run_sent_tasks(app)
    return batch.id


def test_what_waits_is_listed_taken_out_and_brought_back(
    visitor: Visitor, app: Application
) -> None:
    batch_id = _read(app)
    assert "need you" in visitor.get(f"/batches/{batch_id}").text
    shown = visitor.get(f"/batches/{batch_id}/pages").text
    assert "scan.tiff, page 2" in shown and "another form" in shown and "Add a scan" in shown
    path = f"/batches/{batch_id}/pages/2"
    assert "scan.tiff, page 2" not in re.sub(
        r"<details.*</details>", "", visitor.post(f"{path}/drop", headers=HTMX).text, flags=re.S
    )
    assert visitor.post(f"{path}/restore").status_code == 303
    run_sent_tasks(app)
    assert len(page_queue.get_queue(app, batch_id).pages) == 1
    visitor.post(f"/batches/{batch_id}/forms/1/pages/2/absent")
    assert page_queue.get_queue(app, batch_id).missing == ()


def test_a_page_is_laid_on_the_workbench(visitor: Visitor, app: Application) -> None:
    batch_id = _read(app)
    path = f"/batches/{batch_id}/pages/2"
    assert "scan.tiff, page 2" in visitor.get(path).text
    scan = visitor.get(f"{path}/scan.jpg")
    assert scan.mimetype == "image/jpeg"
    assert "no-cache" in scan.headers["Cache-Control"] and "ETag" in scan.headers
    assert visitor.get(f"{path}/laid.png").status_code == 404
    assert len(visitor.get(f"{path}/start?version_id=1&template_page=2").get_json()["points"]) == 4
    sent = {"version_id": 1, "template_page": 2, "points": CORNERS, "submission_id": 1}
    found = visitor.send_json(f"{path}/preview", sent).get_json()
    assert found["checked"] is False and found["doubt"]
    assert found["picture"].startswith("data:image/jpeg;base64,")
    assert [field["label"] for field in found["poor_fields"]] == ["agreed"]
    assert visitor.send_json(f"{path}/lay", sent | {"seen": True}).json == {"ok": True}
    run_sent_tasks(app)
    assert page_queue.get_queue(app, batch_id).waiting == 0
    assert batches.get_batch(app, batch_id).summary.pages_read == 2


def test_what_cannot_be_done_is_said(visitor: Visitor, app: Application) -> None:
    batch_id = _read(app)
    path = f"/batches/{batch_id}/pages/2"
    for sent, status in (
        ({}, 422),
        ({"version_id": 1, "template_page": 1, "points": CORNERS[:2]}, 422),
        ({"version_id": 1, "template_page": 1, "points": [["a"] * 4] * 4}, 422),
        ({"version_id": 1, "template_page": 5, "points": CORNERS}, 422),
        ({"version_id": 1, "template_page": 1, "points": CORNERS, "submission_id": "x"}, 422),
    ):
        assert visitor.send_json(f"{path}/preview", sent).status_code == status, sent
    answer = visitor.send_json(f"{path}/assign", {"submission_id": 1})
    assert (answer.status_code, answer.get_json()["error"]) == (409, "conflict")
    assert visitor.post(f"{path}/rescan").status_code == 422
    other_id = factories.make_batch(app).id
    assert visitor.get(f"/batches/{other_id}/pages/2").headers["Location"].endswith(path)
    assert visitor.get(f"/batches/{batch_id}/pages/99").status_code == 404


def test_a_page_whose_file_is_gone_says_so(visitor: Visitor, app: Application) -> None:
    batch_id = _read(app)
    with app.session() as session:
        session.get_one(PageRow, 2).scan_hash = app.files.put(b"not a scan")
    answer = visitor.get(f"/batches/{batch_id}/pages/2/scan.jpg")
    assert answer.status_code == 404
