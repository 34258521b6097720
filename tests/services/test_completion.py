"""When a form of several pages is finished, and what its pages may become."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.services import review, uploads
from forms_app.services.alignment import align_page
from forms_app.services.application import Application
from forms_app.services.assembly import assemble_file
from forms_app.services.attempts import fail
from forms_app.store.models import PageRow
from forms_app.store.states import PageState
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.meanwhile import pages_of, states

TWO_PAGES = [*factories.FIELDS, {**factories.CONSENT, "name": "agreed", "page": 2}]


def _two_page_form(app: Application) -> list[int]:
    """A form whose two pages are aligned and belong together; the pages' ids."""
    batch = factories.make_batch(app, TWO_PAGES, pages=2)
    pages = factories.make_pages(app, batch.id, 2, PageState.ALIGNED)
    with app.session() as session:
        for number, page_id in enumerate(pages, start=1):
            session.get_one(PageRow, page_id).template_page = number
        file_id = session.get_one(PageRow, pages[0]).file_id
    assemble_file(app, file_id)
    return pages


def test_a_form_whose_last_page_fails_again_is_finished(any_app: Application) -> None:
    """Its other page was read while this one was tried again."""
    pages = _two_page_form(any_app)
    fail(any_app, PageRow, pages[1], "internal", "Fieldhand failed on this page.")
    uploads.retry_page(any_app, pages[1])
    factories.save_page(any_app, pages[0], factories.READINGS)
    assert states(any_app)[1] == ["reading"]
    factories.break_page(any_app, pages[1])
    for _ in range(any_app.settings.max_attempts):
        align_page(any_app, pages[1])
    run_sent_tasks(any_app)
    assert states(any_app) == (["read", "failed"], ["needs_review"], ["done"])


def test_a_form_is_not_done_before_its_last_page_is_read(any_app: Application) -> None:
    """Its first page is reviewed meanwhile."""
    pages = _two_page_form(any_app)
    factories.save_page(any_app, pages[0], factories.READINGS)
    for name in ("number", "consent"):
        assert review.decide(any_app, 1, name, "confirm").submission_state == "reading"
    factories.save_page(any_app, pages[1], [factories.reading("agreed", True)])
    assert states(any_app)[1] == ["done"]


def test_a_page_that_became_another_page_of_its_form_is_refused(any_app: Application) -> None:
    batch = factories.make_batch(any_app, TWO_PAGES, pages=2)
    factories.upload(any_app, batch.id, factories.draw_blank(2, TWO_PAGES), "scan.tiff")
    run_sent_tasks(any_app)
    second = pages_of(any_app)[1]
    fail(any_app, PageRow, second.id, "internal", "Fieldhand failed on this page.")
    first_twice = cv2.imencodemulti(".tiff", [_first_page()] * 2)[1]
    factories.replace_content(any_app, second.file_id, any_app.files.put(bytes(first_twice)))
    uploads.retry_page(any_app, second.id)
    run_sent_tasks(any_app)
    assert states(any_app) == (["read", "failed"], ["needs_review"], ["done"])
    page = pages_of(any_app)[1]
    assert page.error_code == "conflict" and page.error_message is not None
    assert "now looks like page 1" in page.error_message


def _first_page() -> np.ndarray:
    _, pages = cv2.imdecodemulti(
        np.frombuffer(factories.draw_blank(2, TWO_PAGES), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    return np.asarray(pages[0])
