"""Which template page a scan is: right among look-alikes, refused when it is none of them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.errors import BlankPageError, ForeignPageError, PageError
from forms_app.reading.identification import identify_page
from forms_app.reading.registration import PageReference, prepare_reference
from tests.reading.sheets import draw_blank, scan_sheet, scribble, typical_handling

HEIGHT, WIDTH = 1754, 1240


@cache
def pages() -> tuple[np.ndarray, ...]:
    """Three pages that share their header and their upper third."""
    first, second, third = (draw_blank(seed, HEIGHT, WIDTH) for seed in (11, 12, 13))
    second[:600], third[:600] = first[:600], first[:600]
    return first, second, third


@cache
def references() -> tuple[PageReference, ...]:
    return tuple(prepare_reference(i + 1, page) for i, page in enumerate(pages()))


@pytest.mark.parametrize(("number", "turns"), [(1, 0), (1, 2), (2, 1), (2, 2), (3, 3), (3, 0)])
def test_each_page_is_told_from_its_look_alikes(number, turns):
    filled = scribble(pages()[number - 1], number)
    scan = scan_sheet(filled, typical_handling(number * 4 + turns, curl=6 / HEIGHT))
    found = identify_page(np.ascontiguousarray(np.rot90(scan, -turns)), references())
    assert (found.template_page, found.quarter_turns) == (number, turns)
    assert found.score > 0.7


def test_aligning_names_the_page_found():
    scan = scan_sheet(pages()[1], typical_handling(3, curl=6 / HEIGHT))
    aligned = align_onto_template(scan, references())
    assert aligned.template_page == 2


def test_a_page_that_shares_only_the_header_is_refused():
    other = draw_blank(14, HEIGHT, WIDTH)
    other[:400] = pages()[0][:400]
    with pytest.raises(PageError):
        align_onto_template(scan_sheet(other, typical_handling(5, curl=0)), references())


def test_nothing_matches_without_references():
    with pytest.raises(ForeignPageError):
        identify_page(pages()[0], ())


def test_a_blank_page_is_none_of_them():
    with pytest.raises(BlankPageError):
        identify_page(np.full((HEIGHT, WIDTH), 240, np.uint8), references())


def test_a_template_page_without_print_is_named():
    bare = np.full((HEIGHT, WIDTH), 255, np.uint8)
    with pytest.raises(ForeignPageError, match="page 1 has too little print"):
        identify_page(pages()[0], [prepare_reference(1, bare)])
