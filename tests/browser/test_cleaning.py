"""A blank made of copies is cleaned in a real browser: framed places, a rectangle, restoring, undo.

All copies have the third box crossed, with one pen at one place: only its neighbours tell.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.services import blank_edits, blank_sources, templates
from forms_app.services.application import Application
from forms_app.services.images import decode_grey, encode_png
from tests.services.test_template_jobs import done
from tests.templating.test_blank_from_copies import print_of

pytestmark = pytest.mark.browser

TICKED = Box(760, 160, 36, 36)
STAIN = Box(1000, 560, 60, 40)
BOXES = [TICKED.shifted(90.0 * (i - 2), 0) for i in range(5)]


def copy(number: int) -> GreyImage:
    """Other digits on each copy; the cross and a stain beside the form on all of them."""
    sheet = print_of(1)
    for box in BOXES:
        x, y, right, bottom = (round(v) for v in (box.x, box.y, box.right, box.bottom))
        cv2.rectangle(sheet, (x, y), (right, bottom), 0, 2)
    x, y, right, bottom = (round(v) for v in (TICKED.x, TICKED.y, TICKED.right, TICKED.bottom))
    cv2.line(sheet, (x + 7, y + 7), (right - 7, bottom - 7), 40, 4)
    cv2.line(sheet, (x + 7, bottom - 7), (right - 7, y + 7), 40, 4)
    cv2.rectangle(sheet, (1010, 570), (1050, 590), 60, -1)
    rng = np.random.default_rng(number)
    for i in range(8):
        at = (165 + 50 * i + int(rng.integers(15)), 360)
        cv2.putText(sheet, str(rng.integers(10)), at, cv2.FONT_HERSHEY_SIMPLEX, 1.5, 50, 3)
    return sheet


def made_blank(app: Application) -> int:
    """The number of a job that has made a blank of three copies."""
    uploads = [(f"copy {n}.png", encode_png(copy(n))) for n in range(3)]
    job = done(app, blank_sources.request_blank(app, "Intake", "copies", uploads))
    assert job.result is not None, job.error_message
    return job.id


def drag(page: Page, box: Box) -> None:
    """Draw a rectangle on the paper, in pixels of the blank."""
    scale, left, top = page.locator(".sheet").evaluate(
        """(sheet) => {
          const {left, top, width} = sheet.getBoundingClientRect();
          return [width / sheet.viewBox.baseVal.width, left, top];
        }"""
    )
    mouse = page.mouse
    mouse.move(left + scale * box.x, top + scale * box.y)
    mouse.down()
    mouse.move(left + scale * box.right, top + scale * box.bottom, steps=4)
    mouse.up()


def share_of_ink(app: Application, version_id: int, box: Box) -> float:
    blank = decode_grey(templates.page_image(app, version_id, 1))
    return float((blank[box.as_slices()] < 150).mean())


def test_a_blank_is_cleaned_by_keyboard_and_mouse(
    app: Application, site: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{site}/templates/blanks/{made_blank(app)}")
    state, why = page.locator("[data-part=cleaning-state]"), page.locator("[data-part=place-why]")
    expect(page.get_by_text("Made of 3 copies")).to_be_visible()
    expect(page.locator(".place-inked.is-open")).to_have_count(1)
    expect(why).to_contain_text("This box holds ink; others of its size are empty")
    expect(page.locator(".copy-part")).to_have_count(3)

    page.keyboard.press("k")
    expect(page.locator(".place-inked.is-kept")).to_have_count(1)
    page.keyboard.press("z")
    page.keyboard.press("e")
    expect(page.locator(".place-inked.is-changed")).to_have_count(1)

    page.keyboard.press("0")
    page.locator("[data-part=sheets]").evaluate("(desk) => desk.scrollTo(0, 0)")
    drag(page, STAIN)
    expect(page.locator("[data-part=place-title]")).to_have_text("Your rectangle")
    page.get_by_role("button", name="Erase", exact=True).click()
    expect(page.locator(".sheet .outline-erase")).to_have_count(2)

    page.keyboard.press("r")
    for key in ("ArrowLeft", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.locator(".copy-part").nth(1).click()
    expect(page.locator(".sheet .outline-restore")).to_have_count(1)
    expect(state).to_contain_text("3 changes made")
    page.reload()
    expect(state).to_contain_text("3 changes made")
    page.get_by_role("button", name="Undo").click()
    expect(state).to_contain_text("2 changes made")

    page.get_by_role("button", name="Use it and draw fields").click()
    page.wait_for_url("**/edit")
    version_id = int(page.url.split("/")[-2])
    assert share_of_ink(app, version_id, TICKED.expanded(-6)) == 0
    assert share_of_ink(app, version_id, BOXES[1].expanded(3)) > 0.1, "frames stay"
    assert share_of_ink(app, version_id, STAIN) == 0
    version = templates.get_version(app, version_id)
    record = blank_edits.record_of(app.files, version.pages[0].blank_key)
    assert [change["change"] for change in record["changes"]] == ["erase", "erase"]


def test_the_blank_of_a_draft_is_cleaned(
    app: Application, site: str, open_page: Callable[..., Page]
) -> None:
    draft = templates.create_template(app, "Intake", encode_png(copy(1)), "copy.png")
    page = open_page(f"{site}/templates/versions/{draft.id}")
    page.get_by_role("link", name="Clean the blank").click()
    expect(page.locator("[data-part=place-title]")).to_have_text("No place is framed")
    drag(page, STAIN)
    page.keyboard.press("e")
    page.get_by_role("button", name="Keep the changes").click()
    expect(page.get_by_text("1\u00a0place erased on the blank.")).to_be_visible()
    page.get_by_text("1\u00a0place changed by hand").click()
    expect(page.get_by_text("Erased: ")).to_be_visible()
    assert share_of_ink(app, draft.id, STAIN) == 0
