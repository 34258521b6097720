"""Before publishing, in a real browser with a real worker: check, rules, try."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from forms_app.services import template_jobs, templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk
from tests.browser.demo_form import filled_forms
from tests.serving import Serve

pytestmark = pytest.mark.browser

WORKER_MS = 90_000


@pytest.fixture
def draft(served_app: Application, demo_template: TemplateVersion) -> TemplateVersion:
    """The demo's next version, its first comb with half the cells that are printed."""
    draft = templates.new_draft(served_app, demo_template.template_id)
    fields = [dict(field) for field in draft.definition["fields"]]
    fields[0]["cells"] = 9
    return templates.save_draft(served_app, draft.id, fields, draft.revision)


def check_health(desk: Desk) -> None:
    drawer = desk.page.locator("[data-part=drawer]")
    desk.page.get_by_role("button", name="Check", exact=True).click()
    expect(drawer).to_contain_text("9 printed lines run through the middle of its 9 cells")
    drawer.get_by_role("button", name="Surname (capitals)").click()
    expect(desk.prop("label")).to_have_value("Surname (capitals)")
    # What it says of worn copies depends on what else is published there.
    expect(drawer.get_by_role("button", name="Test again")).to_be_visible(timeout=WORKER_MS)


def add_date_rule(desk: Desk) -> None:
    """A rule is refused while it names one field, and kept with two."""
    page, drawer = desk.page, desk.page.locator("[data-part=drawer]")
    page.get_by_role("button", name="Rules", exact=True).click()
    drawer.locator("select").first.select_option("date_order")
    drawer.get_by_role("checkbox", name="Date of birth").check()
    drawer.get_by_role("button", name="Add rule").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Tick 2 fields")
    drawer.get_by_role("checkbox", name="Date of visit").check()
    drawer.get_by_role("button", name="Add rule").click()
    expect(page.get_by_role("button", name="Rules · 1")).to_be_visible()


def try_a_filled_form(desk: Desk) -> None:
    """Its readings lie on the page until the drawer is closed."""
    page, drawer = desk.page, desk.page.locator("[data-part=drawer]")
    page.get_by_role("button", name="Try", exact=True).click()
    drawer.locator("input[type=file]").set_input_files(filled_forms()[0])
    expect(page.locator(".overlay-mark")).to_have_count(20, timeout=WORKER_MS)
    expect(drawer).to_contain_text("1 page read")
    tags = page.locator(".overlay-tag").all_inner_texts()
    assert any(len(tag) == 10 and tag[4] == "-" for tag in tags), tags
    drawer.get_by_role("button", name="Date of birth").click()
    expect(page.locator(".overlay-mark.is-chosen")).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".overlay-mark")).to_have_count(0)


def test_check_rules_and_try(
    serve: Serve,
    served_app: Application,
    draft: TemplateVersion,
    open_page: Callable[..., Page],
) -> None:
    page = open_page(f"{serve.url}/templates/versions/{draft.id}/edit")
    desk = Desk(page)
    check_health(desk)
    add_date_rule(desk)
    try_a_filled_form(desk)
    expect(page.locator("[data-part=blank]")).to_have_attribute(
        "src", f"/templates/versions/{draft.id}/pages/1.png"
    )

    # The rule follows a field that is renamed.
    desk.choose("Date of visit")
    desk.prop("name").fill("visited")
    page.wait_for_function(
        "url => fetch(url).then((a) => a.json()).then((s) => s.rules[0].fields[1] === 'visited')",
        arg=f"/templates/versions/{draft.id}/state",
    )
    assert templates.get_version(served_app, draft.id).problems == ()

    # Leaving the editor leaves nothing of the sample behind.
    job = template_jobs.latest_job(served_app, template_jobs.JobKind.DRY_RUN, draft.id)
    assert job is not None
    open_page.complaints.expected.append("404")  # type: ignore[attr-defined]
    page.goto(f"{serve.url}/templates/")
    page.wait_for_function(
        "url => fetch(url).then((answer) => answer.status === 404)",
        arg=f"/templates/jobs/{job.id}",
    )
