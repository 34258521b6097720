"""The shortlist: a page finds its blank among many, whichever way up, and the rest is hopeless."""

from __future__ import annotations

import numpy as np
import pytest

from forms_app.reading.features import Features, view_page
from forms_app.reading.identification import likeliest
from forms_app.reading.shortlists import first_look, second_look
from forms_app.reading.template_index import TemplateIndex, build_index
from tests.reading.sheets import draw_blank, scan_sheet, scribble, typical_handling

SEEDS = range(40, 52)


@pytest.fixture(scope="module")
def blanks() -> list[Features]:
    return [view_page(draw_blank(seed, 1169, 826)).features for seed in SEEDS]


@pytest.fixture(scope="module")
def index(blanks: list[Features]) -> TemplateIndex:
    return build_index(blanks)


@pytest.mark.parametrize("turns", range(4))
def test_a_filled_page_leads_the_shortlist(
    index: TemplateIndex, blanks: list[Features], turns: int
) -> None:
    place = 3 * turns
    sheet = scribble(draw_blank(SEEDS[place], 1754, 1240), seed=turns)
    scan = np.ascontiguousarray(np.rot90(scan_sheet(sheet, typical_handling(turns)), turns))
    features = view_page(scan).features
    near = index.nearest(features)
    assert len(near) == 5 and near[0] == place
    assert likeliest(features, [blanks[other] for other in near]) == [0]


def test_a_second_look_leaves_out_what_was_tried(
    index: TemplateIndex, blanks: list[Features]
) -> None:
    sheet = scribble(draw_blank(SEEDS[4], 1754, 1240), seed=1)
    features = view_page(scan_sheet(sheet, typical_handling(1))).features
    known = blanks.__getitem__
    assert second_look(index, known, features, tried=[0, 1, 2])[0] == 4
    tried = first_look(index, known, features)
    assert tried == [4]
    assert 4 not in second_look(index, known, features, tried)
    assert second_look(index, known, features, range(len(blanks))) == []


def test_nothing_is_found_in_nothing(blanks: list[Features], index: TemplateIndex) -> None:
    empty = Features(np.empty((0, 2)), np.empty((0, 61), np.uint8))
    assert index.nearest(empty) == [0, 1, 2, 3, 4]
    assert likeliest(empty, [*blanks[:2], empty]) == [0, 1, 2]
    assert build_index([]).nearest(blanks[0]) == []
    assert build_index([empty]).nearest(blanks[0]) == [0]
