"""A hand on the page to write on: places are shares of the paper's width and height."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.drawn_strokes import STROKES, Stroke, placed


class Paper:
    """The page, ready to be written on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.wait_for_selector("#draw[data-ready]")

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

    def write_in_cells(self, text: str) -> None:
        for cell, character in enumerate(text):
            self.write_in_cell(STROKES[character], cell)

    def write_on_line(self, text: str) -> None:
        for place, character in enumerate(text):
            self.write(STROKES[character], 0.05 + 0.09 * place, 0.22, 0.5)
