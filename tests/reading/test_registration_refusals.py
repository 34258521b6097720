"""What is no page of the form, or only part of one, is refused with a reason."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from forms_app.reading.errors import (
    BlankPageError,
    ForeignPageError,
    PoorRegistrationError,
    ShapeError,
)
from forms_app.reading.refinement import fit_field
from forms_app.reading.registration import align_page, prepare_reference
from forms_app.reading.strain import least_agreement
from tests.reading.half_size_forms import HEIGHT, WIDTH, blank, reference
from tests.reading.sheets import Handling, scan_sheet, scribble, typical_handling


@pytest.mark.parametrize("seed", [2, 3, 4, 5, 6])
def test_a_page_of_another_form_is_refused(seed):
    page = scan_sheet(scribble(blank(seed), seed), typical_handling(seed))
    with pytest.raises(ForeignPageError, match="none of the form's pages") as raised:
        align_page(page, reference())
    assert "none of “Intake”'s pages" in raised.value.named("“Intake”").message


def test_another_edition_of_the_form_is_refused():
    """The lower half moved by a line, as when a question was added."""
    page = blank().copy()
    page[900:] = np.roll(page[900:], 60, axis=0)
    with pytest.raises((PoorRegistrationError, ForeignPageError)):
        align_page(scan_sheet(page, Handling(angle_deg=1)), reference())


@pytest.mark.parametrize(
    "page",
    [
        np.full((HEIGHT, WIDTH), 255, np.uint8),
        np.full((HEIGHT, WIDTH), 0, np.uint8),
        scan_sheet(np.full((HEIGHT, WIDTH), 250, np.uint8), Handling(noise=6, shading=0.3)),
    ],
)
def test_an_empty_page_is_called_blank(page):
    with pytest.raises(BlankPageError, match="blank"):
        align_page(page, reference())


def test_a_blank_page_with_dust_is_not_accepted():
    page = np.full((HEIGHT, WIDTH), 250, np.uint8)
    generator = np.random.default_rng(3)
    for x, y in generator.integers(20, 1200, (60, 2)):
        cv2.circle(page, (int(x), int(y)), int(generator.integers(1, 3)), 60, -1)
    with pytest.raises((BlankPageError, ForeignPageError)):
        align_page(page, reference())


def test_a_torn_half_is_refused():
    page = scan_sheet(blank(), Handling())
    page[800:] = 255
    with pytest.raises((ForeignPageError, PoorRegistrationError)):
        align_page(page, reference())


def test_colour_or_float_images_are_a_bug_of_the_caller():
    with pytest.raises(ShapeError, match="uint8"):
        align_page(np.zeros((50, 50, 3), np.uint8), reference())
    with pytest.raises(ShapeError):
        prepare_reference(1, np.zeros((50, 50)))


def test_a_displacement_that_no_paper_makes_is_noticed():
    """Half of the patches say: one comb cell further right."""
    xs, ys = np.meshgrid(np.arange(50, 1200, 40.0), np.arange(50, 1700, 40.0))
    points = np.column_stack([xs.ravel(), ys.ravel()])
    shape, trust = (HEIGHT, WIDTH), np.ones(len(points))
    bent = 8 * np.sin(points / 300)
    torn = np.where(points[:, 1:] > 900, 31.0, 0.0) * (1, 0)
    reach_px = (64.0, 64.0)
    smooth = fit_field(shape, points, bent, trust, reach_px=reach_px).field
    jumping = fit_field(shape, points, torn, trust, reach_px=reach_px).field
    assert np.abs(smooth.at(points) - bent).max() < 0.3
    agrees = [
        np.linalg.norm(field.at(points) - offsets, axis=1) < 1
        for field, offsets in ((smooth, bent), (jumping, torn))
    ]
    assert least_agreement(smooth, shape, points, agrees[0]) == 1
    assert least_agreement(jumping, shape, points, agrees[1]) < 0.3
