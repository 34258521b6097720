"""A person's hands on the template editor, counting what they do, and the time that takes.

The time is that of the keystroke-level model (Card, Moran, Newell, "The keystroke-level model for
user performance time with interactive systems", CACM 23(7), 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.canvas import Desk, Point

# Seconds of the model: a key of an average typist, pointing, pressing and letting go, moving the
# hand between keyboard and mouse, and making up one's mind.
KEY_S, POINT_S, BUTTON_S, HOMING_S, MIND_S = 0.28, 1.10, 0.10, 0.40, 1.35


@dataclass
class Hand:
    """A person's hands on the editor, counting what they do; points are pixels of the form."""

    desk: Desk
    clicks: int = 0
    drags: int = 0
    keys: int = 0
    decisions: int = 0
    moves: int = 0
    _is_on_mouse: bool = True

    def click(self, point: Point, shift: bool = False) -> None:
        self._count_click()
        self.keys += shift
        self.desk.click(point, shift)

    def drag(self, start: Point, end: Point) -> None:
        self._count_click()
        self.drags += 1
        self.desk.drag(start, end)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._count_keys(key.count("+") + 1)
            self.desk.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._count_keys(len(text))
        self.desk.page.keyboard.type(text)

    def label(self, text: str) -> None:
        """The label has the focus once a box is drawn; Escape goes back to the page."""
        self.decisions += 1
        self.type(text)
        self.press("Escape")

    def click_button(self, name: str) -> None:
        self._count_click()
        self.desk.page.get_by_role("button", name=name, exact=True).click()

    def pick(self, prop: str, value: str) -> None:
        """Open a list of the panel and choose from it."""
        self._count_click(2)
        self.desk.prop(prop).select_option(value)

    def fill(self, selector: str, text: str) -> None:
        """Click into an input, which selects what is in it, and type."""
        self._count_click()
        self._count_keys(len(text))
        self.desk.page.locator(selector).fill(text)

    @property
    def seconds(self) -> float:
        """By the keystroke-level model; a drag, which `clicks` counts as one, points twice."""
        return (
            self.keys * KEY_S
            + self.clicks * (POINT_S + 2 * BUTTON_S)
            + self.drags * POINT_S
            + self.moves * HOMING_S
            + self.decisions * MIND_S
        )

    def _count_click(self, count: int = 1) -> None:
        self.moves += not self._is_on_mouse
        self._is_on_mouse = True
        self.clicks += count

    def _count_keys(self, count: int) -> None:
        self.moves += self._is_on_mouse
        self._is_on_mouse = False
        self.keys += count
