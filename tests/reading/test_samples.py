"""Own handwriting on plain paper: found whatever the pen, the paper and the light."""

import cv2
import numpy as np
import pytest

from forms_app.reading.errors import ShapeError
from forms_app.reading.sample_ink import ink_of
from forms_app.reading.samples import find_characters


def paper(height: int, width: int, light: bool) -> np.ndarray:
    """Paper under uneven light with sensor noise; float grey levels."""
    rows, columns = np.mgrid[:height, :width]
    shade = (
        205 - 45 * rows / height - 25 * columns / width if not light else 35 + 30 * rows / height
    )
    return shade + np.random.default_rng(7).normal(0, 3, (height, width))


def written(strokes: list[tuple], shape: tuple[int, int], pen_px: int, light: bool) -> np.ndarray:
    """Draws lines ((x, y), (x, y)) with a pen on such paper."""
    ink = np.zeros(shape, np.uint8)
    for start, end in strokes:
        cv2.line(ink, start, end, 255, pen_px, cv2.LINE_AA)
    share = ink / 255.0
    grey = paper(*shape, light) * (1 - share) + (235 if light else 50) * share
    return np.clip(grey, 0, 255).astype(np.uint8)


TWO_LINES = [
    ((60, 40), (60, 120)), ((60, 120), (100, 120)),  # L
    ((160, 40), (160, 120)), ((140, 40), (180, 40)),  # T
    ((330, 70), (330, 120)), ((330, 45), (330, 47)),  # i with its dot, after a space
    ((60, 220), (110, 220)), ((60, 240), (110, 240)),  # =
    ((180, 190), (180, 270)),  # 1
]  # fmt: skip


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("pen_px", [3, 6, 10])
def test_lines_order_dots_and_bars(light, pen_px):
    found = find_characters(written(TWO_LINES, (320, 420), pen_px, light))
    assert [c.line for c in found] == [0, 0, 0, 1, 1]
    assert [c.space_before for c in found] == [False, False, True, False, False]
    lefts = [c.box_px[0] for c in found]
    assert lefts[:3] == sorted(lefts[:3]) and lefts[3:] == sorted(lefts[3:])
    dotted = found[2].box_px
    assert dotted[1] <= 46 and dotted[1] + dotted[3] >= 119, "the dot belongs to its i"
    assert all(c.glyph.shape == (28, 28) and c.glyph.max() == 255 for c in found)


def test_boxes_are_in_the_pixels_of_a_large_photograph():
    large = cv2.resize(written(TWO_LINES, (320, 420), 6, False), None, fx=8, fy=8)
    found = find_characters(large)
    assert len(found) == 5
    x, y, width, height = found[0].box_px
    assert abs(x - 57 * 8) < 40 and abs(y - 37 * 8) < 40
    assert abs(width - 46 * 8) < 60 and abs(height - 86 * 8) < 60


@pytest.mark.parametrize("light", [False, True])
def test_empty_paper_holds_nothing(light):
    blank = np.clip(paper(200, 300, light), 0, 255).astype(np.uint8)
    assert not ink_of(blank).any()
    assert find_characters(blank) == []


def test_tiny_images_and_one_pixel():
    glyph = written([((14, 4), (14, 24))], (28, 28), 3, False)
    assert len(find_characters(glyph)) == 1
    assert find_characters(np.zeros((1, 1), np.uint8)) == []


@pytest.mark.parametrize("shape", [(10, 10, 4), (10,), (0, 5)])
def test_other_arrays_are_refused(shape):
    with pytest.raises(ShapeError, match="expected uint8"):
        find_characters(np.zeros(shape, np.uint8))
