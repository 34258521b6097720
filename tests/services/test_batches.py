"""Batches in numbers, and their end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forms_app.errors import ConflictError, NotFoundError, UserError
from forms_app.services import batches
from forms_app.services.application import Application
from forms_app.store.base import utc_now
from forms_app.store.models import AuditEventRow, PageRow
from forms_app.store.states import PageState
from tests import factories


def test_a_batch_needs_a_name_and_a_published_template(app: Application) -> None:
    draft = factories.make_draft(app)
    with pytest.raises(ConflictError, match="still a draft"):
        batches.create_batch(app, draft.id, "March")
    with pytest.raises(UserError, match="name"):
        batches.create_batch(app, factories.make_published(app).id, " \n")
    with pytest.raises(NotFoundError, match="version"):
        batches.create_batch(app, 99, "March")


@pytest.mark.parametrize("batch_id", [0, -1, 77, 2**63, 10**30])
def test_batches_that_are_not_there(any_app: Application, batch_id: int) -> None:
    with pytest.raises(NotFoundError, match="batch"):
        batches.get_batch(any_app, batch_id)


def test_a_name_is_kept_printable(any_app: Application) -> None:
    version = factories.make_published(any_app)
    assert batches.create_batch(any_app, version.id, " Ma\x00rch\t12 ").name == "March 12"


def test_a_new_batch_is_empty(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    assert (batch.state, batch.files, batch.fields, batch.eta_s) == ("empty", 0, 0, None)
    assert (batch.name, batch.template_name, batch.templates) == ("March", "Intake", ("Intake v1",))


def test_counts_and_pace_while_reading(any_app: Application) -> None:
    batch = factories.make_batch(any_app)
    pages = factories.make_pages(any_app, batch.id, 10)
    with any_app.session() as session:
        for number, page_id in enumerate(pages[:5]):
            page = session.get_one(PageRow, page_id)
            page.state = PageState.READ
            page.read_at = utc_now() - timedelta(seconds=10 - 2 * number)
        session.get_one(PageRow, pages[5]).state = PageState.FAILED
    summary = batches.get_batch(any_app, batch.id).summary
    assert summary.state == "reading"
    assert (summary.pages, summary.pages_read, summary.pages_failed) == (10, 5, 1)
    # Five pages in ten seconds, four to go.
    assert summary.eta_s == pytest.approx(8.0, abs=2.0)


def test_an_old_pace_promises_nothing(app: Application) -> None:
    batch = factories.make_batch(app)
    pages = factories.make_pages(app, batch.id, 2)
    with app.session() as session:
        page = session.get_one(PageRow, pages[0])
        page.state, page.read_at = PageState.READ, utc_now() - timedelta(hours=1)
    assert batches.get_batch(app, batch.id).summary.eta_s is None


def test_lists_go_on_after_the_last_one_shown(any_app: Application) -> None:
    version = factories.make_published(any_app)
    ids = [batches.create_batch(any_app, version.id, f"B{n}").id for n in range(5)]
    first = batches.list_batches(any_app, limit=2)
    assert [batch.id for batch in first] == [ids[4], ids[3]]
    rest = batches.list_batches(any_app, limit=10, before_id=first[-1].id)
    assert [batch.id for batch in rest] == [ids[2], ids[1], ids[0]]


def test_deleting_a_batch_deletes_its_scans_and_leaves_a_trace(any_app: Application) -> None:
    kept = factories.make_batch(any_app)
    gone = factories.make_batch(any_app)
    factories.make_submission(any_app, gone.id)
    before = factories.folder_size(any_app.settings.data_dir)
    batches.delete_batch(any_app, gone.id)
    after = factories.folder_size(any_app.settings.data_dir)
    assert len(before) - len(after) == 2  # The scan and its aligned page; the blanks stay.
    with pytest.raises(NotFoundError, match="batch"):
        batches.get_batch(any_app, gone.id)
    assert [batch.id for batch in batches.list_batches(any_app)] == [kept.id]
    with any_app.session() as session:
        event = session.query(AuditEventRow).filter_by(verb="delete").one()
    assert (event.subject_type, event.subject_id, event.user_id) == ("batch", gone.id, 1)
