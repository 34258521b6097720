"""Tick boxes that hold ink, or lack their frame, beside others of their size."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.geometry import Box
from forms_app.reading.types import GreyImage
from forms_app.templating.blank_doubts import Doubt, Why
from forms_app.templating.box_doubts import with_box_doubts
from forms_app.templating.box_ink import inked_boxes, inside_share, is_marked, unframed_boxes

BOXES = [Box(200 + 150 * i, 500, 36, 36) for i in range(5)]


def sheet(ticked: int | None = None, unframed: int | None = None) -> GreyImage:
    page = np.full((1754, 1240), 252, np.uint8)
    cv2.putText(page, "Symptoms", (200, 440), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    for i, box in enumerate(BOXES):
        x, y, right, bottom = (int(v) for v in (box.x, box.y, box.right, box.bottom))
        if i != unframed:
            cv2.rectangle(page, (x, y), (right, bottom), 0, 2)
        if i == ticked:
            cv2.line(page, (x + 8, y + 8), (right - 8, bottom - 8), 40, 4)
    return page


def ink_of(page: GreyImage) -> np.ndarray:
    return page < 128


def test_a_box_with_ink_is_told_by_those_without() -> None:
    assert inked_boxes(BOXES, ink_of(sheet())) == []
    assert inked_boxes(BOXES, ink_of(sheet(ticked=2))) == [BOXES[2]]
    assert inked_boxes(BOXES[2:4], ink_of(sheet(ticked=2))) == [], "one other tells too little"
    assert inside_share(BOXES[0], ink_of(sheet())) == 0


def test_letters_in_all_boxes_are_no_marks() -> None:
    assert not is_marked(0.3, [0.12, 0.2, 0.25])
    assert is_marked(0.9, [0.12, 0.2, 0.25])
    assert is_marked(0.06, [0.0, 0.0, 0.3])


def test_a_lost_frame_is_told_by_those_that_have_theirs() -> None:
    assert unframed_boxes(BOXES, ink_of(sheet())) == []
    assert unframed_boxes(BOXES, ink_of(sheet(unframed=3))) == [BOXES[3]]


def test_doubts_of_boxes_join_those_of_ink() -> None:
    blank = sheet(ticked=1, unframed=3)
    scrap = Box(BOXES[1].x + 10, 510, 8, 8)
    within = Doubt(scrap, Why.SHARED, (scrap,))
    apart = Doubt(Box(900, 900, 20, 20), Why.SHARED, (Box(900, 900, 20, 20),))
    found = with_box_doubts([apart, within], blank, [sheet(), sheet()])
    assert [doubt.why for doubt in found] == ["inked", "frame", "shared"]
    inked, frame, _ = found
    assert inked.box.overlap(BOXES[1]) > 0.8 * BOXES[1].area and scrap in inked.scraps
    assert inked.box.expanded(-2).contains(inked.scraps[0]), "its frame is not erased"
    assert frame.box.overlap(BOXES[3]) > 0.8 * BOXES[3].area and frame.scraps == ()
