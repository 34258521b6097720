"""A field at the review station: whose it is, what it took, what a newer model says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from forms_app.services import around_field, people, review, seats
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.store.models import DecisionRow, PageRow
from tests import factories
from tests.browser.review_station import FIELDS, Station, form_of, until_answered, written

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NEWER = "glyphs-9"


@pytest.fixture
def form(app: Application) -> int:
    """A form whose number waits."""
    batch = factories.make_batch(app, FIELDS)
    return form_of(app, batch.id, written("number", "123456"))


def test_a_field_that_another_has_is_looked_at_until_it_is_free(
    app: Application, site: str, open_page: OpenPage, form: int
) -> None:
    ann = Seat(people.add_person(app, "Ann").id, "hers")
    around_field.take_field(app, ItemKey(form, "number"), Scope(user_id=ann.user_id), ann)
    page = open_page(f"{site}/review/{form}?field=number")
    station = Station(page, app, form)
    expect(page.locator("[data-part=held]")).to_contain_text("Ann has this field on screen")
    station.press("9", "Alt+b", "Alt+1")
    assert station.cells() == "123456"
    assert station.field("number").decision is None
    seats.leave(app, ann)
    expect(page.locator("[data-part=held]")).to_be_hidden()
    station.type("9")
    assert station.cells() == "923456"


def test_a_decision_says_what_it_took(
    app: Application, site: str, open_page: OpenPage, form: int
) -> None:
    page = open_page(site)
    page.clock.install()
    page.goto(f"{site}/review/{form}?field=number&form={form}")
    station = Station(page, app, form)
    page.clock.fast_forward(20_000)
    station.press("Home")
    page.clock.fast_forward(180_000)  # A pause: nobody was there.
    station.press("Shift")
    station.type("65")
    station.press("Enter")
    page.wait_for_url(lambda url: "field=number" not in url)
    until_answered(page)
    with app.session() as session:
        decision = session.scalars(select(DecisionRow)).one()
    assert (decision.action, decision.keystrokes, decision.mode) == ("correct", 4, "forms")
    assert decision.duration_ms is not None and 20_000 <= decision.duration_ms < 60_000


def _read_again(app: Application, value: str) -> None:
    with app.session() as session:
        page_id = session.scalars(select(PageRow.id)).one()
    factories.save_page(app, page_id, (factories.reading("number", value, 0.9),), NEWER)


@pytest.mark.parametrize(("key", "value"), [("Alt+t", "654321"), ("Alt+m", "123456")])
def test_a_newer_reading_is_proposed(
    app: Application, site: str, open_page: OpenPage, form: int, key: str, value: str
) -> None:
    review.decide(app, form, "number", "confirm")
    _read_again(app, "654321")
    page = open_page(f"{site}/review/forms/{form}")
    expect(page.get_by_role("row", name="Number")).to_contain_text("glyphs-9 reads 654321")
    page.get_by_role("link", name="glyphs-9 reads").click()
    station = Station(page, app, form)
    assert station.cells() == "123456"
    expect(page.locator("[data-why=proposal]")).to_contain_text("glyphs-9 reads 654321")
    station.press(key)
    page.wait_for_url(lambda url: "field=number" not in url)
    current = station.field("number")
    assert (current.value, current.proposal) == (value, None)


def test_what_others_decided_meanwhile_is_not_taken_back(
    app: Application, site: str, open_page: OpenPage, form: int
) -> None:
    open_page.complaints.expected.append("Failed to load resource")  # type: ignore[attr-defined]
    page = open_page(f"{site}/review/{form}?field=number&form={form}")
    station = Station(page, app, form)
    station.press("Enter")
    page.wait_for_url(lambda url: "field=number" not in url)
    until_answered(page)
    ann = people.add_person(app, "Ann").id
    review.decide(app, form, "number", "correct", "111111", user_id=ann)
    station.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Ann has decided this field meanwhile")
    assert station.field("number").value == "111111"
    expect(page.locator("[data-part=undo]")).to_be_disabled()
