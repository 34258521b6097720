"""Coloured print goes, ink of another colour stays; where that is not safe, nothing changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from forms_app.reading.alignment import align_onto_template
from forms_app.reading.drop_out import TRACE, without_print
from forms_app.reading.paper import FLOOR, darkness
from forms_app.reading.registration import prepare_reference
from forms_app.reading.types import GreyImage, SourcePage
from tests.reading.coloured_forms import (
    BLACK,
    BLACK_PEN,
    BLUE,
    BLUE_PEN,
    GREEN,
    LIGHT_RED,
    ORANGE,
    PENCIL,
    RED,
    RED_PEN,
    Colour,
    ColourImage,
    filled,
    form,
    grey_of,
    printed_in,
    scanned,
    strokes,
    written,
)


def read_image(page: SourcePage, print_colour: Colour) -> GreyImage | None:
    """The page, which lies as its template does, without its print."""
    assert page.chroma is not None
    return without_print(page.grey, page.chroma, grey_of(printed_in(print_colour)), form()[1])


def near(mask: NDArray[np.bool_], reach_px: int) -> NDArray[np.bool_]:
    side = 2 * reach_px + 1
    return np.asarray(cv2.dilate(mask.view(np.uint8), np.ones((side, side), np.uint8))) > 0


def places() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where there is print without ink, and ink without print."""
    printed = form()[0] < 128
    inked = strokes(form()[1])
    return printed & ~near(inked > 0, 4), (inked == 255) & ~near(form()[0] < 255, 3)


def lit_from(page: ColourImage, left: Colour, right: Colour) -> ColourImage:
    """A photograph under light of one colour on the left and another on the right."""
    across = np.linspace(0, 1, page.shape[1])[None, :, None]
    light = (np.array(left) * (1 - across) + np.array(right) * across) / 255
    return np.asarray(np.round(page * light), np.uint8)


@pytest.mark.parametrize(
    ("print_colour", "pen"),
    [
        (RED, BLUE_PEN),
        (LIGHT_RED, PENCIL),
        (ORANGE, BLACK_PEN),
        (GREEN, BLACK_PEN),
        (GREEN, BLUE_PEN),
        (BLUE, BLACK_PEN),
        (BLUE, RED_PEN),
    ],
)
def test_coloured_print_goes_and_ink_stays(print_colour: Colour, pen: Colour):
    page = scanned(filled(print_colour, pen))
    dropped = read_image(page, print_colour)
    assert dropped is not None
    print_only, ink_only = places()
    before, after = darkness(page.grey), darkness(dropped)
    assert (before[print_only] > FLOOR).mean() > 0.9
    assert (after[print_only] > FLOOR).mean() < 0.02
    assert np.median(after[ink_only] / before[ink_only]) > 0.98
    assert (after[ink_only] > 0.85 * before[ink_only]).mean() > 0.98


def test_ink_that_crosses_print_is_not_cut():
    page = scanned(filled(RED, BLUE_PEN))
    dropped = read_image(page, RED)
    assert dropped is not None
    crossing = (strokes(form()[1]) == 255) & (form()[0] < 128)
    assert (darkness(dropped)[crossing] > 100).mean() > 0.97


def test_people_still_see_a_trace_of_the_print():
    dropped = read_image(scanned(filled(RED, BLUE_PEN)), RED)
    assert dropped is not None
    print_only, _ = places()
    assert 0.5 * TRACE < np.median(darkness(dropped)[print_only]) < 1.5 * TRACE


def test_a_navy_pen_stays_on_light_blue_print():
    page = scanned(filled((150, 215, 250), BLUE_PEN))
    dropped = read_image(page, (150, 215, 250))
    assert dropped is not None
    _, ink_only = places()
    assert np.median(darkness(dropped)[ink_only] / darkness(page.grey)[ink_only]) > 0.98


@pytest.mark.parametrize("quality", [60, 90])
def test_print_and_ink_of_one_hue_are_read_in_grey(quality: int):
    assert read_image(scanned(filled(RED, RED_PEN), quality), RED) is None


def test_one_field_in_the_colour_of_the_print_keeps_the_page_grey():
    fields = form()[1]
    in_blue = written(printed_in(RED), fields[1:], BLUE_PEN)
    assert read_image(scanned(in_blue), RED) is not None
    assert read_image(scanned(written(in_blue, fields[:1], RED_PEN)), RED) is None


def test_black_print_is_read_in_grey():
    assert read_image(scanned(filled(BLACK, BLUE_PEN)), BLACK) is None


@pytest.mark.parametrize(
    "right", [(255, 236, 190), (215, 235, 255)], ids=["warm light", "lamp and window"]
)
@pytest.mark.parametrize("pen", [BLACK_PEN, BLUE_PEN])
def test_coloured_light_does_not_colour_black_print(pen: Colour, right: Colour):
    photo = scanned(lit_from(filled(BLACK, pen), (255, 236, 190), right))
    chroma = photo.chroma
    if chroma is None:
        chroma = np.full((photo.grey.shape[0] // 2, photo.grey.shape[1] // 2, 2), 128, np.uint8)
    assert without_print(photo.grey, chroma, form()[0], form()[1]) is None


def test_red_print_goes_under_a_warm_light_too():
    page = scanned(lit_from(filled(RED, BLACK_PEN), (255, 236, 190), (215, 235, 255)))
    dropped = read_image(page, RED)
    assert dropped is not None
    print_only, ink_only = places()
    before, after = darkness(page.grey), darkness(dropped)
    assert (after[print_only] > FLOOR).mean() < 0.05
    assert np.median(after[ink_only] / before[ink_only]) > 0.95


def test_an_empty_form_loses_its_print():
    page = scanned(printed_in(GREEN))
    dropped = read_image(page, GREEN)
    assert dropped is not None
    assert (darkness(dropped) > FLOOR).mean() < 0.001


def test_a_page_without_fields_is_read_in_grey():
    page = scanned(filled(RED, BLUE_PEN))
    assert page.chroma is not None
    assert without_print(page.grey, page.chroma, grey_of(printed_in(RED)), ()) is None


def turned(picture: ColourImage, angle_deg: float = 1.3) -> ColourImage:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 0.97)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderValue=(255,) * 3))


def test_a_page_is_laid_alike_and_read_without_its_print():
    reference = prepare_reference(1, grey_of(printed_in(RED)))
    page = scanned(turned(filled(RED, BLUE_PEN)))
    in_grey = align_onto_template(page.grey, [reference], form()[1])
    in_colour = align_onto_template(page.grey, [reference], form()[1], page.chroma)
    assert np.array_equal(in_grey.homography, in_colour.homography)
    assert in_grey.field_residuals_px == in_colour.field_residuals_px
    print_only, ink_only = places()
    before, after = darkness(in_grey.grey), darkness(in_colour.grey)
    assert (before[print_only] > FLOOR).mean() > 0.9
    assert (after[print_only] > FLOOR).mean() < 0.03
    assert np.median(after[ink_only] / before[ink_only]) > 0.98


def test_a_black_form_with_a_blue_pen_is_laid_and_read_as_before():
    reference = prepare_reference(1, form()[0])
    page = scanned(turned(filled(BLACK, BLUE_PEN)))
    assert page.chroma is not None
    in_grey = align_onto_template(page.grey, [reference], form()[1])
    in_colour = align_onto_template(page.grey, [reference], form()[1], page.chroma)
    assert np.array_equal(in_grey.grey, in_colour.grey)
