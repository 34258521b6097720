"""Hands on the template editor: work in pixels of the form, as a person sees it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from forms_app.services import templates
from forms_app.services.application import Application

Point = tuple[float, float]


class Desk:
    """The editor's page; points are pixels of the template page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_selector("#editor[data-ready]")
        if page.locator(".tools").count():  # Not in a published version, which never changes.
            page.wait_for_selector("[data-part=stage][data-lines-of]")

    def on_screen(self, point: Point) -> Point:
        place = self.page.evaluate(
            """() => {
              const image = document.querySelector('[data-part="blank"]');
              const {x, y, width} = image.getBoundingClientRect();
              return [x, y, width / image.naturalWidth];
            }"""
        )
        left, top, scale = place
        return left + point[0] * scale, top + point[1] * scale

    def drag(self, start: Point, end: Point) -> None:
        """Press at one point, let go at another."""
        (x1, y1), (x2, y2) = self.on_screen(start), self.on_screen(end)
        mouse = self.page.mouse
        mouse.move(x1, y1)
        mouse.down()
        mouse.move((x1 + x2) / 2, (y1 + y2) / 2, steps=4)
        mouse.move(x2, y2, steps=4)
        mouse.up()

    def click(self, point: Point, shift: bool = False) -> None:
        x, y = self.on_screen(point)
        if shift:
            self.page.keyboard.down("Shift")
        self.page.mouse.click(x, y)
        if shift:
            self.page.keyboard.up("Shift")

    def draw(self, tool: str, box: tuple[float, float, float, float], label: str = "") -> None:
        """Choose a tool by its key, drag a box, type the label, go back to the page."""
        x, y, width, height = box
        self.page.keyboard.press(tool)
        self.drag((x, y), (x + width, y + height))
        if label:
            self.page.keyboard.type(label)
        self.page.keyboard.press("Escape")

    def prop(self, name: str) -> Locator:
        """An input of the side panel, by the property of the template file."""
        return self.page.locator(f"[data-prop={name}]")

    def choose(self, label: str) -> None:
        """Click a field in the list."""
        self.page.locator(".field-row").filter(has_text=label).click()

    def fields(self) -> list[str]:
        """The list of fields as it reads."""
        return self.page.locator("[data-part=fields] .field-row-label").all_inner_texts()

    def box(self) -> list[int]:
        """The numbers of the selected box."""
        inputs = self.page.locator("[data-box]").all()
        return [int(field.input_value()) for field in inputs]

    def without_print(self) -> None:
        """Switch snapping to printed lines and other boxes off, for boxes drawn anywhere."""
        self.page.keyboard.press("n")

    def with_print(self) -> None:
        """Switch snapping on again after `without_print`."""
        self.page.keyboard.press("n")

    def come_back(self) -> None:
        """As if the person came back to this window: it looks what others do at once."""
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")

    def wait_saved(self) -> None:
        """Until the server has everything."""
        expect(self.page.locator("[data-part=status]")).to_have_attribute("data-state", "saved")


def fields_of(app: Application, version_id: int) -> list[dict[str, Any]]:
    """The fields of a version as they are kept."""
    fields: list[dict[str, Any]] = templates.get_version(app, version_id).definition["fields"]
    return fields


def near(box: list[float], wanted: list[float], px: float = 6) -> bool:
    """Whether two boxes agree within some pixels of the form."""
    return all(abs(a - b) <= px for a, b in zip(box, wanted, strict=True))
