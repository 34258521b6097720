"""Sheets of one character with a real server, database and workers, by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.reading.character_doubts import VERY_DOUBTFUL_BELOW, is_of_characters
from forms_app.services import glyph_sheets, review
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.glyph_sheets import SheetSource
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import DecisionRow, GlyphCheckRow, SubmissionFieldRow
from tests.browser.read_batches import read_batch
from tests.serving import Serve, wait_until

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
DELIVERY_LIMIT_S = 20.0


class Sheet:
    """The page of one batch, and what is kept behind it."""

    def __init__(self, page: Page, app: Application, url: str, batch_id: int) -> None:
        self.page, self.app, self._url, self.batch_id = page, app, url, batch_id

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self._url}/review/sheets?batch={self.batch_id}{query}")
        self.wait()

    def wait(self) -> None:
        self.page.wait_for_selector("#sheets[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def tiles(self) -> Locator:
        return self.page.get_by_role("option")

    def picked(self) -> list[int]:
        """Which glyphs are picked out."""
        chosen = [tile.get_attribute("aria-selected") for tile in self.tiles.all()]
        return [place for place, is_chosen in enumerate(chosen) if is_chosen == "true"]

    def wait_for_pictures(self) -> None:
        """Of those that are in sight."""
        expect(self.tiles.first).to_have_attribute("data-picture", "drawn")
        expect(self.page.locator("[data-part=answer-words]")).not_to_have_text("Show the rest")

    def answer(self) -> None:
        """Enter, until all was in sight and the next sheet is there."""
        before = self.tiles.first.get_attribute("title")
        while self.tiles.count() and self.tiles.first.get_attribute("title") == before:
            self.press("Enter")
            self.page.wait_for_timeout(150)

    def scroll_on(self) -> None:
        """Enter, until what is in sight counts as seen and the rest is scrolled to."""
        scroller = self.page.locator("[data-part=scroll]")
        while scroller.evaluate("(e) => e.scrollTop") == 0:
            self.press("Enter")
            self.page.wait_for_timeout(150)

    def checks(self) -> list[tuple[str, bool]]:
        with self.app.session() as session:
            rows = session.query(GlyphCheckRow).filter_by(batch_id=self.batch_id)
            return [(row.character, row.is_right) for row in rows.order_by(GlyphCheckRow.id)]


@pytest.fixture(scope="module")
def batch(served_app: Application, demo_template: TemplateVersion) -> BatchSummary:
    return read_batch(served_app, demo_template, "Sheets", 3)


@pytest.fixture
def sheet(serve: Serve, open_page: OpenPage, served_app: Application, batch: BatchSummary) -> Sheet:
    return Sheet(open_page(f"{serve.url}/batches/{batch.id}"), served_app, serve.url, batch.id)


def test_the_wrong_ones_are_picked_out_and_the_others_are_right(sheet: Sheet) -> None:
    sheet.page.get_by_role("link", name="Sheets of one character").click()
    sheet.wait()
    sheet.page.get_by_role("link", name="All read").click()
    sheet.page.locator("[data-character=ticked]").click()
    expect(sheet.page.get_by_role("heading", name="Boxes read as ticked")).to_be_visible()
    sheet.wait_for_pictures()
    count = sheet.tiles.count()
    sheet.tiles.nth(1).click()
    sheet.tiles.nth(3).click(modifiers=["Shift"])
    sheet.tiles.nth(2).click()
    assert sheet.picked() == [1, 3]
    expect(sheet.page.locator("[data-part=picked]")).to_have_text("2 picked out")
    sheet.page.get_by_role("button", name="The others are right").click()
    expect(sheet.page.get_by_role("status").first).to_contain_text("2 picked out")
    expect(sheet.page.get_by_role("heading", name="Every one of them is looked at")).to_be_visible()
    wait_until(lambda: len(sheet.checks()) == count, DELIVERY_LIMIT_S, "all checks")
    assert sheet.checks().count(("ticked", False)) == 2
    expect(sheet.page.locator("[data-character=ticked]")).to_have_count(0)

    sheet.press("Control+z")
    expect(sheet.tiles).to_have_count(count)
    assert sheet.checks() == []


def test_by_keyboard_alone(sheet: Sheet) -> None:
    sheet.open("&source=all&character=0")
    sheet.wait_for_pictures()
    last = sheet.tiles.count() - 1
    expect(sheet.tiles.first).to_be_focused()
    sheet.press("ArrowRight", "Space", "End", "Space", "ArrowLeft", "Space", "Space", "Home")
    assert sheet.picked() == [1, last]
    sheet.press("Space", "ArrowDown", "ArrowUp", "ArrowRight", "ArrowRight", "Shift+Space")
    assert sheet.picked() == [0, 1, 2, last]
    expect(sheet.tiles.nth(2)).to_be_focused()
    with sheet.page.expect_popup() as opened:
        sheet.press("o")
    station = opened.value
    station.wait_for_selector("#review[data-ready]")
    field = sheet.tiles.nth(2).get_attribute("title") or ""
    assert (station.locator("[data-part=label]").text_content() or "?") in field
    station.close()
    assert sheet.checks() == []


def test_what_was_out_of_sight_is_shown_before_it_is_called_right(sheet: Sheet) -> None:
    sheet.page.set_viewport_size({"width": 1280, "height": 420})
    sheet.open("&source=all&character=empty")
    words = sheet.page.locator("[data-part=answer-words]")
    expect(words).to_have_text("Show the rest")
    sheet.scroll_on()
    assert sheet.checks() == []
    sheet.answer()
    wait_until(lambda: bool(sheet.checks()), DELIVERY_LIMIT_S, "the checks")
    sheet.press("Control+z")
    expect(sheet.tiles.first).to_be_visible()
    assert sheet.checks() == []


def test_pictures_are_sharp_and_never_stretched(sheet: Sheet) -> None:
    sheet.open("&source=all&character=0")
    sheet.wait_for_pictures()
    shape = sheet.page.evaluate(
        """() => {
          const canvas = document.querySelector(".glyph canvas");
          const { width, height } = canvas.getBoundingClientRect();
          return [canvas.width / width, canvas.height / height, window.devicePixelRatio];
        }"""
    )
    assert shape[0] == shape[1] == shape[2]


def test_an_answer_waits_while_the_server_is_away(sheet: Sheet, open_page: OpenPage) -> None:
    open_page.complaints.expected.append("Failed to load resource")  # type: ignore[attr-defined]
    sheet.open("&source=all&character=3")
    sheet.wait_for_pictures()
    sheet.page.route("**/answer*", lambda route: route.abort())
    sheet.answer()
    again = sheet.page.get_by_role("button", name="Send again")
    expect(again).to_be_visible()
    assert sheet.checks() == []
    sheet.page.unroute("**/answer*")
    again.click()
    wait_until(lambda: bool(sheet.checks()), DELIVERY_LIMIT_S, "the checks")
    sheet.press("Control+z")
    expect(sheet.tiles.first).to_be_visible()


def test_all_doubtful_sheets_confirm_what_was_doubted_for_its_characters(sheet: Sheet) -> None:
    settled = {
        (ref.key.submission_id, ref.key.field_name)
        for ref in review.list_items(sheet.app, sheet.batch_id)
        if _is_settled_by_sheets(sheet.app, *ref.key)
    }
    assert settled
    sheet.open()
    while glyph_sheets.list_characters(sheet.app, sheet.batch_id, SheetSource.DOUBTFUL):
        expect(sheet.tiles.first).to_be_visible()
        before = len(sheet.checks())
        sheet.answer()
        wait_until(lambda: len(sheet.checks()) > before, DELIVERY_LIMIT_S, "the checks")  # noqa: B023
        expect(sheet.page.get_by_role("link", name="Next character")).to_be_focused()
        sheet.press("Enter")
        expect(sheet.page.locator("[data-part=end]")).to_be_hidden()
    expect(sheet.page.get_by_role("heading", name="Nothing to look at here")).to_be_visible()
    with sheet.app.session() as session:
        decided = (
            session.query(SubmissionFieldRow.submission_id, SubmissionFieldRow.field_name)
            .join(DecisionRow, DecisionRow.id == SubmissionFieldRow.decision_id)
            .filter(SubmissionFieldRow.batch_id == sheet.batch_id, DecisionRow.mode == "sheet")
        )
        assert {tuple(row) for row in decided} == settled


def _is_settled_by_sheets(app: Application, submission_id: int, field_name: str) -> bool:
    """Whether a field is doubted for nothing but its digits, of which there are as many; what is
    very doubtful must be typed."""
    current = review.get_item(app, submission_id, field_name).current
    reading = current.reading
    rivals = [value for value, _ in reading.alternatives]
    is_length_sure = not any("could also" in reason for reason in reading.reasons) or (
        len(str(rivals[0])) == len(str(reading.value))
    )
    return (
        current.field.kind in ("digits", "date", "mark", "choice", "choices")
        and all(map(is_of_characters, reading.reasons))
        and is_length_sure
        and all(one.probability >= VERY_DOUBTFUL_BELOW for one in reading.characters)
    )
