"""Laying by hand: four points lay a flat sheet, more of them a bent one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.hand_placement import PlacedPoint, lay_by_points
from forms_app.reading.registration import PageReference, prepare_reference
from forms_app.reading.types import GreyImage
from tests.reading.sheets import Handling, draw_blank, place_on_scan, scan_sheet

BLANK = draw_blank(7, 1754, 1240)
CREASED = Handling(angle_deg=3, scale=0.9, curl=360 / 3508, fill=0.8, background=60, seed=4)
SLIP_PX = 3
"""How far off a person puts a point, at 150 dpi."""


@pytest.fixture(scope="module")
def reference() -> PageReference:
    return prepare_reference(1, BLANK)


@pytest.fixture(scope="module")
def scan() -> GreyImage:
    """A photograph bent far more than the machine takes for a sheet of paper."""
    return scan_sheet(BLANK, CREASED)


def _points(scan: GreyImage, columns: int, rows: int, person: int) -> list[PlacedPoint]:
    """A grid of points as a person puts them; another person slips in other directions."""
    height, width = BLANK.shape
    xs, ys = np.linspace(100, width - 100, columns), np.linspace(100, height - 100, rows)
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    shares = place_on_scan(places, BLANK.shape, CREASED) / scan.shape[::-1]
    placed = places + np.random.default_rng(person).normal(0, SLIP_PX, places.shape)
    return [
        PlacedPoint((float(x), float(y)), (float(u), float(v)))
        for (x, y), (u, v) in zip(shares, placed, strict=True)
    ]


def _print_in_place(grey: GreyImage) -> float:
    """The share (0..1) of the blank's print that is dark on the laid page, within 2 px."""
    darkest = cv2.erode(grey, np.ones((5, 5), np.uint8))
    return float((darkest[BLANK < 100] < 140).mean())


def test_a_bent_sheet_is_laid_by_more_than_four_points(
    scan: GreyImage, reference: PageReference
) -> None:
    """Of eight people, 68 to 73 % of the print lay in place by twenty points, 21 to 62 by four."""

    def found(columns: int, rows: int, person: int) -> float:
        laid = lay_by_points(scan, reference, _points(scan, columns, rows, person))
        return _print_in_place(laid.aligned.grey)

    people = range(1, 3)
    by_four = np.array([found(2, 2, person) for person in people])
    by_many = np.array([found(4, 5, person) for person in people])
    assert by_many.min() > 0.65
    assert (by_many - by_four).min() > 0.05
    assert (by_many - by_four).mean() > 0.1


def test_far_from_print_that_was_found_the_points_count(reference: PageReference) -> None:
    """Nothing but paper was scanned: the page lies as the points say."""
    paper = np.full(BLANK.shape, 250, np.uint8)
    cv2.circle(paper, (620, 900), 12, 0, -1)
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (620 / 1240, 900 / 1754))
    points = [PlacedPoint(c, (c[0] * 1240, c[1] * 1754)) for c in corners[:4]]
    points.append(PlacedPoint(corners[4], (660, 900)))
    laid = lay_by_points(paper, reference, points)
    assert laid.doubt is not None
    rows, columns = np.nonzero(laid.aligned.grey < 128)
    assert columns.mean() == pytest.approx(655, abs=10)
    assert rows.mean() == pytest.approx(900, abs=10)
