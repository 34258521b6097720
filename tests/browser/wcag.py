"""What a machine can check of WCAG 2.2 AA on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
# Light and dark differ in nothing but colours.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


def violations(page: Page) -> Iterator[str]:
    """One line for each element that breaks a rule, in light or in dark."""
    page.emulate_media(color_scheme="light")
    yield from _broken(page, RULES)
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {line}" for line in _broken(page, OF_COLOURS))


def _broken(page: Page, rules: dict[str, Any]) -> Iterator[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found: dict[str, Any] = Axe().run(page, options=options).response
    for rule in found["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']}: {node['target'][-1]}: {node['failureSummary']}"
