"""Writing with a pointer in a real browser, read live; own pictures with a box over each letter."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import FilePayload, Page, Request, expect

from forms_app.services.application import Application
from forms_app.web import create_app
from tests.browser.chromium import DESKTOP, TABLET
from tests.drawn_strokes import STROKES, Stroke, placed, real_strokes
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
def site(app: Application) -> Iterator[str]:
    """The pages with a recogniser and nothing else."""
    server = waitress.create_server(create_app(app), host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/draw/"
    server.close()
    thread.join(10)


class Desk:
    """The page with its paper; places are shares of the paper's width and height."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_selector("#draw[data-ready]")

    @property
    def text(self) -> str:
        return self.page.locator("[data-part=text]").inner_text().replace("\n", "")

    def expect_text(self, text: str) -> None:
        expect(self.page.locator("[data-part=text]")).to_have_text(text)

    def on_screen(self, strokes: list[Stroke], x: float, y: float, height: float) -> list[Stroke]:
        box = self.page.locator("canvas").bounding_box()
        assert box is not None
        left, top = box["x"] + x * box["width"], box["y"] + y * box["height"]
        return placed(strokes, left, top, height * box["height"])

    def write(self, strokes: list[Stroke], x: float, y: float, height: float) -> None:
        """With the mouse."""
        mouse = self.page.mouse
        for stroke in self.on_screen(strokes, x, y, height):
            mouse.move(*stroke[0])
            mouse.down()
            for point in stroke[1:]:
                mouse.move(*point)
            mouse.up()

    def write_in_cell(self, strokes: list[Stroke], cell: int) -> None:
        """Cells are 86 of the surface's 934 pixels apart (services/drawing.py)."""
        self.write(strokes, (40 + 86 * cell + 20) / 934, 0.3, 0.4)


def payload(lines: list[str], name: str = "notes.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": as_jpeg(written_sheet(lines))}


def test_the_text_follows_the_pen(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site))
    desk.write_in_cell(STROKES["7"], 0)
    desk.expect_text("7")
    desk.write_in_cell(STROKES["4"], 1)
    desk.expect_text("74")
    cards = desk.page.locator("[data-part=cards] .draw-card")
    expect(cards).to_have_count(2)
    expect(cards.first).to_have_attribute("aria-label", re.compile("^7, 9"))
    assert cards.first.locator(".draw-bar").count() >= 1
    expect(desk.page.locator("[data-part=verdict]")).to_contain_text("sure: on a form")


def test_real_handwriting_is_read(site: str, open_page: OpenPage) -> None:
    """Digits of one UNIPEN writer in boxes, then letters on a line."""
    desk = Desk(open_page(site))
    for cell, strokes in enumerate(real_strokes("30528")):
        desk.write_in_cell(strokes, cell)
    desk.expect_text("30528")
    desk.page.get_by_label("Free line").check()
    desk.page.get_by_label("Capitals").check()
    for place, strokes in enumerate(real_strokes("HANS")):
        desk.write(strokes, 0.05 + 0.11 * place, 0.25, 0.45)
    desk.expect_text("HANS")


def test_the_text_changes_before_the_pen_is_lifted(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site))
    (stroke,) = desk.on_screen(STROKES["7"], 0.07, 0.3, 0.4)
    desk.page.mouse.move(*stroke[0])
    desk.page.mouse.down()
    for point in stroke[1:]:
        desk.page.mouse.move(*point)
    desk.expect_text("7")
    desk.page.mouse.up()


def test_one_request_at_a_time_and_the_last_strokes_are_asked_about(
    site: str, open_page: OpenPage
) -> None:
    desk = Desk(open_page(site))
    under_way: set[Request] = set()
    most = 0

    def begun(request: Request) -> None:
        nonlocal most
        if request.url.endswith("/reading"):
            under_way.add(request)
            most = max(most, len(under_way))

    desk.page.on("request", begun)
    desk.page.on("requestfinished", lambda request: under_way.discard(request))
    for cell in range(5):
        desk.write_in_cell(STROKES["7"], cell)
    desk.expect_text("77777")
    assert most == 1


