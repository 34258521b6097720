"""Two people review one batch at once, a third looks on: real server, workers and windows."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from forms_app.services import people, review, review_notes
from forms_app.services.application import Application
from forms_app.services.dto.batches import BatchSummary
from forms_app.services.dto.review import ItemKey
from forms_app.services.dto.templates import TemplateVersion
from forms_app.store.models import DecisionRow, SubmissionFieldRow, SubmissionRow
from forms_app.store.states import FieldState
from tests.browser.read_batches import read_batch
from tests.serving import Serve

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
FIELDS = ("surname", "born", "remarks", "signature")
LIMIT_S = 90.0


@pytest.fixture
def batch(served_app: Application, demo_template: TemplateVersion) -> BatchSummary:
    """A batch in which four fields of each of four forms wait."""
    read = read_batch(served_app, demo_template, "Two people", 4)
    of_batch = SubmissionFieldRow.batch_id == read.id
    waits = SubmissionFieldRow.field_name.in_(FIELDS)
    with served_app.session() as session:
        settled = update(SubmissionFieldRow).where(of_batch, ~waits)
        session.execute(settled.values(flagged=False, state=FieldState.ACCEPTED))
        left = update(SubmissionFieldRow).where(of_batch, waits)
        session.execute(left.values(flagged=True, state=FieldState.OPEN))
    return read


@pytest.fixture
def forms(served_app: Application, batch: BatchSummary) -> list[int]:
    with served_app.session() as session:
        ids = select(SubmissionRow.id).where(SubmissionRow.batch_id == batch.id)
        return list(session.scalars(ids.order_by(SubmissionRow.id)))


def say_name(page: Page, name: str) -> None:
    """In the dialog behind the top bar's button: choose the name, or add it."""
    page.locator("#who").click()
    dialog = page.locator("#people")
    known = dialog.get_by_role("button", name=name, exact=True)
    if known.count():
        known.click()
    else:
        dialog.locator("#people-name").fill(name)
        dialog.get_by_role("button", name="That is me").click()
    expect(page.locator("#who span")).to_have_text(name)


def shown(page: Page) -> ItemKey | None:
    """The field on screen; None where the station is not open."""
    if page.locator("#review[data-ready]").count() == 0:
        return None
    address = urlsplit(page.url)
    name = parse_qs(address.query).get("field")
    number = address.path.rsplit("/", 1)[-1]
    return ItemKey(int(number), name[0]) if name and number.isdigit() else None


def go_on_from(page: Page, key: ItemKey) -> None:
    """Wait until something else is on screen."""
    deadline = time.monotonic() + LIMIT_S
    while shown(page) == key:
        assert time.monotonic() < deadline, key
        page.wait_for_timeout(50)


def test_two_people_share_a_batch_and_never_see_the_same_field(
    serve: Serve,
    open_page: OpenPage,
    served_app: Application,
    batch: BatchSummary,
    forms: list[int],
) -> None:
    pages = {name: open_page(f"{serve.url}/") for name in ("Anna Berg", "Ben Okoro")}
    for name, page in pages.items():
        say_name(page, name)
        page.goto(f"{serve.url}/review/station?batch={batch.id}")
    seen: dict[ItemKey, set[str]] = {}
    deadline = time.monotonic() + LIMIT_S
    while review.next_item(served_app, batch.id) is not None:
        assert time.monotonic() < deadline, seen
        for page in pages.values():
            page.wait_for_timeout(50)
        on_screen = {name: key for name, page in pages.items() if (key := shown(page))}
        assert len(set(on_screen.values())) == len(on_screen), on_screen
        for name, key in on_screen.items():
            seen.setdefault(key, set()).add(name)
            pages[name].keyboard.press("Alt+b")
        for name, key in on_screen.items():
            go_on_from(pages[name], key)
    assert set(seen) == {ItemKey(form, name) for form in forms for name in FIELDS}
    assert all(len(names) == 1 for names in seen.values()), seen
    assert len({name for names in seen.values() for name in names}) == 2
    with served_app.session() as session:
        decided = session.scalars(
            select(DecisionRow.user_id).where(DecisionRow.submission_id.in_(forms))
        ).all()
    assert len(decided) == len(seen)
    ids = {person.id for person in people.list_people(served_app) if person.name in pages}
    assert set(decided) == ids
    for page in pages.values():
        expect(page.get_by_role("heading", name="Two people is reviewed")).to_be_visible()


