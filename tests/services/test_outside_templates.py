"""Pages of published templates that their batch does not hold: recognised, added, read."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from forms_app.errors import ConflictError, OtherTemplateError, UserError
from forms_app.reading.errors import BlankPageError, ForeignPageError
from forms_app.services import (
    batches,
    exports,
    form_lists,
    outside_templates,
    page_actions,
    page_queue,
    page_work,
    refused_pages,
    templates,
)
from forms_app.services.application import Application
from forms_app.services.page_images import start_points
from forms_app.services.page_placements import placement_of
from forms_app.store.models import AuditEventRow, PageRow
from forms_app.store.states import PageState
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.one_box_forms import filled, published, upload
from tests.services.two_page_scans import foreign_page

CORNERS = [[0, 0, 0, 0], [1, 0, 1240, 0], [1, 1, 1240, 1754], [0, 1, 0, 1754]]


def _added(app: Application) -> list[int]:
    """The versions that somebody added to a batch, as the audit has it."""
    with app.session() as session:
        rows = session.scalars(select(AuditEventRow).where(AuditEventRow.verb == "add_template"))
        return [row.detail["version_id"] for row in rows]


def _names(app: Application, batch_id: int) -> list[str]:
    return [template.name for template in outside_templates.list_outside(app, batch_id)]


def test_a_page_of_another_template_says_whose_it_is_and_is_read_at_one_word(
    app: Application,
) -> None:
    first, second, third = (published(app, seed) for seed in (1, 2, 3))
    batch = batches.create_batch(app, first.id, "One")
    upload(app, batch.id, [filled(1), filled(3), foreign_page(), filled(3), filled(2)])
    assert [(page.number, page.reason) for page in page_queue.get_queue(app, batch.id).pages] == [
        (2, "other_template"),
        (3, "foreign_page"),
        (4, "other_template"),
        (5, "other_template"),
    ]
    message = page_queue.get_queue(app, batch.id).pages[0].message
    assert "belongs to “Form 3” (page 1), which this batch does not hold" in message
    refused = refused_pages.get_refused(app, batch.id)
    assert refused.count == 1
    assert [(known.name, known.pages) for known in refused.recognised] == [
        ("Form 2", 1),
        ("Form 3", 2),
    ]
    assert refused_pages.take_recognised(app, batch.id, third.id) == 2
    run_sent_tasks(app)
    forms = form_lists.list_forms(app, batch.id)
    assert [form.template_name for form in forms] == ["Form 1", "Form 3", "Form 3"]
    assert batches.get_batch(app, batch.id).summary.templates == ("Form 1 v1", "Form 3 v1")
    assert _added(app) == [third.id]
    export = exports.request_export(app, batch.id, "csv")
    run_sent_tasks(app)
    assert exports.open_export(app, export.id)[0] == "One.zip"
    # The foreign page alone is tried again; page 5 is known to be of a template still outside.
    assert refused_pages.retry_refused(app, batch.id) == 1
    run_sent_tasks(app)
    assert refused_pages.get_refused(app, batch.id).count == 1
    assert _names(app, batch.id) == [second.name]


def test_a_template_is_added_and_all_refused_pages_tried_again(app: Application) -> None:
    """Published only after the pages were refused."""
    first = published(app, 1)
    batch = batches.create_batch(app, first.id, "Late")
    upload(app, batch.id, [filled(1), filled(2)], "a.tiff")
    upload(app, batch.id, [filled(2)], "b.tiff")
    assert refused_pages.get_refused(app, batch.id).count == 2
    assert _names(app, batch.id) == []
    second = published(app, 2)
    assert _names(app, batch.id) == ["Form 2"]
    assert outside_templates.add_templates(app, batch.id, [second.id, second.id]) == ["Form 2"]
    outside_templates.add_templates(app, batch.id, [second.id])
    assert _added(app) == [second.id]
    assert refused_pages.retry_refused(app, batch.id) == 2
    run_sent_tasks(app)
    assert page_queue.get_queue(app, batch.id).waiting == 0
    assert batches.get_batch(app, batch.id).summary.pages_read == 3


def test_what_was_recognised_before_the_template_came_is_tried_again_too(app: Application) -> None:
    first, second = published(app, 1), published(app, 2)
    batch = batches.create_batch(app, first.id, "Later")
    upload(app, batch.id, [filled(2)])
    outside_templates.add_templates(app, batch.id, [second.id])
    refused = refused_pages.get_refused(app, batch.id)
    assert (refused.count, refused.recognised) == (1, ())
    [page] = page_queue.get_queue(app, batch.id).pages
    assert page_work.get_work(app, page.page_id).recognised is None
    assert start_points(app, page.page_id).version_id == second.id
    assert refused_pages.retry_refused(app, batch.id) == 1
    run_sent_tasks(app)
    assert page_queue.get_queue(app, batch.id).waiting == 0


def test_a_page_is_laid_by_hand_on_a_template_that_the_batch_did_not_hold(
    app: Application,
) -> None:
    versions = [published(app, seed) for seed in (3, 1, 2)]
    draft = templates.new_draft(app, versions[2].template_id)
    newest = templates.publish(app, draft.id)
    batch = batches.create_batch(app, versions[0].id, "Hand")
    upload(app, batch.id, [foreign_page(), filled(1)])
    first, second = page_queue.get_queue(app, batch.id).pages
    work = page_work.get_work(app, first.page_id)
    assert [(target.label, target.is_held) for target in work.targets] == [
        ("Form 3, page 1", True),
        ("Form 1, page 1", False),
        ("Form 2, page 1", False),
    ]
    assert work.recognised is None
    assert start_points(app, first.page_id).version_id == versions[0].id
    known = page_work.get_work(app, second.page_id).recognised
    assert known is not None and known.template == "Form 1"
    assert start_points(app, second.page_id).version_id == versions[1].id
    placement = placement_of(newest.id, 1, CORNERS, True)
    page_actions.lay_page(app, first.page_id, placement)
    run_sent_tasks(app)
    assert batches.get_batch(app, batch.id).summary.templates == ("Form 3 v1", "Form 2 v2")
    assert _added(app) == [newest.id]
    with pytest.raises(ConflictError, match="No published form has a page 2"):
        page_actions.lay_page(app, second.page_id, placement_of(newest.id, 2, CORNERS, True))
    with pytest.raises(ConflictError, match="No published form"):
        page_actions.lay_page(app, second.page_id, placement_of(versions[2].id, 1, CORNERS, True))


def test_refused_pages_are_counted_and_tried_again_file_by_file(any_app: Application) -> None:
    other = factories.make_published(any_app)
    batch = factories.make_batch(any_app)
    elsewhere = factories.make_batch(any_app)
    known = factories.make_pages(any_app, batch.id, 2, PageState.FAILED, "a.png")
    others = factories.make_pages(any_app, batch.id, 2, PageState.FAILED, "b.png")
    factories.make_pages(any_app, elsewhere.id, 1, PageState.FAILED)
    with any_app.session() as session:
        session.execute(update(PageRow).values(error_code=ForeignPageError.code))
        recognised = {"error_code": OtherTemplateError.code, "version_id": other.id}
        session.execute(update(PageRow).where(PageRow.id.in_(known)).values(recognised))
        empty = update(PageRow).where(PageRow.id == others[0])
        session.execute(empty.values(error_code=BlankPageError.code))
    refused = refused_pages.get_refused(any_app, batch.id)
    assert (refused.count, [pages.pages for pages in refused.recognised]) == (1, [2])
    assert refused_pages.retry_refused(any_app, batch.id) == 1
    assert refused_pages.retry_refused(any_app, batch.id) == 0
    assert refused_pages.take_recognised(any_app, batch.id, other.id) == 2
    assert refused_pages.get_refused(any_app, batch.id) == refused_pages.RefusedPages(0, ())
    assert _added(any_app) == [other.id]
    with any_app.session() as session:
        rows = session.execute(select(PageRow.id, PageRow.state).order_by(PageRow.id))
        waiting = [row_id for row_id, state in rows if state == PageState.PENDING]
    assert waiting == [*known, others[1]]


def test_only_published_templates_are_added(app: Application) -> None:
    batch = factories.make_batch(app)
    draft = factories.make_draft(app)
    with pytest.raises(ConflictError, match="draft"):
        outside_templates.add_templates(app, batch.id, [draft.id])
    with pytest.raises(UserError, match="Choose the templates"):
        outside_templates.add_templates(app, batch.id, [])
    anything = batches.create_batch(app, [], "Any", takes_any=True)
    assert _names(app, anything.id) == []
