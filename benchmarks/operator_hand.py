"""A scripted operator at the review station: looks at a field, knows the truth, and counts keys.

The operator uses the keyboard alone. What stands on the screen is taken from the page, as eyes
would. Time is that of the keystroke-level model (Card, Moran, Newell, CACM 23(7), 1980), plus the
page's own answer times as they were measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page

from benchmarks.editor_hand import KEY_S, MIND_S
from forms_app.reading.form_template import FieldKind, FormField
from forms_app.training.synthesis.values import SampledValue

ANSWER_LIMIT_MS = 20_000
PICK_ONE = frozenset({FieldKind.MARK, FieldKind.SIGNATURE, FieldKind.CHOICE})

ON_SCREEN = """() => {
  const text = (node) => node.value ?? node.textContent;
  const level = (node) => node.dataset.level ?? "sure";
  const all = (selector) => [...document.querySelectorAll(`#review ${selector}`)]
    .filter((node) => node.offsetParent !== null);
  const cells = all(".cell");
  const line = document.querySelector("#review .line-input");
  const letters = all(".strip-letter");
  return {
    cells: cells.map((node) => [text(node), level(node)]),
    at: cells.indexOf(document.activeElement),
    line: line && line.value,
    selected: line && [line.selectionStart, line.selectionEnd],
    letters: letters.map((node) => [text(node), level(node)]),
    choices: all(".choice").map((node) => node.getAttribute("aria-checked") === "true"),
    others: all("[data-why=alternatives] .alternative .value").map(text),
  };
}"""
SETTLED = """(before) => {
  const refusal = document.querySelector("[data-part=refusal]");
  const dialog = document.querySelector("dialog[open]");
  return document.querySelector("#review") === null || location.href !== before
    || (refusal && !refusal.hidden) || dialog !== null;
}"""


@dataclass
class Operator:
    """Hands and eyes on one page; counts what they do. `is_blind`: no reading is shown."""

    page: Page
    is_blind: bool = False
    keys: int = 0
    looks: int = 0
    corrections: int = 0
    fields: int = 0
    answers_s: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Looking, thinking of what to change, typing, and waiting for the page."""
        thought = (self.looks + self.corrections) * MIND_S
        return thought + self.keys * KEY_S + sum(self.answers_s)

    def settle(self, what: FormField, truth: SampledValue) -> None:
        """Bring the field on the screen to the truth and go on."""
        self.fields += 1
        self.looks += 1
        shown = self.page.evaluate(ON_SCREEN)
        if shown["choices"]:
            if self.is_blind and not any(wanted(what, truth)):
                self._confirm("Alt+b")
                return
            self._choose(what, truth, shown["choices"])
        elif not truth.text:
            is_shown = "".join(text for text, _ in shown["cells"]) + (shown["line"] or "")
            if is_shown or self.is_blind:
                self.corrections += bool(is_shown)
                self._confirm("Alt+b")
                return
        elif shown["cells"]:
            self._fill_cells(truth.text.replace(" ", ""), shown)
        else:
            self._fill_line(truth.text, shown)
        self._confirm("Enter")

    def press(self, key: str) -> None:
        self.keys += key.count("+") + 1
        self.page.keyboard.press(key)

    def _choose(self, what: FormField, truth: SampledValue, chosen: list[bool]) -> None:
        for place, (is_on, is_wanted) in enumerate(zip(chosen, wanted(what, truth), strict=True)):
            # Where only one can be on, choosing it puts the other out.
            is_put_out = what.kind in PICK_ONE and any(wanted(what, truth))
            if is_wanted == is_on or (is_on and is_put_out):
                continue
            self.corrections += not self.is_blind
            self.press(str(place + 1))

    def _fill_cells(self, text: str, shown: dict[str, Any]) -> None:
        cells, at = shown["cells"], shown["at"]
        now = "".join(each or " " for each, _ in cells)
        start = len(now) - len(now.lstrip()) if now.strip() else 0
        if len(now.strip()) != len(text):
            if self._take_other(text, shown):
                return
            start = 0
        target = (" " * start + text).ljust(len(cells))[: len(cells)]
        self.corrections += now != target and not self.is_blind
        for place, (letter, (there, level)) in enumerate(zip(target, cells, strict=True)):
            if letter == (there or " ") and level != "very-doubtful":
                continue
            at = self._move(at, place)
            self.press("Space" if letter == " " else letter)
            at = min(at + 1, len(cells) - 1)

    def _move(self, at: int, to: int) -> int:
        if to < abs(to - at):
            self.press("Home")
            at = 0
        for _ in range(abs(to - at)):
            self.press("ArrowRight" if to > at else "ArrowLeft")
        return to

    def _fill_line(self, text: str, shown: dict[str, Any]) -> None:
        doubtful = [
            place for place, (_, level) in enumerate(shown["letters"]) if level == "very-doubtful"
        ]
        if shown["line"] == text and not doubtful:
            return
        self.corrections += shown["line"] != text and not self.is_blind
        first, last = shown["selected"]
        at_caret = shown["line"][:first] + text[first:last] + shown["line"][last:]
        if at_caret == text and last == first + 1 and doubtful in ([], [first]):
            self._type(text[first])
            return
        if self._take_other(text, shown):
            return
        self.press("Control+a")
        self._type(text)

    def _take_other(self, text: str, shown: dict[str, Any]) -> bool:
        for place, other in enumerate(shown["others"][:3]):
            if other.replace(" ", "") == text.replace(" ", ""):
                self.corrections += 1
                self.press(f"Alt+{place + 1}")
                return True
        return False

    def _type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def _confirm(self, key: str) -> None:
        """Until the next field is there; what the paper truly says is kept against its rule."""
        before = self.page.url
        for again in ("Alt+k", "Enter", "Enter"):
            self.press(key)
            begun = time.perf_counter()
            self.page.wait_for_function(SETTLED, arg=before, timeout=ANSWER_LIMIT_MS)
            self.answers_s.append(time.perf_counter() - begun)
            if self.page.url != before:
                return
            key = again
        raise AssertionError(f"The station stays at {before}: {self._refusal()}")

    def _refusal(self) -> str:
        return self.page.locator("[data-part=refusal]").inner_text()


def wanted(what: FormField, truth: SampledValue) -> list[bool]:
    """Which of the station's choices should be on, in their order."""
    if what.kind in (FieldKind.MARK, FieldKind.SIGNATURE):
        return [truth.value is True, truth.value is not True]
    chosen = truth.value if isinstance(truth.value, tuple) else (truth.value,)
    return [option.value in chosen for option in what.options]