def test_who_comes_last_is_handed_what_another_gives_back(
    serve: Serve,
    open_page: OpenPage,
    served_app: Application,
    batch: BatchSummary,
    forms: list[int],
) -> None:
    for form in forms:
        for name in FIELDS:
            if (form, name) != (forms[0], "surname"):
                review.decide(served_app, form, name, "blank", override=True, note="empty")
    first = open_page(f"{serve.url}/review/station?batch={batch.id}")
    first.wait_for_selector("#review[data-ready]")
    second = open_page(f"{serve.url}/review/station?batch={batch.id}")
    expect(second.get_by_role("heading", name="1 field is with others")).to_be_visible()
    first.goto(f"{serve.url}/")
    second.wait_for_selector("#review[data-ready]")
    assert shown(second) == ItemKey(forms[0], "surname")


def test_the_supervisor_sees_who_works_and_answers_what_they_ask(
    serve: Serve,
    open_page: OpenPage,
    served_app: Application,
    batch: BatchSummary,
    forms: list[int],
) -> None:
    team = open_page(f"{serve.url}/review/team?batch={batch.id}")
    say_name(team, "Mara Lind")
    expect(team.get_by_text("Nobody has reviewed anything today")).to_be_visible()
    anna = open_page(f"{serve.url}/")
    say_name(anna, "Anna Berg")
    anna.goto(f"{serve.url}/review/station?batch={batch.id}")
    anna.wait_for_selector("#review[data-ready]")
    row = team.get_by_role("row").filter(has_text="Anna Berg")
    expect(row).to_contain_text("Form by form", timeout=15_000)
    user = next(each for each in people.list_people(served_app) if each.name == "Anna Berg")
    review_notes.refer(served_app, ItemKey(forms[3], "born"), "A 1 or a 7?", user.id)
    note = team.get_by_role("article").filter(has_text="A 1 or a 7?")
    expect(note).to_contain_text("Date of birth", timeout=15_000)
    expect(note.get_by_role("img")).to_be_visible()
    note.get_by_text("Answer…").click()
    note.get_by_label("Answer").fill("It is a 7.")
    team.wait_for_timeout(5000)  # Nothing that is being typed is swept away.
    expect(note.get_by_label("Answer")).to_have_value("It is a 7.")
    note.get_by_role("button", name="Answer and give back").click()
    expect(team.get_by_text("Nobody has left a field")).to_be_visible()
    assert review.get_item(served_app, forms[3], "born").stage == "review"
    row.get_by_role("button", name="Give to others").click()
    expect(team.get_by_text("that Anna Berg had are free for others now")).to_be_visible()
    team.get_by_label("Hand the rest to").select_option("Mara Lind")
    team.get_by_role("button", name="Hand over").click()
    expect(team.get_by_text("Only Mara Lind is handed more")).to_be_visible()
    team.get_by_role("button", name="Hand to everybody").click()
    expect(team.get_by_text("Only Mara Lind is handed more")).to_be_hidden()


def test_a_form_goes_back_with_a_note_and_reaches_somebody(
    serve: Serve,
    open_page: OpenPage,
    served_app: Application,
    batch: BatchSummary,
    forms: list[int],
) -> None:
    for form in forms:
        for name in FIELDS:
            review.decide(served_app, form, name, "blank", override=True, note="empty")
    page = open_page(f"{serve.url}/review/forms/{forms[1]}")
    say_name(page, "Mara Lind")
    page.get_by_role("button", name="Send back…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What to look at").fill("The surname is there, in pencil.")
    dialog.get_by_label("Surname").check()
    dialog.get_by_role("button", name="Send back", exact=True).click()
    expect(page.get_by_text("Sent back with your note")).to_be_visible()
    station = open_page(f"{serve.url}/review/station?batch={batch.id}")
    station.wait_for_selector("#review[data-ready]")
    assert shown(station) == ItemKey(forms[1], "surname")
    expect(station.locator("#review")).to_contain_text("The surname is there, in pencil.")
    page.goto(f"{serve.url}/review/team?batch={batch.id}")
    expect(page.get_by_text("1\N{NO-BREAK SPACE}field: Surname")).to_be_visible()
