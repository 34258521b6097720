"""Writing with a pointer in a real browser, read live; own pictures with a box over each letter."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect

from tests.browser.chromium import DESKTOP, TABLET
from tests.browser.paper import Paper
from tests.drawn_strokes import STROKES, Stroke, real_strokes
from tests.own_pictures import as_jpeg, written_sheet

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
DROP = """([name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(
    new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
  for (const type of ["dragover", "drop"])
    document.getElementById("draw").dispatchEvent(
      new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""
PEN = """([points, kind, pressure]) => {
  const canvas = document.querySelector("canvas");
  canvas.setPointerCapture = () => {};
  points.forEach(([x, y], i) => {
    const type = i === 0 ? "pointerdown" : "pointermove";
    canvas.dispatchEvent(new PointerEvent(type, {
      pointerId: 7, pointerType: kind, isPrimary: true, button: i === 0 ? 0 : -1, buttons: 1,
      pressure, clientX: x, clientY: y, bubbles: true, cancelable: true}));
  });
  canvas.dispatchEvent(new PointerEvent("pointerup", {pointerId: 7, pointerType: kind}));
}"""


@pytest.fixture
def site(site: str) -> str:
    """The drawing page, with a recogniser and nothing else behind it."""
    return f"{site}/draw/"


def payload(lines: list[str], name: str = "notes.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": as_jpeg(written_sheet(lines))}


def test_the_text_follows_the_pen(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site))
    paper.write_in_cell(STROKES["7"], 0)
    paper.expect_text("7")
    paper.write_in_cell(STROKES["4"], 1)
    paper.expect_text("74")
    cards = paper.page.locator("[data-part=cards] .draw-card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_have_attribute("aria-label", re.compile("^7, 9"))
    assert cards.first.locator(".draw-bar").count() >= 1
    expect(paper.page.locator("[data-part=verdict]")).to_contain_text("sure: on a form")


def every_sixth(strokes: list[Stroke]) -> list[Stroke]:
    """The strokes with a sixth of their points: each takes the mouse a while to reach."""
    return [[*stroke[:-1:6], stroke[-1]] for stroke in strokes]


def test_real_handwriting_is_read(site: str, open_page: OpenPage) -> None:
    """Digits of one UNIPEN writer in boxes, then letters on a line."""
    paper = Paper(open_page(site))
    for cell, strokes in enumerate(real_strokes("305")):
        paper.write_in_cell(every_sixth(strokes), cell)
    paper.expect_text("305")
    paper.page.get_by_label("Free line").check()
    paper.page.get_by_label("Capitals").check()
    for place, strokes in enumerate(real_strokes("HANS")):
        paper.write(every_sixth(strokes), 0.05 + 0.11 * place, 0.25, 0.45)
    paper.expect_text("HANS")


def test_the_text_changes_before_the_pen_is_lifted(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site))
    (stroke,) = paper.on_screen(STROKES["7"], 0.07, 0.3, 0.4)
    paper.page.mouse.move(*stroke[0])
    paper.page.mouse.down()
    for point in stroke[1:]:
        paper.page.mouse.move(*point)
    paper.expect_text("7")
    paper.page.mouse.up()


def test_one_request_at_a_time_and_the_last_strokes_are_asked_about(
    site: str, open_page: OpenPage
) -> None:
    paper = Paper(open_page(site))
    under_way: set[Request] = set()
    most = 0

    def begun(request: Request) -> None:
        nonlocal most
        if request.url.endswith("/reading"):
            under_way.add(request)
            most = max(most, len(under_way))

    paper.page.on("request", begun)
    paper.page.on("requestfinished", lambda request: under_way.discard(request))
    for cell in range(5):
        paper.write_in_cell(STROKES["7"], cell)
    paper.expect_text("77777")
    assert most == 1


def test_undo_and_clear_by_button_and_key(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site))
    undo = paper.page.get_by_role("button", name="Undo")
    clear = paper.page.get_by_role("button", name="Clear")
    expect(undo).to_be_disabled()
    expect(clear).to_be_disabled()
    paper.write_in_cell(STROKES["7"], 0)
    paper.write_in_cell(STROKES["1"], 1)
    paper.expect_text("71")
    undo.click()
    paper.expect_text("7")
    clear.click()
    paper.expect_text("")
    expect(clear).to_be_disabled()
    paper.page.keyboard.press("u")
    paper.expect_text("7")
    paper.page.keyboard.press("x")
    paper.expect_text("")
    paper.page.keyboard.press("Control+z")
    paper.page.keyboard.press("Control+z")
    paper.expect_text("")
    expect(undo).to_be_disabled()


def test_the_set_of_characters_changes_what_is_read(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site))
    paper.write_in_cell(STROKES["L"], 0)
    paper.page.get_by_label("Capitals").check()
    paper.expect_text("L")
    paper.page.keyboard.press("d")
    expect(paper.page.get_by_label("Digits", exact=True)).to_be_checked()
    expect(paper.page.locator("[data-part=text]")).to_have_text(re.compile(r"^\d$"))
    assert "characters=digits" in paper.page.url
    paper.page.reload()
    paper = Paper(paper.page)
    expect(paper.page.get_by_label("Digits", exact=True)).to_be_checked()


def test_each_surface_keeps_its_strokes(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site))
    paper.write_in_cell(STROKES["7"], 0)
    paper.expect_text("7")
    paper.page.keyboard.press("2")
    paper.expect_text("")
    paper.write(STROKES["2"], 0.1, 0.2, 0.5)
    paper.expect_text("2")
    paper.page.keyboard.press("1")
    paper.expect_text("7")


