"""Debian's Chromium for tests and pictures, and an ear on its console."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, ViewportSize

# The shell is the same browser without windows of its own: a third less work for the processor.
SHELL = "/usr/bin/chromium-headless-shell"
WHOLE = "/usr/bin/chromium"
USUAL = SHELL if Path(SHELL).exists() else WHOLE
EXECUTABLE = os.environ.get("FIELDHAND_TEST_CHROMIUM", USUAL)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 820, "height": 1180}


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium that looks nothing up outside."""
    return playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))


# A page that is left gives up what it has asked. A request that failed is told as a `sendError`.
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")


class Complaints:
    """Errors and warnings of the console (policy violations are errors there) and of scripts.

    `expected` takes parts of texts that a test provokes on purpose.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("console", self._hear_console)
        page.on("pageerror", self._hear_error)

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._hear(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _hear_error(self, error: Error) -> None:
        self._hear(f"script: {error.message}")

    def _hear(self, text: str) -> None:
        if not any(part in text for part in (*GIVEN_UP, *self.expected)):
            self.heard.append(text)
