"""Boxes of the editor by hand: selecting, moving, lining up, repeating, copying, snapping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from forms_app import demo
from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk, fields_of, near
from tests.browser.demo_form import publish_demo
from tests.serving import Serve

pytestmark = pytest.mark.browser


def test_boxes_move_by_mouse_and_arrows_together(desk: Desk) -> None:
    page = desk.page
    desk.without_print()
    desk.draw("l", (300, 900, 500, 90), "Upper")
    desk.draw("l", (300, 1200, 500, 90), "Lower")
    desk.click((600, 945), shift=True)
    expect(page.get_by_role("heading", name="2 fields")).to_be_visible()
    desk.drag((600, 945), (900, 1045))
    desk.choose("Upper")
    assert near(desk.box(), [600, 1000, 500, 90])
    before = desk.box()
    desk.page.locator("[data-part=stage]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+ArrowRight")
    assert desk.box() == [before[0] + 1, before[1] + 10, before[2] + 1, before[3]]
    desk.choose("Lower")
    assert near(desk.box(), [600, 1300, 500, 90])


def test_a_corner_resizes_and_neighbours_snap(desk: Desk) -> None:
    desk.without_print()
    desk.draw("l", (300, 900, 500, 120), "First")
    desk.drag((800, 1020), (1000, 1080))
    assert near(desk.box(), [300, 900, 700, 180])
    desk.draw("l", (320, 1500, 500, 120), "Second")
    desk.choose("Second")
    assert near(desk.box(), [320, 1500, 500, 120])
    desk.with_print()
    desk.drag((600, 1560), (586, 1660))
    desk.choose("First")
    left = desk.box()[0]
    desk.choose("Second")
    assert desk.box()[0] == left


def test_pages_zoom_and_paste(
    serve: Serve, open_page: Callable[..., Page], served_app: Application, tmp_path: Path
) -> None:
    sheets = [Image.open(demo.FOLDER / "blank.png").convert("1") for _ in range(2)]
    sheets[0].save(tmp_path / "two.tiff", save_all=True, append_images=sheets[1:])
    blank = (tmp_path / "two.tiff").read_bytes()
    draft = templates.create_template(served_app, "Two pages", blank, "two.tiff")
    page = open_page(f"{serve.url}/templates/versions/{draft.id}/edit")
    desk = Desk(page)
    desk.draw("m", (300, 600, 60, 60), "One")
    desk.draw("m", (500, 600, 60, 60), "Two")

    def width() -> float:
        return float(page.locator("[data-part=blank]").evaluate("(image) => image.clientWidth"))

    page.keyboard.press("0")
    whole = width()
    corner = desk.on_screen((300, 600))
    page.mouse.move(*corner)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    assert width() == pytest.approx(whole * 1.2, rel=0.02)
    assert desk.on_screen((300, 600)) == pytest.approx(corner, abs=1.5)
    page.keyboard.press("1")
    assert width() == 2480
    page.keyboard.press("Control+a")
    page.keyboard.press("3")
    left, right = desk.on_screen((300, 600)), desk.on_screen((560, 660))
    assert right[0] - left[0] > 300  # The two boxes fill the desk.
    page.keyboard.press("Escape")
    page.keyboard.press("0")

    desk.drag((250, 500), (700, 700))
    expect(page.get_by_role("heading", name="2 fields")).to_be_visible()
    page.keyboard.press("Control+c")
    page.keyboard.press("PageDown")
    page.keyboard.press("Control+v")
    desk.wait_saved()
    fields = fields_of(served_app, draft.id)
    assert [(field["name"], field["page"]) for field in fields] == [
        ("one", 1), ("two", 1), ("one_2", 2), ("two_2", 2),
    ]  # fmt: skip


def test_a_frame_selects_and_shift_takes_out(desk: Desk) -> None:
    page = desk.page
    for i, name in enumerate(("One", "Two", "Three")):
        desk.draw("m", (300 + 200 * i, 600, 60, 60), name)
    desk.drag((250, 560), (900, 700))
    expect(page.get_by_role("heading", name="3 fields")).to_be_visible()
    page.keyboard.down("Shift")
    desk.drag((450, 560), (900, 700))
    page.keyboard.up("Shift")
    expect(desk.prop("label")).to_have_value("One")
    page.keyboard.press("Control+a")
    desk.click((330, 630), shift=True)
    page.keyboard.press("Delete")
    assert desk.fields() == ["One"]


def test_lining_up_and_one_property_for_all(
    desk: Desk, served_app: Application, draft: TemplateVersion
) -> None:
    page = desk.page
    page.keyboard.press("n")
    for x, y, name in ((300, 900, "One"), (340, 1010, "Two"), (290, 1400, "Three")):
        desk.draw("l", (x, y, 500, 80), name)
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Line up left edges").click()
    page.keyboard.press("Alt+Shift+KeyV")
    desk.prop("kind").select_option("number")
    page.keyboard.press("Control+z")  # With the focus still in the list.
    expect(desk.prop("kind")).to_have_value("text")
    desk.prop("kind").select_option("digits")
    desk.prop("max_length").fill("4")
    page.locator("[data-box=h]").fill("70")
    page.keyboard.press("Tab")
    desk.wait_saved()
    fields = fields_of(served_app, draft.id)
    lefts, tops = {f["box"][0] for f in fields}, [f["box"][1] for f in fields]
    assert len(lefts) == 1 and tops[1] - tops[0] == tops[2] - tops[1]
    assert {(f["kind"], f["max_length"], f["box"][3]) for f in fields} == {("digits", 4, 70)}
    desk.choose("One")
    desk.prop("max_length").fill("6")
    page.get_by_role("listbox").focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(desk.prop("max_length")).to_have_attribute("placeholder", "mixed")
    expect(desk.prop("kind")).to_have_value("digits")
    expect(desk.prop("check")).to_have_value("")
    desk.choose("One")
    desk.prop("check").select_option("luhn")
    page.get_by_role("listbox").focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(desk.prop("check")).to_have_value("mixed")
    desk.prop("check").select_option("")
    expect(desk.prop("check")).to_have_value("")
    desk.wait_saved()
    assert not any("check" in field for field in fields_of(served_app, draft.id))


def test_boxes_land_on_the_print(desk: Desk) -> None:
    """A comb drawn roughly, one clicked, and a clicked tick box take place and cells from it."""
    page = desk.page
    page.wait_for_load_state("networkidle")  # The printed lines are there.
    desk.draw("c", (186, 570, 1080, 60), "Surname")
    desk.choose("Surname")
    assert near(desk.box(), [170, 560, 1116, 78])
    expect(desk.prop("cells")).to_have_value("18")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    desk.click((300, 770))
    assert near(desk.box(), [170, 732, 992, 78])
    expect(desk.prop("cells")).to_have_value("16")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    desk.click((1400, 584))
    assert near(desk.box(), [1376, 560, 48, 48])


def test_a_grid_with_numbered_names(
    desk: Desk, served_app: Application, draft: TemplateVersion
) -> None:
    page = desk.page
    desk.without_print()
    desk.draw("m", (300, 600, 60, 60), "Item")
    page.keyboard.press("r")
    page.locator("[data-repeat-rows]").fill("3")
    page.locator("[data-repeat-columns]").fill("2")
    page.locator("[data-repeat-across]").fill("150")
    page.locator("[data-repeat-down]").fill("100")
    page.keyboard.press("Enter")
    desk.wait_saved()
    fields = fields_of(served_app, draft.id)
    assert [field["name"] for field in fields] == [
        "item_1_1", "item_1_2", "item_2_1", "item_2_2", "item_3_1", "item_3_2",
    ]  # fmt: skip
    assert fields[5]["label"] == "Item 3.2"
    first, last = fields[0]["box"], fields[5]["box"]
    assert [last[0] - first[0], last[1] - first[1]] == [150, 200]
    page.keyboard.press("r")
    page.locator("[data-repeat-down]").fill("1000")
    page.locator("[data-repeat-rows]").fill("9")
    expect(page.get_by_text("The grid does not fit on the page.")).to_be_visible()


def test_copies_go_to_other_templates(
    serve: Serve, desk: Desk, served_app: Application, draft: TemplateVersion
) -> None:
    other = templates.new_draft(served_app, publish_demo(served_app, "Other").template_id)
    desk.draw("m", (300, 600, 60, 60), "Copied tick")
    desk.page.keyboard.press("Control+c")
    desk.wait_saved()
    desk.page.goto(f"{serve.url}/templates/versions/{other.id}/edit")
    there = Desk(desk.page)
    there.page.locator("[data-part=stage]").focus()
    there.page.keyboard.press("Control+v")
    there.wait_saved()
    copied = fields_of(served_app, other.id)[-1]
    assert copied["label"] == "Copied tick"
    assert copied["box"] == fields_of(served_app, draft.id)[0]["box"]


def test_rows_are_dragged_into_order(desk: Desk) -> None:
    for i, name in enumerate(("One", "Two", "Three")):
        desk.draw("m", (300 + 200 * i, 600, 60, 60), name)
    rows = desk.page.locator(".field-row")
    rows.nth(2).drag_to(rows.nth(0), target_position={"x": 20, "y": 2})
    assert desk.fields() == ["Three", "One", "Two"]
    desk.page.get_by_role("button", name="Move down").click()
    assert desk.fields() == ["One", "Three", "Two"]


def test_two_fingers_zoom_and_space_drags(
    serve: Serve, open_page: Callable[..., Page], demo_template: TemplateVersion
) -> None:
    page = open_page(f"{serve.url}/templates/versions/{demo_template.id}/edit", has_touch=True)
    Desk(page)
    finger = page.context.new_cdp_session(page)

    def place() -> tuple[float, float]:
        box = page.locator("[data-part=blank]").bounding_box()
        assert box is not None
        return box["x"], box["width"]

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    _, width = place()
    touch("touchStart", (500, 400))
    touch("touchStart", (500, 400), (700, 400))
    for step in (25, 50, 75, 100):
        touch("touchMove", (500 - step, 400), (700 + step, 400))
    touch("touchEnd")
    left, wide = place()
    assert wide == pytest.approx(2 * width, rel=0.02)
    page.mouse.move(600, 300)
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(650, 300)
    page.mouse.up()
    page.keyboard.up(" ")
    assert place()[0] == pytest.approx(left + 50, abs=1)
