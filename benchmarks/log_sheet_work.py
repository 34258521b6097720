"""A template of the log sheet `logsheet_tara.pdf` by hand: the digit and mark fields, 35 of them.

The sheet is filled in; points are where a person would aim, in pixels of the page at 300 dpi.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.editor_hand import Hand
from tests.browser.canvas import Point

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


def draw_log_sheet(hand: Hand) -> None:
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
