"""The review station as one person has it on screen, by keyboard."""

from __future__ import annotations

from playwright.sync_api import Page

from forms_app.services import review
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.fields import FieldValue
from tests.browser.review_station import until_answered

MANY = 40


class Window:
    """The station as one person has it on screen."""

    def __init__(self, page: Page, app: Application) -> None:
        self.page, self.app = page, app
        page.wait_for_selector("#review[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, part: str) -> str:
        return self.page.locator(f"[data-part={part}]").inner_text()

    def at(self) -> tuple[int, str]:
        """The form and the label of the field on screen."""
        form = self.page.url.split("?")[0].rsplit("/", 1)[1]
        return int(form), self.text("label")

    def press_and_go_on(self, *keys: str) -> bool:
        """Whether another field came; else the page that ends the way of reviewing did."""
        before = self.page.url
        self.press(*keys)
        self.page.wait_for_function("before => window.location.href !== before", arg=before)
        return "/review/done" not in self.page.url

    def through(self, *keys: str) -> int:
        """The same keys for every field; how many there were."""
        for count in range(1, MANY):
            if not self.press_and_go_on(*keys):
                return count
        raise AssertionError(f"no end after {MANY} fields, at {self.page.url}")

    def field(self, form: int, name: str) -> FieldValue:
        until_answered(self.page)
        detail = review.get_submission(self.app, form)
        return next(value for value in detail.fields if value.field.name == name)


def forms_of(app: Application, batch: BatchSummary) -> list[int]:
    return sorted({ref.key.submission_id for ref in review.list_items(app, batch.id)})
