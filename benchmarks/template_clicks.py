"""How much work a template is: clicks and keys for the digit and mark fields of a real log sheet.

    python benchmarks/template_clicks.py [--shared DIR] [--pictures DIR]

Drives the real editor in a browser over `logsheet_tara.pdf` (35 fields: 7 above its table, 18 in
it, a choice of the site and 9 tick circles), every field with its printed label, and counts what a
person's hands do. The time is that of the keystroke-level model (Card, Moran, Newell, "The
keystroke-level model for user performance time with interactive systems", CACM 23(7), 1980).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FIELDHAND_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT))

import waitress  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

import migrations  # noqa: E402
from forms_app.bootstrap import bootstrap  # noqa: E402
from forms_app.config import load_settings  # noqa: E402
from forms_app.services import templates  # noqa: E402
from forms_app.services.application import Application  # noqa: E402
from forms_app.web import create_app  # noqa: E402
from tests.browser.canvas import Desk, Point  # noqa: E402
from tests.browser.chromium import DESKTOP, launch  # noqa: E402

# Seconds of the model: a key of an average typist, pointing, pressing and letting go, moving the
# hand between keyboard and mouse, and making up one's mind.
KEY_S, POINT_S, BUTTON_S, HOMING_S, MIND_S = 0.28, 1.10, 0.10, 0.40, 1.35


@dataclass
class Hand:
    """A person's hands on the editor, counting what they do; points are pixels of the form."""

    desk: Desk
    clicks: int = 0
    drags: int = 0
    keys: int = 0
    decisions: int = 0
    moves: int = 0
    _is_on_mouse: bool = True

    def click(self, point: Point, shift: bool = False) -> None:
        self._count_click()
        self.keys += shift
        self.desk.click(point, shift)

    def drag(self, start: Point, end: Point) -> None:
        self._count_click()
        self.drags += 1
        self.desk.drag(start, end)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._count_keys(key.count("+") + 1)
            self.desk.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self._count_keys(len(text))
        self.desk.page.keyboard.type(text)

    def label(self, text: str) -> None:
        """The label has the focus once a box is drawn; Escape goes back to the page."""
        self.decisions += 1
        self.type(text)
        self.press("Escape")

    def pick(self, prop: str, value: str) -> None:
        """Open a list of the panel and choose from it."""
        self._count_click(2)
        self.desk.prop(prop).select_option(value)

    def fill(self, selector: str, text: str) -> None:
        """Click into an input, which selects what is in it, and type."""
        self._count_click()
        self._count_keys(len(text))
        self.desk.page.locator(selector).fill(text)

    @property
    def seconds(self) -> float:
        """By the keystroke-level model; a drag, which `clicks` counts as one, points twice."""
        return (
            self.keys * KEY_S
            + self.clicks * (POINT_S + 2 * BUTTON_S)
            + self.drags * POINT_S
            + self.moves * HOMING_S
            + self.decisions * MIND_S
        )

    def _count_click(self, count: int = 1) -> None:
        self.moves += not self._is_on_mouse
        self._is_on_mouse = True
        self.clicks += count

    def _count_keys(self, count: int) -> None:
        self.moves += self._is_on_mouse
        self._is_on_mouse = False
        self.keys += count


LINES = (
    ("Bathymetry", (690, 620), (1124, 690)),
    ("Latitude", (1430, 618), (1750, 690)),
    ("Longitude", (1894, 618), (2190, 690)),
)
TIMES = (("Start UTC", (772, 750), (1030, 828)), ("End UTC", (1334, 750), (1592, 828)))
COLUMNS = (
    ("Z", (245, 1130), (370, 1300)),
    ("Salinity", (470, 1130), (740, 1300)),
    ("Temperature", (792, 1130), (1180, 1300)),
    ("Turbidity FNU", (1658, 1130), (1908, 1300)),
    ("Fluorescence", (1960, 1130), (2360, 1300)),
)
CIRCLES = (
    ("Rosette", (397, 2568)),
    ("A20 pump for omics", (392, 2705)),
    ("A20 pump for decknet 5", (1227, 2711)),
    ("A40 pump for decknet 20", (389, 2850)),
    ("ASM", (1224, 2856)),
    ("Net 200", (389, 2990)),
    ("Net 680", (1221, 2995)),
    ("Bow pole", (386, 3132)),
    ("Mercury", (1221, 3135)),
)
ROW_PITCH_PX = 210
WANTED = Counter({"number": 18, "date": 3, "digits": 1, "choice": 4, "mark": 9})


def draw_by_hand(hand: Hand) -> None:
    """All fields with the drawing tools: boxes snap to the print, the table's row is repeated."""
    _draw_head(hand)
    _draw_table(hand)
    _draw_marks(hand)


