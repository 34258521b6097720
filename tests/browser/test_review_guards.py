"""What one key does not do at the review station: keep the very doubtful, or break a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from forms_app.services.application import Application
from tests import factories
from tests.browser.review_station import FIELDS, Station, form_of, written

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]


@pytest.fixture
def batch_id(app: Application) -> int:
    return factories.make_batch(app, FIELDS).id


def _station(open_page: OpenPage, site: str, app: Application, batch_id: int, form: int) -> Station:
    return Station(open_page(f"{site}/review/station?batch={batch_id}"), app, form)


def test_a_very_doubtful_character_of_a_comb_is_typed(
    site: str, open_page: OpenPage, app: Application, batch_id: int
) -> None:
    form = form_of(app, batch_id, written("number", "123456", 0.99, 0.3, 0.9, 0.99, 0.5))
    station = _station(open_page, site, app, batch_id, form)
    assert station.focused_cell() == 1
    station.press("End", "Enter")
    station.expect_refused(
        "Character 2 is very doubtful. Type what you see there, even if it is “2”"
    )
    assert station.focused_cell() == 1
    station.type("2")
    assert station.page.locator(".cell").nth(1).get_attribute("data-level") == "sure"
    station.press("Enter")
    station.expect_refused("Character 5")
    assert station.field("number").decision is None
    station.type("5")
    station.press("Enter")
    expect(station.page.get_by_role("heading", name="March is reviewed")).to_be_visible()
    decision = station.field("number").decision
    assert decision and decision.action == "confirm"


def test_another_reading_or_blank_needs_no_typing(
    site: str, open_page: OpenPage, app: Application, batch_id: int
) -> None:
    form = form_of(app, batch_id, written("number", "123456", 0.3), written("surname", "BO", 0.2))
    station = _station(open_page, site, app, batch_id, form)
    station.press("Alt+b")
    station.expect_at("Number")
    station.press("Alt+1", "Enter")
    expect(station.page.get_by_role("heading", name="March is reviewed")).to_be_visible()
    assert (station.field("surname").value, station.field("number").value) == (None, "999999")


def test_a_very_doubtful_character_of_a_line_is_typed(
    site: str, open_page: OpenPage, app: Application, batch_id: int
) -> None:
    form = form_of(
        app, batch_id, written("remark", "see p 7", 0.99, 0.99, 0.4, 0.99, 0.99, 0.99, 0.1)
    )
    station = _station(open_page, site, app, batch_id, form)
    line = station.page.locator(".line-input")
    station.press("Enter")
    station.expect_refused("Character 3 is very doubtful")
    selected = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    assert station.page.evaluate(selected) == [2, 3]
    station.type("e")
    station.press("Home")
    station.type("I ")
    station.press("Enter")
    station.expect_refused("Character 7")
    assert station.page.evaluate(selected) == [8, 9]
    station.type("1")
    assert line.input_value() == "I see p 1"
    station.press("Enter")
    expect(station.page.get_by_role("heading", name="March is reviewed")).to_be_visible()
    assert station.field("remark").value == "I see p 1"


def test_a_rule_is_overridden_with_a_note(
    site: str, open_page: OpenPage, app: Application, batch_id: int
) -> None:
    form = form_of(app, batch_id, written("number", "12"), written("surname", "BO"))
    station = _station(open_page, site, app, batch_id, form)
    page = station.page
    station.press("Alt+k")  # Nothing was refused yet.
    station.press("Enter")
    station.expect_at("Number")
    station.press("Enter")
    station.expect_refused("Number")
    station.press("Alt+k", "Escape")
    assert station.field("number").decision is None
    station.press("Alt+k")
    station.type("Two digits on this form")
    station.press("Enter")
    expect(page.get_by_role("heading", name="March is reviewed")).to_be_visible()
    page.goto(f"{site}/review/forms/{form}")
    expect(page.get_by_role("row", name="Number")).to_contain_text("Two digits on this form")
    page.goto(f"{site}/review/{form}?field=number&form={form}")
    station = Station(page, app, form)
    expect(page.locator("[data-why=decision]")).to_contain_text("Two digits on this form")
    station.press("Alt+h")
    expect(page.locator("[data-history-list]")).to_contain_text("against the rule: Two digits")


def test_a_refusal_that_comes_late_brings_the_field_back(
    site: str, open_page: OpenPage, app: Application, batch_id: int
) -> None:
    form = form_of(app, batch_id, written("number", "12"), written("surname", "BO"))
    station = _station(open_page, site, app, batch_id, form)
    page = station.page

    def slowly(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    station.press("Enter")
    station.expect_at("Number")
    page.route("**/decision*", slowly)
    station.press("Home")
    station.type("34")
    station.press("Enter")
    expect(page.locator("[data-part=refusal]")).to_contain_text("Number")
    station.expect_at("Number")
    assert station.cells() == "34"
    page.unroute("**/decision*")
    station.press("Alt+k", "Enter")
    expect(page.get_by_role("heading", name="March is reviewed")).to_be_visible()
    assert station.field("number").value == "34"