def test_undo_and_clear_by_button_and_key(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site))
    undo = desk.page.get_by_role("button", name="Undo")
    clear = desk.page.get_by_role("button", name="Clear")
    expect(undo).to_be_disabled()
    expect(clear).to_be_disabled()
    desk.write_in_cell(STROKES["7"], 0)
    desk.write_in_cell(STROKES["1"], 1)
    desk.expect_text("71")
    undo.click()
    desk.expect_text("7")
    clear.click()
    desk.expect_text("")
    expect(clear).to_be_disabled()
    desk.page.keyboard.press("u")
    desk.expect_text("7")
    desk.page.keyboard.press("x")
    desk.expect_text("")
    desk.page.keyboard.press("Control+z")
    desk.page.keyboard.press("Control+z")
    desk.expect_text("")
    expect(undo).to_be_disabled()


def test_the_set_of_characters_changes_what_is_read(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site))
    desk.write_in_cell(STROKES["L"], 0)
    desk.page.get_by_label("Capitals").check()
    desk.expect_text("L")
    desk.page.keyboard.press("d")
    expect(desk.page.get_by_label("Digits", exact=True)).to_be_checked()
    expect(desk.page.locator("[data-part=text]")).to_have_text(re.compile(r"^\d$"))
    assert "characters=digits" in desk.page.url
    desk.page.reload()
    desk = Desk(desk.page)
    expect(desk.page.get_by_label("Digits", exact=True)).to_be_checked()


def test_each_surface_keeps_its_strokes(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site))
    desk.write_in_cell(STROKES["7"], 0)
    desk.expect_text("7")
    desk.page.keyboard.press("2")
    desk.expect_text("")
    desk.write(STROKES["2"], 0.1, 0.2, 0.5)
    desk.expect_text("2")
    desk.page.keyboard.press("1")
    desk.expect_text("7")


@pytest.mark.parametrize("kind", ["touch", "pen"])
def test_fingers_and_pens_write_too(site: str, open_page: OpenPage, kind: str) -> None:
    desk = Desk(open_page(site, viewport=TABLET, has_touch=True))
    assert desk.page.locator("canvas").evaluate("e => getComputedStyle(e).touchAction") == "none"
    for stroke in desk.on_screen(STROKES["4"], 0.065, 0.3, 0.4):
        desk.page.evaluate(PEN, [stroke, kind, 0.7])
    desk.expect_text("4")


def test_the_hand_beside_the_pen_does_not_write(site: str, open_page: OpenPage) -> None:
    desk = Desk(open_page(site, viewport=TABLET, has_touch=True))
    (seven,) = desk.on_screen(STROKES["7"], 0.065, 0.3, 0.4)
    desk.page.evaluate(PEN, [seven, "pen", 0.5])
    (palm,) = desk.on_screen(STROKES["7"], 0.25, 0.3, 0.4)
    desk.page.evaluate(PEN, [palm, "touch", 1.0])
    desk.expect_text("7")


def test_a_picture_is_shown_with_what_was_read(site: str, open_page: OpenPage) -> None:
    page = open_page(site)
    Desk(page)
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
    Desk(page)
    content = base64.b64encode(as_jpeg(written_sheet(["ABLE"]))).decode()
    page.evaluate(DROP, ["able.jpg", content])
    expect(page.locator(".draw-box")).to_have_count(4)
    page.get_by_label("Capitals").check()
    expect(page.locator("[data-part=lines]")).to_have_text("ABLE\n")
    page.get_by_label("Digits", exact=True).check()
    expect(page.locator("[data-part=lines]")).not_to_contain_text("A")


def test_bad_pictures_say_what_to_do(site: str, open_page: OpenPage, tmp_path: Path) -> None:
    open_page.complaints.expected.append("422")  # type: ignore[attr-defined]
    page = open_page(site)
    Desk(page)
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
    desk = Desk(open_page(site))
    desk.write_in_cell(STROKES["7"], 0)
    desk.expect_text("7")
    desk.page.context.set_offline(True)
    desk.write_in_cell(STROKES["1"], 1)
    expect(desk.page.get_by_role("alert")).to_contain_text("Fieldhand does not answer")
    desk.page.context.set_offline(False)
    desk.write_in_cell(STROKES["4"], 2)
    desk.expect_text("714")
    expect(desk.page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("viewport", [DESKTOP, TABLET, {"width": 390, "height": 800}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits(site: str, open_page: OpenPage, scheme: str, viewport: object) -> None:
    desk = Desk(open_page(site, color_scheme=scheme, viewport=viewport))
    for surface in ("1", "2", "3"):
        desk.page.keyboard.press(surface)
        wide = "document.documentElement.scrollWidth <= window.innerWidth"
        assert desk.page.evaluate(wide), surface
    desk.page.keyboard.press("?")
    expect(desk.page.get_by_role("dialog")).to_contain_text("Clear the paper")