def _draw_head(hand: Hand) -> None:
    hand.press("l")
    hand.drag((640, 412), (1195, 495))
    hand.label("Date")
    _make_date(hand, (900, 450), "YYYY MM DD")
    hand.press("c")
    hand.drag((1640, 410), (2005, 498))
    hand.label("Station")
    hand.click((1700, 450))
    hand.pick("kind", "digits")
    hand.fill("[data-prop=cells]", "3")
    hand.press("Escape")
    for name, start, end in LINES:
        hand.press("l")
        hand.drag(start, end)
        hand.label(name)
    for name, start, end in TIMES:
        hand.press("l")
        hand.drag(start, end)
        hand.label(name)
        _make_date(hand, (start[0] + 60, start[1] + 30), "HHMM")


def _make_date(hand: Hand, at: Point, pattern: str) -> None:
    hand.decisions += 1
    hand.click(at)
    hand.pick("kind", "date")
    hand.fill("[data-prop=format]", pattern)
    hand.press("Escape")


def _draw_table(hand: Hand) -> None:
    for name, start, end in COLUMNS:
        hand.press("l")
        hand.drag(start, end)
        hand.label(name)
    hand.press("o")
    hand.drag((1430, 1142), (1492, 1186))
    hand.click((1461, 1220))
    hand.click((1461, 1274))
    hand.press("Escape", "Escape")
    hand.fill("[data-prop=label]", "Turbidity")
    hand.press("Escape", "Escape")
    # The numbers above the table and of its first row become numbers together.
    hand.decisions += 1
    for i, (_, start, _) in enumerate((*LINES, *COLUMNS)):
        hand.click((start[0] + 40, start[1] + 40), shift=i > 0)
    hand.pick("kind", "number")
    # A frame around the first row selects it; it is repeated twice below.
    hand.decisions += 1
    hand.drag((230, 1115), (2372, 1320))
    hand.press("r")
    hand.type("3")
    hand.fill("[data-repeat-down]", str(ROW_PITCH_PX))
    hand.press("Enter")


def _draw_marks(hand: Hand) -> None:
    hand.press("Escape", "o")
    hand.drag((1392, 2396), (1464, 2470))
    hand.type("normal")
    hand.click((1892, 2434))
    hand.type("service")
    hand.press("Escape", "Escape")
    hand.fill("[data-prop=label]", "Site")
    hand.press("Escape", "Escape")
    for i, (name, (x, y)) in enumerate(CIRCLES):
        hand.press("m")
        if i == 0:
            hand.drag((x - 38, y - 38), (x + 38, y + 38))
        else:
            hand.click((x, y))
        hand.label(name)


@contextmanager
def served(folder: Path) -> Iterator[tuple[Application, str]]:
    """An application in `folder` and the address of its pages."""
    app = bootstrap(load_settings({}, data_dir=folder, database_url=f"sqlite:///{folder}/f.db"))
    migrations.upgrade(app.engine)
    server = waitress.create_server(create_app(app), host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{server.effective_port}"
    server.close()
    app.close()


def report(name: str, hand: Hand, fields: list[dict[str, object]], problems: object) -> None:
    kinds = Counter(str(each["kind"]) for each in fields)
    state = "ready to publish" if not problems else f"to settle: {problems}"
    print(
        f"{name}: {hand.clicks} clicks, {hand.keys} keys, {hand.seconds / 60:.1f} minutes by the "
        f"keystroke-level model; {len(fields)} fields, {state}"
    )
    if kinds != WANTED:
        print(f"  kinds differ: {dict(kinds)}, wanted {dict(WANTED)}")


def run(page: Page, app: Application, url: str, blank: Path, pictures: Path | None) -> None:
    version = templates.create_template(app, "Log sheet", blank.read_bytes(), blank.name)
    page.goto(f"{url}/templates/versions/{version.id}/edit")
    desk = Desk(page)
    page.wait_for_load_state("networkidle")
    # The page is 3,508 pixels high: fitted into the window, nothing needs to be scrolled.
    hand = Hand(desk)
    hand.press("0")
    draw_by_hand(hand)
    desk.wait_saved()
    if pictures:
        page.screenshot(path=str(pictures / "clicks-by-hand.png"))
    made = templates.get_version(app, version.id)
    report("by hand", hand, made.definition["fields"], made.problems)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    blank = options.shared / "data" / "forms" / "formhtr" / "logsheet_tara.pdf"
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (app, url),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        page = browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(8000)
        run(page, app, url, blank, options.pictures)
        browser.close()


if __name__ == "__main__":
    main()
