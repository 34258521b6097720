"""Blanks of unknown resolution, sized by the letters printed on them."""

from __future__ import annotations

import cv2
import numpy as np

from forms_app.reading.types import GreyImage
from forms_app.templating.blank_ink import prepare_blank
from forms_app.templating.print_scale import prepare_by_print


def _page(capital_px: int, words: str = "ANSWER HERE 2047") -> GreyImage:
    """A page as large as A4 at 100 dpi with capitals of this height, and the width of a stroke."""
    page = np.full((1169, 827), 255, np.uint8)
    scale = capital_px / 21  # cv2's plain capitals are 21 pixels high at scale 1.
    for y in range(100, 1100, 2 * capital_px):
        cv2.putText(page, words, (60, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 0, 2)
    return page


def test_letters_as_on_a_poster_make_a_page_a_part_of_one() -> None:
    page = _page(24)
    assert prepare_by_print(page, None).size[0] < 0.6 * prepare_blank(page, None).size[0]


def test_usual_letters_few_letters_and_a_known_resolution_leave_a_page_as_large_as_it_is() -> None:
    for page, dpi in ((_page(7), None), (_page(24, ""), None), (_page(24), 100)):
        assert prepare_by_print(page, dpi).size == prepare_blank(page, dpi).size
