"""Every way of reviewing by keyboard alone, with a real server, workers and database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from forms_app.services import people, quality_samples, review
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.review_notes import refer
from forms_app.services.review_ways import ways_of_reviewing
from forms_app.store.models import FieldLeaseRow, SecondKeyRow
from tests.browser.demo_form import publish_demo
from tests.browser.read_batches import read_batch
from tests.browser.review_window import Window, forms_of
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
RISKY = "surname"
FORMS = 3


@pytest.fixture(scope="module")
def batch(served_app: Application) -> BatchSummary:
    template = publish_demo(served_app, "Two keys", [RISKY])
    return read_batch(served_app, template, "Modes", FORMS)


@pytest.fixture(scope="module")
def staff(served_app: Application) -> dict[str, int]:
    return {name: people.add_person(served_app, name).id for name in ("Anna M", "Ben M", "Cleo M")}


@pytest.fixture(autouse=True)
def empty_seats(served_app: Application) -> None:
    """Windows of tests before may have been torn down without a word."""
    with served_app.session() as session:
        session.execute(delete(FieldLeaseRow))


@pytest.fixture
def sit(
    serve: Serve, open_page: OpenPage, served_app: Application, batch: BatchSummary
) -> Callable[..., Window]:
    """A person opens a way of reviewing."""

    def sit_down(name: str | None, mode: str, **more: str) -> Window:
        page = open_page(f"{serve.url}/draw/")
        if name:
            page.locator("#who").click()
            page.locator("#people").get_by_role("button", name=name, exact=True).click()
            expect(page.locator("#who")).to_contain_text(name)
        asked = "".join(f"&{key}={value}" for key, value in more.items())
        page.goto(f"{serve.url}/review/station?batch={batch.id}&mode={mode}{asked}")
        return Window(page, served_app)

    return sit_down


def test_enter_begins_form_by_form(
    serve: Serve, open_page: OpenPage, served_app: Application, batch: BatchSummary
) -> None:
    page = open_page(f"{serve.url}/review/?batch={batch.id}")
    waiting = ways_of_reviewing(served_app, batch.id).forms
    expect(page.locator("#begin")).to_contain_text(f"Review {waiting}")
    page.keyboard.press("Enter")
    window = Window(page, served_app)
    assert window.text("mode") == "Form by form"
    assert "Form by form" in page.title() and f"of {waiting}" in window.text("position")
    first = window.at()
    assert window.press_and_go_on("Alt+u")
    assert window.at() != first
    window.press("Control+z")
    expect(page.locator("[data-part=label]")).to_have_text(first[1])


def test_one_field_down_the_batch(
    sit: Callable[..., Window], served_app: Application, batch: BatchSummary
) -> None:
    name = "remarks"
    window = sit(None, "field", down=name)
    assert window.text("mode") == "One field down the batch"
    label = window.text("label")
    seen = [window.at()]
    while window.press_and_go_on("Alt+u"):
        seen.append(window.at())
    assert len(seen) == len({form for form, _ in seen}) == FORMS
    assert {found for _, found in seen} == {label}
    expect(window.page.locator("h1")).to_have_text("This field is done in every form")
    expect(window.page.locator(".empty .btn-primary")).to_be_focused()
    for form, _ in seen:
        assert window.field(form, name).outcome == "unreadable"
        review.undo_decision(served_app, form, name)


def test_keying_what_no_machine_reads(sit: Callable[..., Window], batch: BatchSummary) -> None:
    window = sit(None, "keying")
    assert window.text("mode") == "Keying"
    keyed = 0
    while True:
        form, label = window.at()
        window.press("Enter")
        expect(window.page.get_by_role("alert").first).to_contain_text("Type what you see")
        if window.page.locator("textarea").count():
            window.page.keyboard.type("Seen by the nurse")
            is_more = window.press_and_go_on("Enter")
            assert window.field(form, "remarks").value == "Seen by the nurse", label
            keyed += 1
        else:
            is_more = window.press_and_go_on("Alt+u")
        if not is_more:
            break
    assert keyed == FORMS
    expect(window.page.locator("h1")).to_have_text("Everything is keyed")


def require_nothing_told(window: Window, readings: list[str]) -> None:
    """Neither the page nor any answer holds what the machine or the first person said."""
    answers: list[str] = []
    window.page.on(
        "response", lambda answer: answers.append(answer.text()) if "json" in (
            answer.headers.get("content-type", "")) else None
    )  # fmt: skip
    window.page.reload()
    window.page.wait_for_selector("#review[data-ready]")
    assert window.text("mode") == "Second keys"
    expect(window.page.locator("[data-why=outcome]")).to_contain_text("Key what you see")
    window.press("Enter")
    expect(window.page.get_by_role("alert").first).to_contain_text("Type what you see")
    window.page.wait_for_load_state("networkidle")
    told = window.page.content() + "".join(answers)
    assert "decide_url" in told
    assert not [read_as for read_as in readings if read_as in told]
    assert "ZABRISKIE" not in told and "Anna" not in "".join(answers)


def test_two_people_key_high_risk_fields_and_a_third_settles(
    sit: Callable[..., Window],
    served_app: Application,
    batch: BatchSummary,
    staff: dict[str, int],
) -> None:
    forms = forms_of(served_app, batch)
    for form in forms:
        review.decide(served_app, form, RISKY, "correct", "ZABRISKIE", user_id=staff["Anna M"])

    window = sit("Ben M", "second_key")
    require_nothing_told(window, [str(window.field(form, RISKY).reading.value) for form in forms])

    first, _ = window.at()
    window.page.keyboard.type("ZABRISKI")
    assert window.press_and_go_on("Enter")
    second, _ = window.at()
    window.page.keyboard.type("ZABRISKIE")
    assert window.press_and_go_on("Enter")
    third, _ = window.at()
    assert not window.press_and_go_on("Alt+u")
    expect(window.page.locator("h1")).to_have_text("Nothing waits for your second key")
    expect(window.page.locator(".empty")).to_contain_text("wait for a third person")
    assert [window.field(form, RISKY).state for form in (first, second, third)] == [
        "open",
        "decided",
        "open",
    ]

    window = sit("Cleo M", "third_key")
    assert window.text("mode") == "Differences"
    values = window.page.locator(".keyed-value .value")
    expect(values).to_have_text(["ZABRISKI", "ZABRISKIE"])
    assert "Anna" not in window.text("why") and "Ben" not in window.text("why")
    assert window.press_and_go_on("Alt+2")
    expect(values).to_have_text(["ZABRISKIE", "unreadable"])
    window.page.keyboard.type("ZABRISKO")
    assert not window.press_and_go_on("Enter")
    expect(window.page.locator("h1")).to_have_text("No difference is left for you to settle")
    shown = [window.field(form, RISKY) for form in (first, second, third)]
    assert [value.state for value in shown] == ["decided"] * 3
    assert [value.value for value in shown] == ["ZABRISKIE", "ZABRISKIE", "ZABRISKO"]
    with served_app.session() as session:
        assert session.query(SecondKeyRow).filter_by(user_id=staff["Ben M"]).count() == 3


def test_a_sample_is_drawn_and_keyed(
    serve: Serve, open_page: OpenPage, served_app: Application, batch: BatchSummary
) -> None:
    page = open_page(f"{serve.url}/batches/{batch.id}")
    page.get_by_label("Sample of").fill("3")
    page.get_by_label("Sample of").press("Enter")
    window = Window(page, served_app)
    assert window.text("mode") == "Quality check"
    first = page.url
    assert window.press_and_go_on("Alt+u")
    window.press("Control+z")
    # By its address: the sample may hold the same field of several forms.
    expect(page).to_have_url(first)
    assert window.through("Alt+u") == 3
    expect(page.locator("h1")).to_have_text("The sample is checked")
    expect(page.locator(".empty")).to_contain_text("3 of 3 accepted fields were wrong")
    status = quality_samples.sample_status(served_app, batch.id)
    assert (status.drawn, status.checked, status.wrong) == (3, 3, 3)
    page.goto(f"{serve.url}/batches/{batch.id}")
    expect(page.locator("#sample-result")).to_have_text("3 of 3 accepted fields were wrong")


def test_referred_fields_are_answered(
    sit: Callable[..., Window],
    served_app: Application,
    batch: BatchSummary,
    staff: dict[str, int],
) -> None:
    item = review.next_item(served_app, batch.id)
    assert item is not None
    refer(served_app, item.key, "Is this a 7?", staff["Anna M"])
    window = sit("Cleo M", "referred")
    assert window.text("mode") == "Referred fields"
    assert window.at()[0] == item.key.submission_id
    assert not window.press_and_go_on("Alt+u")
    expect(window.page.locator("h1")).to_have_text("Nothing is referred")
    decided = review.get_item(served_app, *item.key).current
    assert decided.decision is not None and decided.decision.user_name == "Cleo M"
