"""A rule over several fields follows its own fields and options, whatever these are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.services import templates
from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests import factories
from tests.browser.canvas import Desk

pytestmark = pytest.mark.browser

LETTER_MS = 30
ORDER = {"name": "order", "kind": "date_order", "fields": ["date", "until"]}
PAID = {"name": "paid", "kind": "required_if", "fields": ["other"], "if": "way", "is": "card"}


def _line(name: str, label: str, y: int) -> dict[str, Any]:
    field = {"name": name, "label": label, "page": 1, "kind": "date", "format": "DDMMYYYY"}
    return field | {"layout": "line", "box": [100, y, 200, 50]}


def _option(value: str, x: int) -> dict[str, Any]:
    return {"value": value, "box": [x, 600, 40, 40]}


@pytest.fixture
def draft(app: Application) -> TemplateVersion:
    """Three dates, two of them in order, and a way to pay that needs another field."""
    options = [_option("cash", 100), _option("card", 200)]
    fields = [
        _line("date", "Begin", 200),
        _line("until", "Until", 300),
        _line("other", "Other", 400),
        {"name": "way", "label": "Way", "page": 1, "kind": "choice", "options": options},
    ]
    made = factories.make_draft(app, fields[:3])
    return templates.save_draft(app, made.id, fields, made.revision, rules=[ORDER, PAID])


@pytest.fixture
def desk(empty_site: str, open_page: Callable[..., Page], draft: TemplateVersion) -> Desk:
    """The editor; no worker is needed."""
    return Desk(open_page(f"{empty_site}/templates/versions/{draft.id}/edit"))


@pytest.fixture
def drawer(desk: Desk) -> Locator:
    """The rules, opened."""
    desk.page.get_by_role("button", name="Rules · 2", exact=True).click()
    return desk.page.locator("[data-part=drawer]")


def _delete(desk: Desk, label: str) -> None:
    desk.choose(label)
    desk.page.keyboard.press("Delete")


def _rules(app: Application, version_id: int) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = templates.get_version(app, version_id).definition["rules"]
    return rules


def _option_value(desk: Desk, number: int) -> Locator:
    return desk.page.locator("[data-option-list] [data-option-value]").nth(number - 1)


def test_a_name_that_is_passed_while_typing_catches_no_rule(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    sentence = drawer.locator(".rule-sentence").first
    _delete(desk, "Begin")
    expect(sentence).to_have_text("“date” (no such field) ≤ Until")
    desk.choose("Other")
    desk.prop("label").select_text()
    desk.prop("label").press_sequentially("Date", delay=LETTER_MS)
    expect(desk.prop("name")).to_have_value("date")
    desk.wait_saved()
    # Not even in the file, where rules know fields by name.
    assert _rules(app, draft.id)[0]["fields"] == ["date (deleted)", "until"]
    assert any("date (deleted)" in each for each in templates.get_version(app, draft.id).problems)
    desk.prop("label").press_sequentially(" of birth", delay=LETTER_MS)
    expect(desk.prop("name")).to_have_value("date_of_birth")
    expect(sentence).to_have_text("“date” (no such field) ≤ Until")
    desk.wait_saved()
    assert _rules(app, draft.id)[0]["fields"] == ["date", "until"]


def test_a_name_that_another_field_has_loses_no_rule(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    desk.choose("Until")
    desk.prop("name").fill("")
    desk.prop("name").press_sequentially("date", delay=LETTER_MS)
    expect(drawer).to_contain_text("Begin ≤ Until")
    desk.prop("name").press_sequentially("_2", delay=LETTER_MS)
    desk.wait_saved()
    assert _rules(app, draft.id)[0]["fields"] == ["date", "date_2"]


def test_undo_redo_and_pasting_bring_a_rule_its_own_field(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    keys, sentence = desk.page.keyboard, drawer.locator(".rule-sentence").first
    broken = "“date” (no such field) ≤ Until"
    _delete(desk, "Begin")
    desk.choose("Other")
    desk.prop("name").fill("date")
    keys.press("Escape")
    expect(sentence).to_have_text(broken)
    for _ in range(2):
        keys.press("Control+z")
    expect(sentence).to_have_text("Begin ≤ Until")
    keys.press("Control+Shift+z")
    expect(sentence).to_have_text(broken)
    keys.press("Control+Shift+z")
    expect(desk.prop("name")).to_have_value("date")
    expect(sentence).to_have_text(broken)
    for _ in range(2):
        keys.press("Control+z")
    desk.choose("Begin")
    keys.press("Control+x")
    expect(sentence).to_have_text(broken)
    keys.press("Control+v")
    expect(sentence).to_have_text("Begin ≤ Until")
    keys.press("Control+v")  # A second one is another field.
    expect(sentence).to_have_text("Begin ≤ Until")
    desk.wait_saved()
    assert _rules(app, draft.id)[0]["fields"] == ["date", "until"]


def test_a_rule_follows_its_option_through_names(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    sentence = drawer.locator(".rule-sentence").nth(1)
    expect(sentence).to_have_text("Other must be filled in if Way is card")
    desk.choose("Way")
    _option_value(desk, 2).fill("")
    _option_value(desk, 2).press_sequentially("cash_card", delay=LETTER_MS)
    expect(sentence).to_have_text("Other must be filled in if Way is cash_card")
    desk.wait_saved()
    assert _rules(app, draft.id)[1]["is"] == "cash_card"
    drawer.get_by_role("button", name="Change").nth(1).click()
    expect(drawer.get_by_role("combobox", name="Is").locator("option:checked")).to_have_text(
        "cash_card"
    )
    drawer.get_by_role("button", name="Change rule").click()
    desk.wait_saved()
    assert _rules(app, draft.id)[1] == PAID | {"is": "cash_card"}
    assert templates.get_version(app, draft.id).problems == ()


def test_a_rule_on_a_removed_option_is_broken_until_a_person_settles_it(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    page, rule = desk.page, drawer.locator(".rule").nth(1)
    desk.choose("Way")
    page.get_by_role("button", name="Delete option 2").click()
    fault = "Way has no option “card” any more: choose another in the rule, remove it, or undo"
    expect(rule).to_contain_text("Other must be filled in if Way is card (no such option)")
    expect(rule).to_contain_text(fault)
    expect(page.get_by_role("button", name="Rules · 2, 1 broken")).to_be_visible()
    rule.get_by_role("button", name="Change").click()
    expected = drawer.get_by_role("combobox", name="Is")
    expect(expected.locator("option:checked")).to_have_text("“card” (gone)")
    drawer.get_by_role("button", name="Change rule").click()
    expect(drawer.get_by_role("alert")).to_contain_text(fault)

    # The same is said under the page and by the check, and nothing else takes the option's place.
    desk.wait_saved()
    assert _rules(app, draft.id)[1] == PAID
    page.locator("[data-part=problems] summary").click()
    problem = page.get_by_role("button", name="'card' is no option of the field 'way'")
    expect(problem).to_contain_text("choose one of 'cash' in the rule, or remove the rule")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(drawer.locator(".health-item", has_text="'card' is no option")).to_be_visible()
    drawer.get_by_role("button", name="Rules", exact=True).click()
    expect(rule).to_contain_text(fault)

    page.get_by_role("button", name="Undo").click()
    expect(rule).to_contain_text("Other must be filled in if Way is card")
    page.get_by_role("button", name="Redo").click()
    expect(rule).to_contain_text(fault)
    rule.get_by_role("button", name="Change").click()
    expected.select_option(label="cash")
    drawer.get_by_role("button", name="Change rule").click()
    expect(rule).to_contain_text("Other must be filled in if Way is cash")
    desk.wait_saved()
    assert _rules(app, draft.id)[1] == PAID | {"is": "cash"}
    assert templates.get_version(app, draft.id).problems == ()


def test_an_open_rule_keeps_a_deleted_field_until_it_is_unticked(
    desk: Desk, drawer: Locator, app: Application, draft: TemplateVersion
) -> None:
    _delete(desk, "Begin")
    drawer.get_by_role("button", name="Change").first.click()
    gone = drawer.get_by_role("checkbox", name="“date” (no such field)")
    expect(gone).to_be_checked()
    drawer.get_by_role("button", name="Change rule").click()
    expect(drawer.get_by_role("alert")).to_contain_text("There is no field “date” any more")
    gone.click()
    expect(gone).to_have_count(0)
    drawer.get_by_role("checkbox", name="Other").check()
    drawer.get_by_role("button", name="Change rule").click()
    desk.wait_saved()
    assert _rules(app, draft.id)[0]["fields"] == ["until", "other"]
