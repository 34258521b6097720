"""The review station over forms whose readings a test has made up: no workers, no waiting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from forms_app.reading.geometry import Box
from forms_app.reading.types import CharacterReading, FieldReading, Outcome
from forms_app.services import review
from forms_app.services.application import Application
from forms_app.services.dto.fields import FieldValue
from tests import factories

REMARK: dict[str, Any] = {
    "name": "remark",
    "label": "Remark",
    "page": 1,
    "kind": "text",
    "layout": "line",
    "box": [100, 300, 400, 50],
    "max_length": 20,
}
FIELDS = [*factories.FIELDS, REMARK]
SURE = 0.99


def written(name: str, value: str, *probabilities: float) -> FieldReading:
    """A reading that waits, its characters that sure; those not given are sure."""
    sure = [*probabilities, *[SURE] * (len(value) - len(probabilities))]
    characters = tuple(
        CharacterReading(letter, probability, (("X", 0.1),), Box(10 + 40 * i, 10, 30, 30), i)
        for i, (letter, probability) in enumerate(zip(value, sure, strict=True))
    )
    others = ((value, 0.6), ("999999" if value.isdigit() else "OTHER", 0.3))
    return FieldReading(
        name, value, Outcome.READ, min(sure), True, ("why not",), others, characters, 0.4
    )


def form_of(
    app: Application, batch_id: int, *readings: FieldReading, name: str = "scan.png"
) -> int:
    """A form with these readings that wait; all other fields are sure."""
    given = {reading.name for reading in readings}
    sure = (
        factories.reading("surname", "MILLER"),
        factories.reading("number", "123456"),
        factories.reading("consent", True),
        factories.reading("remark", "fine"),
    )
    kept = [reading for reading in sure if reading.name not in given]
    return factories.make_submission(app, batch_id, [*kept, *readings], name)


def until_answered(page: Page) -> None:
    """The next field is on screen before the server has answered; tests of what it keeps wait."""
    page.wait_for_function(
        """() => !document.querySelector('#review[data-sending]:not([data-sending="0"])')"""
    )


@dataclass
class Station:
    """The page, and the form behind it as the database has it."""

    page: Page
    app: Application
    form_id: int = 0

    def __post_init__(self) -> None:
        self.page.wait_for_selector("#review[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def expect_at(self, label: str) -> None:
        expect(self.page.locator("[data-part=label]")).to_have_text(label)

    def expect_refused(self, words: str) -> None:
        expect(self.page.locator("[data-part=refusal]")).to_contain_text(words)

    def field(self, name: str, form_id: int | None = None) -> FieldValue:
        until_answered(self.page)
        detail = review.get_submission(self.app, form_id or self.form_id)
        return next(value for value in detail.fields if value.field.name == name)

    def cells(self) -> str:
        """What stands in the comb."""
        inputs = self.page.locator(".cell").all()
        return "".join(cell.input_value() or " " for cell in inputs).rstrip()

    def focused_cell(self) -> int:
        """The place of the cell that has the caret, from 0."""
        return int(
            self.page.evaluate(
                "[...document.querySelectorAll('.cell')].indexOf(document.activeElement)"
            )
        )

    def key_down(self, **event: object) -> bool:
        """A key press as another keyboard or system would send it; whether it did something."""
        return bool(
            self.page.evaluate(
                """({altGraph, ...init}) => {
                  const event = new KeyboardEvent("keydown", {
                    bubbles: true, cancelable: true, modifierAltGraph: altGraph, ...init});
                  return !(document.activeElement ?? document.body).dispatchEvent(event);
                }""",
                event,
            )
        )


def values(app: Application, form_ids: Sequence[int], name: str) -> list[object]:
    """What a field holds in each form."""
    details = [review.get_submission(app, form_id) for form_id in form_ids]
    return [next(f.value for f in each.fields if f.field.name == name) for each in details]
