"""Rules of a field in the editor: explained, tried, and lists from a file."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from forms_app.services.application import Application
from forms_app.services.dto.templates import TemplateVersion
from tests.browser.canvas import Desk, fields_of

pytestmark = pytest.mark.browser


def test_rules_are_explained_as_they_are_written(desk: Desk) -> None:
    page = desk.page
    desk.without_print()
    desk.draw("c", (300, 900, 490, 90), "Number")
    desk.choose("Number")
    desk.prop("kind").select_option("digits")
    desk.prop("cells").fill("7")
    desk.prop("min_length").fill("5")
    explained = page.get_by_role("region", name="What it accepts")
    expect(explained).to_contain_text("Accepts 5 to 7 digits, or nothing.")
    expect(explained.get_by_label("Refused, for example")).to_contain_text("at least 5 are needed")
    trial = explained.get_by_label("Try a value")
    trial.fill("1234567")
    expect(explained.get_by_role("status")).to_have_text("Accepted")
    trial.fill("12A456")
    expect(explained.get_by_role("status")).to_contain_text("Refused: may hold digits only")
    desk.prop("pattern").fill("[A-Z]{9}")
    expect(explained.get_by_role("alert")).to_contain_text("No value satisfies the pattern")


def test_a_value_list_from_a_file(
    desk: Desk, served_app: Application, draft: TemplateVersion
) -> None:
    page = desk.page
    desk.without_print()
    desk.draw("c", (300, 900, 490, 90), "Village")
    desk.choose("Village")
    desk.prop("kind").select_option("letters")
    desk.prop("cells").fill("10")
    names = ["".join("ABCDEFGHIJ"[int(c)] for c in f"{i:05}") for i in range(20_000)]
    rows = [f"{i};{name}" for i, name in enumerate(names)]
    table = "\n".join(["Code;Name", *rows, "20000;abaab", "20001;A NAME TOO LONG FOR THIS"])
    page.get_by_role("button", name="From a CSV file").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("File").set_input_files(
        {"name": "villages.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    expect(dialog.get_by_label("Column")).to_have_value("1")
    expect(dialog.get_by_text("20,001 values of the column “Name”")).to_be_visible()
    expect(dialog.get_by_text("choose another one above")).to_be_visible()
    expect(dialog.get_by_label("The first row is a heading")).to_be_checked()
    expect(dialog.get_by_text("1 repeat left out")).to_be_visible()
    expect(dialog.get_by_text("1 entry the field cannot hold")).to_be_visible()
    expect(dialog.get_by_role("button", name="Use 20,001 values")).to_be_enabled()
    dialog.get_by_label("Leave out what the field cannot hold").check()
    dialog.get_by_role("button", name="Use 20,000 values").click()
    expect(page.locator("[data-values-summary]")).to_contain_text("20,000 values: AAAAA, AAAAB")
    desk.wait_saved()
    assert len(fields_of(served_app, draft.id)[0]["values"]) == 20_000
    page.get_by_role("button", name="Remove", exact=True).click()
    desk.wait_saved()
    assert "values" not in fields_of(served_app, draft.id)[0]