@pytest.mark.parametrize("kind", ["touch", "pen"])
def test_fingers_and_pens_write_too(site: str, open_page: OpenPage, kind: str) -> None:
    paper = Paper(open_page(site, viewport=TABLET, has_touch=True))
    assert paper.page.locator("canvas").evaluate("e => getComputedStyle(e).touchAction") == "none"
    for stroke in paper.on_screen(STROKES["4"], 0.065, 0.3, 0.4):
        paper.page.evaluate(PEN, [stroke, kind, 0.7])
    paper.expect_text("4")


def test_the_hand_beside_the_pen_does_not_write(site: str, open_page: OpenPage) -> None:
    paper = Paper(open_page(site, viewport=TABLET, has_touch=True))
    (seven,) = paper.on_screen(STROKES["7"], 0.065, 0.3, 0.4)
    paper.page.evaluate(PEN, [seven, "pen", 0.5])
    (palm,) = paper.on_screen(STROKES["7"], 0.25, 0.3, 0.4)
    paper.page.evaluate(PEN, [palm, "touch", 1.0])
    paper.expect_text("7")


def test_a_picture_is_shown_with_what_was_read(site: str, open_page: OpenPage) -> None:
    page = open_page(site)
    Paper(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files(payload(["2468", "13"]))
    boxes = page.locator(".draw-box")
    expect(boxes).to_have_count(6)
    expect(page.locator("[data-part=lines]")).to_have_text("2468\n13\n")
    expect(boxes.first).to_have_text("2")
    boxes.nth(1).hover()
    expect(page.locator("[data-part=popover]")).to_contain_text("4")
    expect(page.locator("[data-part=popover] .draw-bar").first).to_be_visible()
    boxes.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(boxes.nth(2)).to_be_focused()
    expect(page.locator("[data-part=popover]")).to_contain_text("6")
    image = page.locator("[data-part=image]").bounding_box()
    box = boxes.first.bounding_box()
    assert image is not None and box is not None
    assert image["x"] < box["x"] < image["x"] + image["width"] / 4


def test_the_set_of_characters_counts_for_pictures_and_drops_work(
    site: str, open_page: OpenPage
) -> None:
    page = open_page(site)
    Paper(page)
    content = base64.b64encode(as_jpeg(written_sheet(["ABLE"]))).decode()
    page.evaluate(DROP, ["able.jpg", content])
    expect(page.locator(".draw-box")).to_have_count(4)
    page.get_by_label("Capitals").check()
    expect(page.locator("[data-part=lines]")).to_have_text("ABLE\n")
    page.get_by_label("Digits", exact=True).check()
    expect(page.locator("[data-part=lines]")).not_to_contain_text("A")


def test_the_address_opens_a_surface_and_a_set(site: str, open_page: OpenPage) -> None:
    page = open_page(f"{site}?surface=picture&characters=upper")
    Paper(page)
    expect(page.get_by_text("Drop a photograph or scan")).to_be_visible()
    expect(page.get_by_label("Capitals")).to_be_checked()
    page.keyboard.press("2")
    paper = Paper(page)
    paper.write(STROKES["L"], 0.1, 0.2, 0.5)
    paper.expect_text("L")


def test_bad_pictures_say_what_to_do(site: str, open_page: OpenPage, tmp_path: Path) -> None:
    open_page.complaints.expected.append("422")  # type: ignore[attr-defined]
    page = open_page(site)
    Paper(page)
    letter = tmp_path / "letter.jpg"
    letter.write_text("Dear reader")
    page.locator("input[type=file]").set_input_files(letter)
    problem = page.get_by_role("alert")
    expect(problem).to_contain_text("letter.jpg is not a file that can be read")
    page.locator("input[type=file]").set_input_files(payload(["24"]))
    expect(page.locator(".draw-box")).to_have_count(2)
    expect(problem).to_be_hidden()


def test_a_server_that_does_not_answer_is_told_and_writing_goes_on(
    site: str, open_page: OpenPage
) -> None:
    open_page.complaints.expected.append("ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]
    paper = Paper(open_page(site))
    paper.write_in_cell(STROKES["7"], 0)
    paper.expect_text("7")
    paper.page.context.set_offline(True)
    paper.write_in_cell(STROKES["1"], 1)
    expect(paper.page.get_by_role("alert")).to_contain_text("Fieldhand does not answer")
    paper.page.context.set_offline(False)
    paper.write_in_cell(STROKES["4"], 2)
    paper.expect_text("714")
    expect(paper.page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET, {"width": 390, "height": 800}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits(site: str, open_page: OpenPage, scheme: str, viewport: object) -> None:
    paper = Paper(open_page(site, color_scheme=scheme, viewport=viewport))
    for surface in ("1", "2", "3"):
        paper.page.keyboard.press(surface)
        wide = "document.documentElement.scrollWidth <= window.innerWidth"
        assert paper.page.evaluate(wide), surface
    paper.page.keyboard.press("?")
    expect(paper.page.get_by_role("dialog")).to_contain_text("Clear the paper")
