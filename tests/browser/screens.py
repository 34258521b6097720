"""Pictures of every page for `docs/screens`, light and dark, desktop and tablet.

Run as `make screens`. The demo's form is read by a real `serve`, so the pictures show real
readings; a change of the face is then seen in review.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from forms_app.bootstrap import bootstrap
from forms_app.config import load_settings
from tests.browser.chromium import DESKTOP, TABLET, Complaints, launch
from tests.browser.every_page import Screen, prepare, screens_of
from tests.browser.scheduled_exports import NOT_THERE
from tests.serving import Serve

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
SETTLE_MS = 500
COLOURS = 128
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES: dict[str, ViewportSize] = {"desktop": DESKTOP, "tablet": TABLET}


def take_all() -> int:
    """Fill a fresh installation, then picture it; returns how many complaints were heard."""
    folder = Path(tempfile.mkdtemp(prefix="fh-screens-"))
    try:
        with (
            Serve(folder, workers=2, delivery_folders=NOT_THERE) as serve,
            sync_playwright() as playwright,
        ):
            browser = launch(playwright)
            complaints = Complaints()
            complaints.expected.append("404")
            _take(browser, serve.url, [Screen("first-steps", "/")], complaints)
            app = bootstrap(load_settings({}, data_dir=folder))
            _take(browser, serve.url, list(screens_of(prepare(app))), complaints)
            app.close()
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(complaints.heard), file=sys.stderr)
    return len(complaints.heard)


def _take(browser: Browser, url: str, screens: list[Screen], complaints: Complaints) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scheme in SCHEMES:
        for size, viewport in SIZES.items():
            with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
                page = context.new_page()
                complaints.listen(page)
                for screen in screens:
                    _shoot(page, url, screen, FOLDER / f"{screen.name}-{scheme}-{size}.png")


def _shoot(page: Page, url: str, screen: Screen, target: Path) -> None:
    screen.open(page, url)
    page.wait_for_timeout(SETTLE_MS)
    # A palette keeps the pictures small in the repository; scans are grey anyway.
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target.name)


if __name__ == "__main__":
    sys.exit(min(1, take_all()))
