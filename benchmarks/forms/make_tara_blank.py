"""Paint the log sheet of Fondation Tara Océan empty, to have a blank for its template.

    python -m benchmarks.forms.make_tara_blank FILLED.pdf FOLDER

Writes `tara_blank.png` and `tara.json` (which names it) into FOLDER. The sheet comes from
grp-bork/formHTR (MIT) and is filled in by hand; no blank of it exists. Handwriting inside boxes is
painted over with the paper of that place; circles and brackets that are ticked are replaced by an
empty one of the same page. Neither file is committed beside the sheet: it is not ours.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from forms_app.reading.intake import open_page

Image = NDArray[np.uint8]
Area = tuple[int, int, int, int]

TEMPLATE = Path(__file__).with_name("tara.json")
# Insides of boxes and table cells that are written in: x, y, width, height at 300 dpi.
WRITTEN: tuple[Area, ...] = (
    (633, 405, 189, 97),
    (829, 405, 170, 98),
    (1006, 405, 197, 97),
    (1638, 404, 368, 96),
    (682, 618, 446, 77),
    (1425, 618, 329, 77),
    (1890, 618, 305, 77),
    (1330, 748, 131, 83),
    (1467, 748, 131, 83),
    (1915, 747, 428, 83),
    (455, 1110, 300, 205),
    (775, 1110, 420, 205),
    (1642, 1110, 282, 227),
    (1945, 1110, 420, 205),
    (100, 1865, 2280, 515),
)
# The END UTC boxes, painted empty above, stand in for the START UTC boxes that the pen crossed.
END_BOXES: Area = (1312, 732, 302, 116)
START_BOXES_AT = (751, 735)
EMPTY_CIRCLE: Area = (1856, 2402, 76, 76)
# Ticked circles (centres) and how far the ticks reach from them: left, up, right, down.
TICKED_AT = (
    (1421, 2436),
    (388, 2574),
    (387, 2702),
    (387, 2853),
    (388, 2992),
    (386, 3130),
    (1225, 2708),
    (1224, 2858),
    (1223, 3000),
    (1221, 3135),
)
TICK_REACH = (58, 74, 56, 48)
EMPTY_BRACKETS: Area = (1436, 1194, 50, 50)
FILLED_BRACKETS_AT = (1436, 1247)
SEARCH_PX = 14


def main() -> None:
    parser = argparse.ArgumentParser(description="Paint the Tara log sheet empty.")
    parser.add_argument("filled", type=Path, help="logsheet_tara.pdf")
    parser.add_argument("folder", type=Path, help="where tara_blank.png and tara.json go")
    options = parser.parse_args()
    make_blank(options.filled, options.folder)


def make_blank(filled: Path, folder: Path) -> Path:
    """Write the blank and its template; returns the template's path."""
    page = open_page(filled.read_bytes(), filled.name, 1).grey.copy()
    circle = _cut(page, EMPTY_CIRCLE)
    places = [_find(page, circle, centre) for centre in TICKED_AT]
    for area in WRITTEN:
        _paint(page, area)
    for centre, place in zip(TICKED_AT, places, strict=True):
        left, up, right, down = TICK_REACH
        _paint(page, (centre[0] - left, centre[1] - up, left + right, up + down))
        _place(page, circle, place)
    _place(page, _cut(page, END_BOXES), START_BOXES_AT)
    _place(page, _cut(page, EMPTY_BRACKETS), FILLED_BRACKETS_AT)
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / "tara_blank.png"), page)
    return Path(shutil.copy(TEMPLATE, folder / TEMPLATE.name))


def _cut(page: Image, area: Area) -> Image:
    x, y, width, height = area
    return page[y : y + height, x : x + width].copy()


def _paint(page: Image, area: Area) -> None:
    """Cover an area with its own paper: the grey most of its lighter pixels have."""
    x, y, width, height = area
    part = page[y : y + height, x : x + width]
    part[:] = np.uint8(np.median(part[part > 200]))


def _find(page: Image, pattern: Image, centre: tuple[int, int]) -> tuple[int, int]:
    """Top left corner of the best match of a pattern around a centre."""
    height, width = pattern.shape
    x, y = centre[0] - width // 2 - SEARCH_PX, centre[1] - height // 2 - SEARCH_PX
    window = page[y : y + height + 2 * SEARCH_PX, x : x + width + 2 * SEARCH_PX]
    score = cv2.matchTemplate(window, pattern, cv2.TM_CCOEFF_NORMED)
    dx, dy = cv2.minMaxLoc(score)[3]
    return x + dx, y + dy


def _place(page: Image, pattern: Image, at: tuple[int, int]) -> None:
    x, y = at
    page[y : y + pattern.shape[0], x : x + pattern.shape[1]] = pattern


if __name__ == "__main__":
    main()
