"""A real questionnaire from its blank to checked data, in the browser alone.

The queXF sheets are for testing only: nothing is tuned on them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Desk
from tests.serving import Serve
from tests.shared_data import shared_data_dir

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
Field = dict[str, Any]
TEMPLATE = Path(__file__).resolve().parents[2] / "benchmarks" / "forms" / "quexf.json"
READ_LIMIT_MS = 90_000
FIRST_NAME_PX = (344, 1830, 1691, 110)
WRITTEN = {"B2_A", "B2_B", "B4"}
"""Fields with handwriting; all others are marks or were left empty."""


@pytest.fixture(scope="module")
def quexf() -> Path:
    """The folder of the questionnaire's sheets."""
    return shared_data_dir() / "forms" / "quexf"


@pytest.fixture(scope="module")
def truth(quexf: Path) -> dict[str, str]:
    """What a person reads in each field; empty where nothing is written."""
    known = json.loads((quexf / "truth.json").read_text(encoding="utf-8"))["truth"]
    return {name: value for name, value in known.items() if not name.startswith("_")}


@pytest.fixture(scope="module")
def labels() -> dict[str, str]:
    """Field names by the labels that people see."""
    fields = json.loads(TEMPLATE.read_text(encoding="utf-8"))["fields"]
    return {field["label"]: field["name"] for field in fields}


def test_a_real_questionnaire_from_its_blank_to_checked_data(
    serve: Serve,
    open_page: OpenPage,
    quexf: Path,
    truth: dict[str, str],
    labels: dict[str, str],
    tmp_path: Path,
) -> None:
    page = open_page(f"{serve.url}/templates/new")
    publish(page, quexf / "blank.pdf")
    upload(page, quexf / "filled.pdf")
    batch_url = page.url

    read = exported_json(page, batch_url, tmp_path / "read.json")
    assert set(read) == set(truth)
    wrong = {name for name, field in read.items() if (field["value"] or "") != truth[name]}
    assert wrong <= WRITTEN
    assert all(read[name]["needs_review"] for name in wrong)
    assert "B2_A" not in wrong

    page.goto(batch_url)
    page.get_by_role("link", name="Review").last.click()
    typed = review_all(page, truth, labels)
    assert typed == {name for name, field in read.items() if field["needs_review"]}

    checked = exported_json(page, batch_url, tmp_path / "checked.json")
    assert {name: field["value"] or "" for name, field in checked.items()} == truth
    assert {checked[name]["provenance"] for name in typed} <= {"confirmed", "corrected"}
    assert exported_csv(page, batch_url, tmp_path / "checked.csv").items() >= truth.items()


def test_a_blank_pdf_becomes_a_draft_with_both_pages(
    serve: Serve, open_page: OpenPage, quexf: Path
) -> None:
    page = open_page(f"{serve.url}/templates/new")
    page.get_by_label("Files", exact=True).set_input_files(quexf / "blank.pdf")
    page.get_by_role("button", name="Upload", exact=True).click()
    desk = Desk(page)
    desk.draw("c", FIRST_NAME_PX, "First name")
    desk.wait_saved()
    assert desk.fields() == ["First name"]
    expect(page.locator("[data-part=pages] button")).to_have_count(2)


def publish(page: Page, blank: Path) -> None:
    """Import the template file with its blank, look at the boxes, publish."""
    page.get_by_text("Import a template file instead").click()
    page.get_by_label("Template file").set_input_files([TEMPLATE, blank])
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("was imported as a draft")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("is published")).to_be_visible()


def upload(page: Page, scan: Path) -> None:
    """A new batch with one file; waits until it is read."""
    page.get_by_role("link", name="Upload filled forms").click()
    page.get_by_role("button", name="Create and add files").click()
    page.wait_for_load_state()
    page.locator("#files").set_input_files(scan)
    expect(page.locator("#progress-words")).to_contain_text("2 of 2", timeout=READ_LIMIT_MS)
    expect(page.locator("tr[data-state=done]")).to_have_count(1, timeout=READ_LIMIT_MS)


def review_all(page: Page, truth: dict[str, str], labels: dict[str, str]) -> set[str]:
    """Type the truth into every doubtful field; gives the fields that were asked for."""
    page.wait_for_selector("#review[data-ready]")
    total = int(page.locator("[data-part=position]").inner_text().split(" of ")[1])
    asked = set()
    for position in range(1, total + 1):
        expect(page.locator("[data-part=position]")).to_have_text(f"{position} of {total}")
        name = labels[page.locator("[data-part=label]").inner_text()]
        asked.add(name)
        type_over(page, truth[name])
        page.keyboard.press("Enter" if truth[name] else "Alt+b")
    expect(page.get_by_role("link", name="Export the data")).to_be_visible()
    return asked


def type_over(page: Page, value: str) -> None:
    """Overwrite what stands in the cells of the comb."""
    cells = page.locator(".cell")
    page.keyboard.press("Home")
    page.keyboard.type(value)
    for _ in range(cells.count() - len(value)):
        page.keyboard.press("Space")


def exported(page: Page, batch_url: str, name: str, target: Path) -> Path:
    """Export the batch in the format called `name` and download it."""
    page.goto(f"{batch_url}/export")
    page.locator(f"input[name=format][value={name.lower()}]").check()
    page.get_by_role("button", name="Export", exact=True).click()
    newest = page.locator("#exports-live tbody tr").first
    expect(newest).to_contain_text(name)
    expect(newest).to_have_attribute("data-state", "done", timeout=30_000)
    with page.expect_download() as download:
        newest.get_by_role("link", name="Download").click()
    download.value.save_as(target)
    return target


def exported_json(page: Page, batch_url: str, target: Path) -> dict[str, Field]:
    """The fields of the only form."""
    data = json.loads(exported(page, batch_url, "JSON", target).read_text(encoding="utf-8"))
    (form,) = data
    fields: dict[str, Field] = form["fields"]
    return fields


def exported_csv(page: Page, batch_url: str, target: Path) -> dict[str, str]:
    """The only row."""
    with exported(page, batch_url, "CSV", target).open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    return row
