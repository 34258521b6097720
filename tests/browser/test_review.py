"""The review station with a real server, database and workers, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from forms_app.reading.types import Value
from forms_app.services import batches, review
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.fields import FieldValue
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import SubmissionFieldRow
from forms_app.store.states import FieldState
from tests.browser.read_batches import read_batch
from tests.browser.review_station import until_answered
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
NEXT_LIMIT_MS = 400  # 100 ms are the aim; machines that run tests do much else meanwhile


@pytest.fixture(scope="module")
def batch(served_app: Application, demo_template: TemplateVersion) -> BatchSummary:
    return read_batch(served_app, demo_template, "Review", 7)


@pytest.fixture(scope="module")
def any_form(served_app: Application, batch: BatchSummary) -> int:
    """A filled form to be looked at only."""
    return review.list_items(served_app, batch.id)[0].key.submission_id


@pytest.fixture(scope="module")
def forms(served_app: Application, batch: BatchSummary) -> Iterator[int]:
    """Ids of filled forms that no other test has touched."""
    found = {ref.key.submission_id for ref in review.list_items(served_app, batch.id)}
    return iter(sorted(found))


class Station:
    """The page, and the form behind it as the database has it."""

    def __init__(self, page: Page, app: Application, form_id: int) -> None:
        self.page, self.app, self.form_id = page, app, form_id
        page.wait_for_selector("#review[data-ready]")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def expect_at(self, label: str) -> None:
        expect(self.page.locator("[data-part=label]")).to_have_text(label)

    def field(self, name: str) -> FieldValue:
        until_answered(self.page)
        detail = review.get_submission(self.app, self.form_id)
        return next(value for value in detail.fields if value.field.name == name)

    def cells(self) -> str:
        """What stands in the comb."""
        inputs = self.page.locator(".cell").all()
        return "".join(cell.input_value() or " " for cell in inputs).rstrip()


@pytest.fixture
def station(
    serve: Serve, open_page: OpenPage, served_app: Application, forms: Iterator[int]
) -> Station:
    """The station at the first field of an untouched form, going through all of its fields."""
    form = next(forms)
    page = open_page(f"{serve.url}/review/{form}?field=surname&form={form}")
    return Station(page, served_app, form)


def test_enter_confirms_and_typing_corrects(station: Station) -> None:
    read = station.cells()
    station.press("Enter")
    station.expect_at("Sex")
    station.press("2", "Enter")
    station.expect_at("Given name (capitals)")
    station.press("Home")
    station.page.keyboard.type("ANNA")
    while station.cells() != "ANNA":
        station.press("Space")
    assert station.page.locator(".cell").first.get_attribute("data-level") == "changed"
    station.press("Enter")
    station.expect_at("Date of birth D D M M Y Y Y Y")

    surname, sex, given = (station.field(name) for name in ("surname", "sex", "given_name"))
    assert surname.decision and surname.decision.action == "confirm" and surname.value == read
    assert sex.decision and sex.value == "M"
    assert given.decision and given.value == "ANNA" and given.provenance == "corrected"

    station.press("Shift+Enter")
    station.expect_at("Given name (capitals)")
    assert station.cells() == "ANNA"
    expect(station.page.locator("[data-why=decision]")).to_contain_text("Corrected: ANNA")
    station.press("Enter")
    station.expect_at("Date of birth D D M M Y Y Y Y")


def test_blank_unreadable_and_undo(station: Station) -> None:
    station.press("Alt+b")
    station.expect_at("Sex")
    station.press("Alt+u")
    station.expect_at("Given name (capitals)")
    assert station.field("surname").outcome == "blank"
    assert station.field("sex").outcome == "unreadable"
    station.press("Control+z")
    station.expect_at("Sex")
    assert station.field("sex").decision is None
    station.press("Control+z")
    station.expect_at("Surname (capitals)")
    assert station.field("surname").decision is None
    expect(station.page.get_by_role("button", name="Undo")).to_be_disabled()


def test_undo_takes_typing_back_before_decisions(station: Station) -> None:
    read = station.cells()
    station.press("Enter")
    station.expect_at("Sex")
    station.press("Enter")
    station.expect_at("Given name (capitals)")
    before = station.cells()
    station.press("Home")
    station.page.keyboard.type("X")
    station.press("Control+z")
    assert station.cells() == before
    station.expect_at("Given name (capitals)")
    station.press("Control+z")
    station.expect_at("Sex")
    station.press("Shift+Enter")
    station.expect_at("Surname (capitals)")
    assert station.cells() == read


def test_a_broken_rule_is_refused_until_the_person_insists(station: Station) -> None:
    page = station.page
    page.goto(page.url.replace("field=surname", "field=patient_number"))
    page.wait_for_selector("#review[data-ready]")
    station.press("Home")
    page.keyboard.type("1")
    page.keyboard.type("23456789"[: len(station.cells()) - 1])
    station.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Patient number")).to_contain_text("luhn")
    assert station.field("patient_number").decision is None
    station.press("Alt+k")
    expect(page.get_by_role("heading", name="Why is it kept")).to_be_visible()
    station.press("Enter")
    station.expect_at("Telephone")
    kept = station.field("patient_number")
    assert kept.value == "123456789"
    assert kept.decision and kept.decision.note == "The paper says so"


def test_an_alternative_is_one_key_away(station: Station) -> None:
    def others(value: FieldValue) -> list[Value]:
        machine = value.reading.value
        return [other for other, _ in value.reading.alternatives if other and other != machine]

    fields = review.get_submission(station.app, station.form_id).fields
    combs = [v for v in fields if v.field.layout == "comb" and v.field.kind != "date"]
    comb = next(value for value in combs if others(value))
    page = station.page
    page.goto(page.url.replace("field=surname", f"field={comb.field.name}"))
    page.wait_for_selector("#review[data-ready]")
    station.press("Alt+1")
    assert station.cells() == others(comb)[0]


def test_a_value_of_the_list_is_completed(station: Station) -> None:
    page = station.page
    page.goto(page.url.replace("field=surname", "field=district"))
    page.wait_for_selector("#review[data-ready]")
    values = station.field("district").field.values
    wanted = next(value for value in values if value != station.field("district").reading.value)
    station.press("Home")
    while station.cells():
        station.press("Space")
    station.press("Home")
    page.keyboard.type(wanted[:3])
    expect(page.locator("[data-why=list] .value").first).to_have_text(wanted)
    station.press("Alt+l")
    assert station.cells() == "".join(wanted.split())


def test_a_decision_waits_while_the_server_is_away(station: Station, open_page: OpenPage) -> None:
    open_page.complaints.expected.append("Failed to load resource")  # type: ignore[attr-defined]
    page = station.page
    page.route("**/decision*", lambda route: route.abort())
    station.press("Alt+b")
    station.expect_at("Sex")
    expect(page.locator("[data-part=waiting]")).to_contain_text("1 decision not sent yet")
    station.press("Alt+b")
    station.expect_at("Given name (capitals)")
    expect(page.locator("[data-part=waiting]")).to_contain_text("2 decisions not sent yet")
    assert station.field("surname").decision is None
    page.unroute("**/decision*")
    expect(page.locator("[data-part=waiting]")).to_be_hidden()
    assert station.field("surname").outcome == station.field("sex").outcome == "blank"


def test_pictures_lie_over_their_cells_and_nothing_is_stretched(
    serve: Serve, open_page: OpenPage, served_app: Application, any_form: int
) -> None:
    page = open_page(f"{serve.url}/review/{any_form}?field=surname&form={any_form}")
    station = Station(page, served_app, any_form)
    shape = station.page.evaluate(
        """async () => {
          const place = (selector) => [...document.querySelectorAll(selector)]
            .map((element) => element.getBoundingClientRect());
          const image = document.querySelector("[data-crop-image]");
          await image.decode();
          const [marks, cells] = [place(".crop-cell"), place(".cell")];
          const [frame] = place("[data-sheet-frame]");
          const [pane] = place("[data-sheet-scroll]");
          const shown = image.clientWidth / image.clientHeight;
          return {
            stretch: shown / (image.naturalWidth / image.naturalHeight),
            apart: Math.max(...marks.flatMap((mark, i) =>
              [Math.abs(mark.x - cells[i].x), Math.abs(mark.width - cells[i].width)])),
            framed: frame.top >= pane.top && frame.bottom <= pane.bottom,
            unnamed: [...document.querySelectorAll("#review input, #review button")]
              .filter((e) => !e.ariaLabel && !e.textContent.trim()).length,
          };
        }"""
    )
    assert shape["stretch"] == pytest.approx(1, abs=0.02)
    assert shape["apart"] <= 2
    assert shape["framed"] and shape["unnamed"] == 0


def test_the_whole_queue_to_its_end(
    serve: Serve, open_page: OpenPage, served_app: Application, demo_template: TemplateVersion
) -> None:
    batch = read_batch(served_app, demo_template, "Queue", 2)
    wanted = ("surname", "first_visit", "signature")
    with served_app.session() as session:
        session.execute(
            update(SubmissionFieldRow)
            .where(SubmissionFieldRow.batch_id == batch.id)
            .values(flagged=False, state=FieldState.ACCEPTED)
        )
        session.execute(
            update(SubmissionFieldRow)
            .where(
                SubmissionFieldRow.batch_id == batch.id,
                SubmissionFieldRow.field_name.in_(wanted),
            )
            .values(flagged=True, state=FieldState.OPEN)
        )
    page = open_page(f"{serve.url}/review/station?batch={batch.id}")
    station = Station(page, served_app, 0)
    expect(page.locator("[data-part=position]")).to_have_text("1 of 6")
    page.wait_for_timeout(1500)
    waited = page.evaluate(
        """async () => {
          const label = document.querySelector("[data-part=position]");
          const [start, was] = [performance.now(), label.textContent];
          document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
          while (label.textContent === was) await new Promise((done) => setTimeout(done, 1));
          return performance.now() - start;
        }"""
    )
    assert waited < NEXT_LIMIT_MS
    for position in range(2, 7):
        expect(page.locator("[data-part=position]")).to_have_text(f"{position} of 6")
        station.press("Enter")
    expect(page.get_by_role("heading", name="Queue is reviewed")).to_be_visible()
    expect(page.get_by_role("link", name="Export the data")).to_be_visible()
    assert batches.get_batch(served_app, batch.id).summary.needs_review == 0


def test_a_whole_form_leads_to_each_of_its_fields(
    serve: Serve, open_page: OpenPage, served_app: Application, any_form: int
) -> None:
    page = open_page(f"{serve.url}/review/forms/{any_form}")
    page.get_by_role("link", name="Drug code").click()
    Station(page, served_app, any_form).expect_at("Drug code")
    page.get_by_title("All fields of this form").click()
    expect(page.get_by_role("link", name="Drug code")).to_be_visible()
