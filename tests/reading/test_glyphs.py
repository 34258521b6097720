"""Framing: every pen, size and position must give the glyph that the network was taught."""

import cv2
import numpy as np
import pytest

from forms_app.reading.errors import ShapeError
from forms_app.reading.glyphs import (
    INNER_SIZE_PX,
    MIN_STROKE_PX,
    frame_glyph,
    stroke_width_px,
)
from tests.shared_data import shared_data_dir


def drawn_a(height_px: int, pen_px: int, margin_px: int = 20) -> np.ndarray:
    """A capital A in ink 255 on 0."""
    canvas = np.zeros((height_px + 2 * margin_px, height_px + 2 * margin_px), np.uint8)
    top, bottom = margin_px, margin_px + height_px
    left, right = margin_px, margin_px + int(height_px * 0.8)
    apex = ((left + right) // 2, top)
    for foot in ((left, bottom), (right, bottom)):
        cv2.line(canvas, apex, foot, 255, pen_px, cv2.LINE_AA)
    bar = top + int(height_px * 0.6)
    inset = int(height_px * 0.16)
    cv2.line(canvas, (left + inset, bar), (right - inset, bar), 255, pen_px, cv2.LINE_AA)
    return canvas


def ink_box(glyph: np.ndarray) -> tuple[int, int, int, int]:
    """x, y, width, height of the ink at half intensity."""
    return cv2.boundingRect((glyph >= 128).astype(np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (70, 58), (3000, 10)])
def test_empty_ink_gives_zeros(shape):
    assert not frame_glyph(np.zeros(shape, np.uint8)).any()


@pytest.mark.parametrize("height_px", [12, 22, 45, 180, 1200])
def test_long_side_and_centre_do_not_depend_on_size(height_px):
    glyph = frame_glyph(drawn_a(height_px, max(1, height_px // 10)))
    x, y, width, height = ink_box(glyph)
    assert glyph.shape == (28, 28) and glyph.dtype == np.uint8
    assert abs(max(width, height) - INNER_SIZE_PX) <= 2
    assert abs(x + width / 2 - 14) <= 1.5 and abs(y + height / 2 - 14) <= 1.5
    assert glyph.max() == 255


def test_aspect_is_kept():
    bar = np.zeros((200, 200), np.uint8)
    bar[20:180, 90:110] = 255
    _, _, width, height = ink_box(frame_glyph(bar))
    assert 20 <= height <= 24 and 2 <= width <= 4


def test_place_in_the_crop_does_not_matter():
    ink = drawn_a(45, 5)
    moved = np.zeros((300, 200), np.uint8)
    moved[150 : 150 + ink.shape[0], 70 : 70 + ink.shape[1]] = ink
    np.testing.assert_array_equal(frame_glyph(moved), frame_glyph(ink))


def test_hairline_at_300_dpi_is_thickened_and_marker_is_not_lost():
    thin = frame_glyph(drawn_a(120, 1))
    fat = frame_glyph(drawn_a(60, 14))
    assert stroke_width_px((thin >= 100).astype(np.uint8)) >= MIN_STROKE_PX - 0.6
    assert thin.max() == 255
    hole = fat[10:15, 12:16]
    assert hole.min() < 200, "the counter of a fat A must stay open"


def test_full_stop_stays_small():
    dot = np.zeros((60, 60), np.uint8)
    cv2.circle(dot, (30, 30), 4, 255, -1)
    _, _, width, height = ink_box(frame_glyph(dot))
    assert max(width, height) <= 14


def test_faint_pencil_is_brought_to_full_ink():
    faint = (drawn_a(45, 5) * 0.3).astype(np.uint8)
    glyph = frame_glyph(faint)
    assert glyph.max() == 255
    correlation = np.corrcoef(glyph.ravel(), frame_glyph(drawn_a(45, 5)).ravel())[0, 1]
    assert correlation > 0.97


def test_stroke_width_of_bars():
    for width in (1, 3, 5, 9):
        mask = np.zeros((100, 40), np.uint8)
        mask[2:98, 10 : 10 + width] = 1
        assert abs(stroke_width_px(mask) - width) <= 0.15 * width
    assert stroke_width_px(np.zeros((5, 5), np.uint8)) == 0.0


@pytest.mark.parametrize("wrong", [np.zeros((2, 2, 3), np.uint8), np.zeros((4, 4), np.float32)])
def test_wrong_arrays_are_refused(wrong):
    with pytest.raises(ShapeError, match="expected uint8"):
        frame_glyph(wrong)


def test_emnist_images_are_already_framed():
    with np.load(shared_data_dir() / "emnist_train.npz") as data:
        images = data["images"][:300]
    kept = [
        np.corrcoef(image.ravel(), frame_glyph(image).ravel())[0, 1]
        for image in images
        if image.any()
    ]
    assert np.median(kept) > 0.9
