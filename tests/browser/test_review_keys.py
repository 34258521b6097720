"""The review station's keys: each does its own, on any keyboard, and can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from forms_app.services import around_field, page_queue, people, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.review import ItemKey, Scope, Seat
from forms_app.services.preferences import review_keys
from forms_app.store.models import LOCAL_USER_ID
from tests import factories
from tests.browser.review_station import FIELDS, Station, form_of, values, written

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
MAC = 'Object.defineProperty(navigator, "platform", {get: () => "MacIntel"});'


class Desk:
    """Two forms that wait, each with a surname and a number, and the station at the first."""

    def __init__(self, app: Application, site: str, open_page: OpenPage) -> None:
        self.app, self.site, self.open_page = app, site, open_page
        self.batch_id = factories.make_batch(app, FIELDS).id
        fields = (written("surname", "BOND"), written("number", "123456"))
        self.forms = [form_of(app, self.batch_id, *fields, name=f"{n}.png") for n in (1, 2)]
        self.address = f"{site}/review/station?batch={self.batch_id}"

    def station(self) -> Station:
        return Station(self.open_page(self.address), self.app, self.forms[0])

    def is_done(self, page: Page) -> None:
        expect(page.get_by_role("heading", name="March is reviewed")).to_be_visible()


@pytest.fixture
def desk(app: Application, site: str, open_page: OpenPage) -> Desk:
    return Desk(app, site, open_page)


@pytest.fixture
def station(desk: Desk) -> Station:
    return desk.station()


def test_cells_are_typed_over_emptied_and_walked(station: Station) -> None:
    station.press("Home")
    station.type("AB")
    assert (station.cells(), station.focused_cell()) == ("ABND", 2)
    station.press("Space")
    assert (station.cells(), station.focused_cell()) == ("AB D", 3)
    station.press("ArrowLeft", "Backspace")
    assert (station.cells(), station.focused_cell()) == ("A  D", 1)
    station.press("ArrowRight", "ArrowRight")
    assert station.focused_cell() == 3
    station.press("Control+z")
    assert station.cells() == "BOND"


def test_a_field_put_off_comes_last(desk: Desk, station: Station) -> None:
    first, second = desk.forms
    station.press("Alt+p")
    station.expect_at("Number")
    station.press("Enter")
    station.expect_at("Surname")
    station.press("Enter")
    station.expect_at("Number")
    station.press("Enter")
    station.expect_at("Surname")
    expect(station.page.locator("[data-part=form]")).to_contain_text("1.png")
    station.press("Enter")
    desk.is_done(station.page)
    assert values(desk.app, [first, second], "surname") == ["BOND", "BOND"]


def test_an_answer_on_its_way_does_not_bring_back_what_was_put_off(
    desk: Desk, station: Station
) -> None:
    page = station.page
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/review/hand-out*", hold_the_first)
    with page.expect_request("**/review/hand-out*"):
        page.reload()
    station.expect_at("Surname")
    [asked] = held
    names_it = {**asked.request.post_data_json, "after": None, "count": 1}
    answer = asked.fetch(post_data=json.dumps(names_it))
    assert answer.json()["items"][0]["key"]["field_name"] == "surname"
    with page.expect_response("**/postpone*"):
        station.press("Alt+p")
    asked.fulfill(response=answer)
    station.expect_at("Number")
    station.press("Enter")
    station.expect_at("Surname")
    expect(page.locator("[data-part=form]")).to_contain_text("2.png")


def test_what_was_put_off_is_taken_back(desk: Desk, station: Station) -> None:
    station.press("Alt+p")
    station.expect_at("Number")
    station.press("Control+z")
    station.expect_at("Surname")
    assert review.get_item(desk.app, desk.forms[0], "surname").stage == "review"


def test_a_field_is_referred_with_a_note(desk: Desk, station: Station) -> None:
    page = station.page
    station.press("Alt+r")
    expect(page.get_by_role("heading", name="Refer this field")).to_be_visible()
    station.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Write a few words")).to_be_visible()
    station.type("Bond or Band?")
    station.press("Enter")
    station.expect_at("Number")
    [note] = review_notes.open_notes(desk.app)
    assert (note.text, note.field_name) == ("Bond or Band?", "surname")
    station.press("Control+z")
    station.expect_at("Surname")
    assert review_notes.open_notes(desk.app) == ()


def test_boxes_that_lie_off_send_the_page_to_its_queue(desk: Desk, station: Station) -> None:
    page = station.page
    station.press("Alt+a")
    expect(page.locator("#review-note")).to_contain_text("goes to the page queue")
    station.press("Escape")
    station.expect_at("Surname")
    station.press("Alt+a", "Enter")
    expect(page.locator("[data-part=form]")).to_contain_text("2.png")
    [queued] = page_queue.get_queue(desk.app, desk.batch_id).pages
    assert (queued.reason, queued.file_name) == ("misaligned_page", "1.png")
    station.press("Enter")
    station.expect_at("Number")
    station.press("Enter")
    page.wait_for_url("**/review/done*")
    page.goto(f"{desk.site}/batches/{desk.batch_id}/pages")
    expect(page.get_by_role("row", name="1.png")).to_contain_text("boxes lie off")
    expect(page.get_by_role("button", name="It fits: 1.png")).to_be_visible()


def test_the_form_before_has_a_value(desk: Desk, station: Station) -> None:
    station.press("Alt+d")
    expect(station.page.locator("#toasts")).to_contain_text("There is no form before this one")
    station.press("Home")
    station.type("BLOM")
    station.press("Enter")
    station.expect_at("Number")
    station.press("Enter")
    station.expect_at("Surname")
    station.press("Alt+d")
    expect(station.page.locator("#toasts")).to_contain_text("1.png, form 1 has: BLOM")
    assert station.cells() == "BLOM"


def test_a_form_is_finished_once_nothing_of_it_waits(desk: Desk, station: Station) -> None:
    station.press("Alt+p")
    station.expect_at("Number")
    station.press("Control+Enter")
    station.expect_at("Surname")
    expect(station.page.locator("#toasts")).to_contain_text("1 field of this form still waits")
    station.press("Control+Enter")
    expect(station.page.locator("[data-part=form]")).to_contain_text("2.png")
    assert values(desk.app, desk.forms[:1], "number") == ["123456"]
    station.press("Control+Enter")
    station.expect_at("Number")
    station.press("Control+Enter")
    desk.is_done(station.page)


def test_decisions_are_taken_back_after_a_reload(desk: Desk, station: Station) -> None:
    page = station.page
    for label in ("Number", "Surname", "Number"):
        station.press("Enter")
        station.expect_at(label)
    page.reload()
    page.wait_for_selector("#review[data-ready]")
    station.press("Control+z")
    station.expect_at("Surname")
    expect(page.locator("[data-part=form]")).to_contain_text("2.png")
    station.press("Enter")
    station.expect_at("Number")
    station.press("Enter")
    desk.is_done(page)
    page.goto(desk.address.replace("station?", f"{desk.forms[0]}?field=surname&"))
    page.wait_for_selector("#review[data-ready]")
    station.press("Control+z")
    station.expect_at("Number")
    number = ItemKey(desk.forms[1], "number")
    assert review.get_item(desk.app, *number).current.decision is None
    # It is this window's again.
    ann = Seat(people.add_person(desk.app, "Ann").id, "hers")
    assert around_field.take_field(desk.app, number, Scope(), ann).held_by


def test_other_keyboards(station: Station) -> None:
    # Alt Gr types: the right Alt key of many, Ctrl and Alt together on Windows.
    assert not station.key_down(key="@", code="KeyB", altKey=True, altGraph=True)
    assert not station.key_down(key="@", code="KeyB", altKey=True, ctrlKey=True)
    station.expect_at("Surname")
    # On a French keyboard the digit's key types a sign; on a German one Z is where Y is.
    assert station.key_down(key="&", code="Digit1", altKey=True)
    assert station.cells() == "OTHER"
    assert station.key_down(key="z", code="KeyY", ctrlKey=True)
    assert station.cells() == "BOND"
    # Bare modifiers, and letters on their own, do nothing.
    assert not station.key_down(key="Alt", code="AltLeft", altKey=True)
    assert not station.key_down(key="b", code="KeyB")
    station.expect_at("Surname")
    # A key held down decides once.
    assert station.key_down(key="Enter", code="Enter", repeat=True)
    station.expect_at("Surname")


def test_on_a_mac(desk: Desk) -> None:
    page = desk.open_page(desk.site)
    page.add_init_script(MAC)
    page.goto(desk.address)
    station = Station(page, desk.app, desk.forms[0])
    expect(page.locator("[data-command=blank] .keys")).to_have_text("⌥ B ")
    expect(page.locator("[data-command=undo]")).to_have_attribute(
        "title", "Take the last decision back (⌘Z)"
    )
    # Option types ∫ there, or begins an accent; the command key is what Ctrl is elsewhere.
    assert station.key_down(key="∫", code="KeyB", altKey=True)
    station.expect_at("Number")
    assert station.key_down(key="z", code="KeyZ", metaKey=True)
    station.expect_at("Surname")
    assert station.key_down(key="Dead", code="KeyU", altKey=True, altGraph=True)
    station.expect_at("Number")
    assert station.field("surname").outcome == "unreadable"


def test_keys_are_changed_and_kept(desk: Desk, station: Station) -> None:
    page = station.page
    says = page.locator("[data-key-says]")
    station.press("F1")
    change = page.get_by_role("button", name="Change the key: Blank")
    for pressed, refusal in (
        ("b", "B is needed for typing"),
        ("Space", "Space is needed for typing"),
        ("Alt+u", "Alt+U is taken: Unreadable"),
        ("Control+w", "Ctrl+W belongs to the browser"),
    ):
        change.click()
        station.press(pressed)
        expect(says).to_contain_text(refusal)
        station.press("Escape")
        expect(says).to_contain_text("Left as it was")
    change.click()
    station.press("Alt+x")
    expect(says).to_contain_text("Alt+X from now on")
    assert review_keys(desk.app, LOCAL_USER_ID) == {"blank": "Alt+KeyX"}
    station.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.reload()
    page.wait_for_selector("#review[data-ready]")
    expect(page.locator("[data-command=blank]")).to_have_attribute(
        "title", "Nothing is written there (Alt+X)"
    )
    station.press("Alt+b")
    station.expect_at("Surname")
    station.press("Alt+x")
    station.expect_at("Number")
    station.press("F1")
    page.get_by_role("button", name="Reset all keys").click()
    expect(says).to_contain_text("as they were at first")
    assert review_keys(desk.app, LOCAL_USER_ID) == {}


def test_every_command_is_in_the_list_and_on_a_button(station: Station) -> None:
    page = station.page
    listed = page.evaluate(
        "[...document.querySelectorAll('[data-key-row]')].map(e => e.dataset.keyRow)"
    )
    known = page.evaluate(
        "import('/static/js/review/keymap.js').then((map) => Object.keys(map.FIRST_KEYS))"
    )
    assert sorted(listed) == sorted(known)
    untold = page.evaluate(
        """[...document.querySelectorAll("#review [data-command]")]
             .filter((e) => !/\\(.+\\)$/.test(e.title)).map((e) => e.dataset.command)"""
    )
    assert untold == []
    station.press("Escape")
    page.evaluate("document.activeElement.blur()")
    station.press("?")
    expect(page.locator("#help")).to_be_visible()
