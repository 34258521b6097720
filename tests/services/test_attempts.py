"""What a disk without space under temporary files means for the work in hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_app.errors import StorageFullError
from forms_app.services import exports
from forms_app.services.application import Application
from forms_app.services.attempts import attempt, claim
from forms_app.store.models import PageRow
from forms_app.store.states import ExportState, PageState
from tests import factories

FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def test_a_page_is_put_off_and_the_attempt_not_counted(app: Application) -> None:
    [page_id] = factories.make_pages(app, factories.make_batch(app).id, 1)
    lease = claim(app, PageRow, page_id, PageState.PENDING)
    assert lease is not None
    with pytest.raises(StorageFullError):
        attempt(app, lease, lambda: FULL.write_text("a temporary file"))
    with app.session() as session:
        page = session.get_one(PageRow, page_id)
    assert (page.state, page.attempts, page.lease_until) == (PageState.PENDING, 0, None)


def test_an_export_is_put_off(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = factories.make_batch(app)
    export = exports.request_export(app, batch.id, "csv")
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.SpooledTemporaryFile", lambda _: FULL.open("wb", buffering=0))
        with pytest.raises(StorageFullError):
            exports.build_export(app, export.id)
    assert exports.get_export(app, export.id).state == ExportState.PENDING
    exports.build_export(app, export.id)
    assert exports.get_export(app, export.id).state == ExportState.DONE
