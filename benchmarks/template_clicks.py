"""How much work a template is: clicks and keys in the real editor, with and without Detect.

    python benchmarks/template_clicks.py [--shared DIR] [--pictures DIR]

Two forms, every field with its printed label and its kind: the digit and mark fields of a real log
sheet, filled in as it is (`logsheet_tara.pdf`, 35 fields: 7 above its table, 18 in it, a choice of
the site and 9 tick circles), and the shipped demo form, empty (20 fields). Where the extra `detect`
is installed, Detect reads the labels, too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FIELDHAND_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from benchmarks.demo_form_work import (  # noqa: E402
    DEMO_FORM,
    detect_demo,
    detect_demo_with_labels,
    draw_demo,
)
from benchmarks.editor_hand import Hand  # noqa: E402
from benchmarks.log_sheet_work import LOG_SHEET, draw_log_sheet  # noqa: E402
from forms_app import demo  # noqa: E402
from forms_app.bootstrap import bootstrap  # noqa: E402
from forms_app.config import load_settings  # noqa: E402
from forms_app.services import templates  # noqa: E402
from forms_app.services.application import Application  # noqa: E402
from forms_app.templating.label_reading import ocr_is_installed  # noqa: E402
from tests.browser.canvas import Desk  # noqa: E402
from tests.browser.chromium import DESKTOP, launch  # noqa: E402
from tests.serving import Serve  # noqa: E402


@contextmanager
def served(folder: Path) -> Iterator[tuple[Application, str]]:
    """An application in `folder` and the address of its pages; a worker looks for fields."""
    with Serve(folder, workers=1) as running:
        app = bootstrap(load_settings({}, data_dir=folder))
        yield app, running.url
        app.close()


class Way(NamedTuple):
    """One way to make a template of one form."""

    name: str
    blank: Path
    work: Callable[[Hand], None]
    wanted: Counter[str]


def run(page: Page, app: Application, url: str, way: Way, pictures: Path | None) -> None:
    """Do the work in a fresh draft and print what it took."""
    version = templates.create_template(app, way.name, way.blank.read_bytes(), way.blank.name)
    page.goto(f"{url}/templates/versions/{version.id}/edit")
    desk = Desk(page)
    page.wait_for_load_state("networkidle")
    hand = Hand(desk)
    hand.press("0")  # The whole page in the window: nothing needs to be scrolled.
    way.work(hand)
    desk.wait_saved()
    if pictures:
        page.screenshot(path=str(pictures / f"{way.name.replace(' ', '-')}.png"))
    made = templates.get_version(app, version.id)
    kinds = Counter(str(each["kind"]) for each in made.definition["fields"])
    state = "ready to publish" if not made.problems else f"to settle: {made.problems}"
    print(
        f"{way.name}: {hand.clicks} clicks, {hand.keys} keys, {hand.seconds / 60:.1f} minutes by "
        f"the keystroke-level model; {kinds.total()} fields, {state}"
    )
    if kinds != way.wanted:
        print(f"  kinds differ: {dict(kinds)}, wanted {dict(way.wanted)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    sheet = options.shared / "data" / "forms" / "formhtr" / "logsheet_tara.pdf"
    empty = demo.FOLDER / "blank.png"
    ways = [
        Way("log sheet by hand", sheet, draw_log_sheet, LOG_SHEET),
        Way("demo form by hand", empty, draw_demo, DEMO_FORM),
    ]
    if ocr_is_installed():
        ways.append(Way("demo form, labels read", empty, detect_demo_with_labels, DEMO_FORM))
    else:
        ways.append(Way("demo form with Detect", empty, detect_demo, DEMO_FORM))
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (app, url),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        page = browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(180_000)
        for way in ways:
            run(page, app, url, way, options.pictures)
        browser.close()


if __name__ == "__main__":
    main()
