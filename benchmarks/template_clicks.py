"""How much work a template is: clicks and keys in the real editor, with and without Detect.

    python benchmarks/template_clicks.py [--shared DIR] [--pictures DIR]

Two forms, every field with its printed label and its kind: the digit and mark fields of a real log
sheet, filled in as it is (`logsheet_tara.pdf`, 35 fields: 7 above its table, 18 in it, a choice of
the site and 9 tick circles), and the shipped demo form, empty (20 fields).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("FIELDHAND_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT))

import waitress  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

import migrations  # noqa: E402
from benchmarks.editor_hand import Hand  # noqa: E402
from forms_app import demo  # noqa: E402
from forms_app.bootstrap import bootstrap  # noqa: E402
from forms_app.config import load_settings  # noqa: E402
from forms_app.services import templates  # noqa: E402
from forms_app.services.application import Application  # noqa: E402
from forms_app.web import create_app  # noqa: E402
from tests.browser.canvas import Desk, Point  # noqa: E402
from tests.browser.chromium import DESKTOP, launch  # noqa: E402

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
LOG_SHEET = Counter({"number": 18, "date": 3, "digits": 1, "choice": 4, "mark": 9})
# The demo form in reading order: label, kind, and a point inside its (first) printed box.
DEMO = (
    ("Surname", "letters", (300, 600)),
    ("Sex", "choice", (1400, 584)),
    ("Given name", "letters", (300, 770)),
    ("Date of birth", "date", (1300, 770)),
    ("Patient number", "digits", (300, 940)),
    ("Telephone", "digits", (900, 940)),
    ("District", "letters", (300, 1115)),
    ("House code", "text", (950, 1115)),
    ("Date of visit", "date", (300, 1385)),
    ("First visit", "mark", (780, 1368)),
    ("Vaccinated", "choice", (1000, 1368)),
    ("Pulse per minute", "digits", (400, 1558)),
    ("Weight in kg", "digits", (900, 1558)),
    ("Height in cm", "digits", (1400, 1558)),
    ("Symptoms", "choices", (194, 1718)),
    ("Next visit", "date", (300, 1875)),
    ("Drug code", "text", (850, 1875)),
    ("Nurse", "digits", (1300, 1875)),
    ("Remarks", "image", (1000, 2300)),
    ("Signature", "signature", (500, 2680)),
)
OPTIONS = {
    "Sex": (("F", (1400, 584)), ("M", (1545, 584)), ("X", (1700, 584))),
    "Vaccinated": (("yes", (1000, 1368)), ("no", (1178, 1368)), ("unknown", (1345, 1368))),
    "Symptoms": (
        ("fever", (194, 1718)),
        ("cough", (398, 1718)),
        ("headache", (625, 1718)),
        ("rash", (905, 1718)),
        ("pain", (1098, 1718)),
        ("fatigue", (1291, 1718)),
    ),
}
LINE_LABELS = {"Pulse per minute", "Weight in kg", "Height in cm"}
TOOLS = {"choice": "o", "choices": "o", "mark": "m", "image": "i", "signature": "s"}
DEMO_FORM = Counter(kind for _, kind, _ in DEMO)


def draw_log_sheet(hand: Hand) -> None:
    """All fields with the drawing tools: boxes snap to the print, the table's row is repeated."""
    _draw_head(hand)
    _draw_table(hand)
    _draw_marks(hand)


def draw_demo(hand: Hand) -> None:
    """One click into each printed comb or box, the label, then kinds for many at once."""
    for label, kind, at in DEMO:
        if label in OPTIONS:
            _draw_options(hand, label)
            continue
        hand.press("l" if label in LINE_LABELS else TOOLS.get(kind, "c"))
        hand.click(at)
        hand.label(label)
    _set_kinds(hand, ("letters", "date", "digits", "choices"))


def _draw_options(hand: Hand, label: str) -> None:
    hand.press("o")
    for value, at in OPTIONS[label]:
        hand.click(at)
        hand.type(value)
    hand.press("Escape", "Escape")
    hand.fill("[data-prop=label]", label)
    hand.press("Escape", "Escape")


def detect_demo(hand: Hand) -> None:
    """Detect, take all, then the labels one after the other; Enter goes to the next."""
    hand.click_button("Detect")
    hand.click_button("Accept all")
    hand.press("Escape")
    hand.click(DEMO[0][2])
    hand.press("Enter")
    for label, _, _ in DEMO:
        hand.decisions += 1
        hand.type(label)
        hand.press("Enter")
    hand.press("Escape")
    for label in OPTIONS:
        hand.click(OPTIONS[label][0][1])
        for i, (value, _) in enumerate(OPTIONS[label]):
            hand.fill(f".option-row:nth-child({i + 1}) [data-option-value]", value)
        hand.press("Escape", "Escape")
    _set_kinds(hand, ("letters", "date", "digits", "choices", "signature"))


def _set_kinds(hand: Hand, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        hand.decisions += 1
        places = [at for _, each, at in DEMO if each == kind]
        for i, at in enumerate(places):
            hand.click(at, shift=i > 0)
        hand.pick("kind", kind)
        hand.press("Escape", "Escape")


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
    ways = (
        Way("log sheet by hand", sheet, draw_log_sheet, LOG_SHEET),
        Way("demo form by hand", empty, draw_demo, DEMO_FORM),
        Way("demo form with Detect", empty, detect_demo, DEMO_FORM),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (app, url),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        page = browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(30_000)
        for way in ways:
            run(page, app, url, way, options.pictures)
        browser.close()


if __name__ == "__main__":
    main()
