"""A wrong value shown on purpose, with a real server: told at once, and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from forms_app.services import people, review
from forms_app.store.models import DecisionRow, SeededErrorRow
from tests.browser.demo_form import publish_demo
from tests.browser.read_batches import read_batch
from tests.browser.review_window import Window, forms_of
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


def test_a_test_is_told_at_once_and_nothing_is_stored(
    tmp_path_factory: pytest.TempPathFactory, open_page: OpenPage
) -> None:
    with Serve(tmp_path_factory.mktemp("seeded"), workers=1, seeded_error_every=1) as serve:
        app = bootstrap(load_settings({}, data_dir=serve.data_dir))
        batch = read_batch(app, publish_demo(app), "Tests", 2)
        anna = people.add_person(app, "Anna").id
        waiting = [ref.key for ref in review.list_items(app, batch.id)]
        [first_form, _] = forms_of(app, batch)
        for key in waiting:
            if key.submission_id == first_form:
                review.decide(app, *key, "confirm", user_id=anna, override=True, note="test")
        page = open_page(f"{serve.url}/review/station?batch={batch.id}")
        window = Window(page, app)
        with app.session() as session:
            seeded = session.query(SeededErrorRow).order_by(SeededErrorRow.id).first()
            assert seeded is not None
            name, shown, decisions = seeded.field_name, seeded.shown, session.query(DecisionRow)
            before = decisions.count()
        assert window.at()[0] == first_form
        assert not page.locator("[data-why=decision]").is_visible()
        cells = [cell.input_value() for cell in page.locator(".cell").all()]
        assert not cells or "".join(cells) == shown or "-" in str(shown)
        window.press("Enter")
        if page.get_by_role("alert").first.is_visible():
            # A very doubtful character has to be typed: the person types what stands there.
            window.press("Home")
            page.keyboard.type("".join(cells))
            window.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("This one was a test")
        assert window.field(first_form, name).value != shown
        with app.session() as session:
            assert session.query(DecisionRow).count() == before
            assert session.query(SeededErrorRow).filter_by(missed=True).count() == 1
        window.press("Control+z")
        expect(page.locator("[data-part=announcer]")).to_contain_text("nothing to undo")
        with app.session() as session:
            assert session.query(DecisionRow).count() == before
        page.close()
        app.close()
