"""Print and writing in copies that lie on one another."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.templating.common_print import common_print, without_writing

COPIES = 8
FRAME = Box(200, 300, 600, 300)
CROSS = Box(900, 300, 110, 110)
TICK = Box(900, 700, 60, 60)


def stack() -> np.ndarray:
    """A printed frame and word; strokes that differ from copy to copy; a large cross on all but
    one; a tick on all, at the same place, with pens of two kinds."""
    sheets = []
    for number in range(COPIES):
        rng = np.random.default_rng(number)
        sheet = np.full((1754, 1240), 255, np.uint8)
        cv2.rectangle(sheet, (200, 300), (800, 600), 0, 3)
        for _ in range(12):
            start = rng.integers((220, 320), (760, 560))
            end = start + rng.integers(-60, 60, 2)
            cv2.line(sheet, start.tolist(), end.tolist(), 60, 4)
        for start in rng.integers((880, 280), (1020, 420), (6, 2)):
            cv2.line(sheet, start.tolist(), (start + 25).tolist(), 60, 4)
        if number:
            cv2.line(sheet, (900, 300), (1010, 410), 40, 5)
            cv2.line(sheet, (1010, 300), (900, 410), 40, 5)
        cv2.putText(sheet, "Name", (200, 900), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 0, 4)
        cv2.line(sheet, (905, 705), (955, 755), 20 if number % 2 else 75, 5)
        sheets.append(sheet)
    return np.stack(sheets)


def test_writing_goes_print_stays_and_doubts_are_told() -> None:
    copies = stack()
    blank, doubtful = without_writing(common_print(copies), copies)
    inside = blank[FRAME.expanded(-10).as_slices()]
    assert (inside < 150).mean() < 0.001 < 0.02 < (copies[0][FRAME.as_slices()] < 150).mean()
    assert (blank[298:303, 210:790].min(axis=0) < 100).all(), "the frame is whole"
    assert (blank[CROSS.as_slices()] < 150).mean() < 0.01, "one copy has no ink there"
    [place] = doubtful
    assert place.why == "shared" and TICK.contains(place.box)
    assert all(place.box.contains(scrap) for scrap in place.scraps)


def test_one_pixel_of_play_costs_no_print() -> None:
    sheet = np.full((1754, 1240), 255, np.uint8)
    cv2.putText(sheet, "Name", (100, 200), cv2.FONT_HERSHEY_SIMPLEX, 2.0, 0, 4)
    copies = np.stack([np.roll(sheet, shift, axis=1) for shift in (-1, 0, 1)])
    blank, doubtful = without_writing(common_print(copies), copies)
    core = cv2.erode((sheet == 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert (blank[core] < 100).mean() > 0.99 and doubtful == ()
