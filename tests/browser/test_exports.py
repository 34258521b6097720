"""The export page in a browser: choose columns, keep them as a preset, download what was chosen."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.services.application import Application
from tests import factories
from tests.fakes import run_sent_tasks
from tests.services.exported_data import FIELDS, make_form

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def _column(page: Page, field: str) -> Locator:
    return page.locator(f"#columns li[data-field={field}]")


def test_columns_a_preset_and_the_download(
    app: Application, site: str, open_page: OpenPage
) -> None:
    batch = factories.make_batch(app, FIELDS)
    for number in range(3):
        make_form(app, batch.id, f"{number}.png")
    page = open_page(f"{site}/batches/{batch.id}/export")
    headings = page.locator("#export-preview th")
    expect(headings).to_have_text(["_file", "_form", "_state", *(f["name"] for f in FIELDS)])

    page.locator("summary", has_text="Columns").click()
    page.locator("[data-columns=none]").click()
    for field in ("surname", "born"):
        _column(page, field).locator("input[name=column]").check()
    expect(page.locator("#columns-chosen")).to_have_text("2 of 5 fields")
    for _ in range(2):
        _column(page, "born").get_by_role("button", name="Move born up").press("Enter")
    expect(_column(page, "born").locator("[data-move=up]")).to_be_focused()
    _column(page, "born").get_by_role("textbox").fill("Date of birth")
    page.locator("summary", has_text="More about each value").click()
    page.get_by_label("Columns that say whose row it is").uncheck()
    page.locator("summary", has_text="Headings, numbers, dates").click()
    page.get_by_label("Dates", exact=True).select_option("DD.MM.YYYY")
    page.get_by_label("Between columns").select_option(";")
    expect(headings).to_have_text(["Date of birth", "surname"])
    expect(page.locator("#export-preview tbody tr")).to_have_count(3)

    page.locator("summary", has_text="Preset").click()
    page.get_by_label("Keep this choice under a name").fill("For accounting")
    page.get_by_role("button", name="Save preset").click()
    expect(page.get_by_role("link", name="For accounting")).to_have_attribute(
        "aria-current", "true"
    )
    expect(headings).to_have_text(["Date of birth", "surname"])
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("cell", name="waiting for a worker")).to_be_visible()
    run_sent_tasks(app)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download").click()
    text = Path(downloading.value.path()).read_text()
    assert list(csv.reader(text.splitlines(), delimiter=";")) == [
        ["Date of birth", "surname"],
        *[["29.02.1980", "MILLER"]] * 3,
    ]


def test_an_export_is_cancelled(app: Application, site: str, open_page: OpenPage) -> None:
    batch = factories.make_batch(app, FIELDS)
    make_form(app, batch.id)
    page = open_page(f"{site}/batches/{batch.id}/export")
    page.get_by_role("radio", name="Parquet").check()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.locator("#exports-live tbody tr")).to_have_count(1)
    # htmx takes the button over once all scripts are there.
    page.wait_for_load_state()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#exports-live tbody tr")).to_have_count(0)
