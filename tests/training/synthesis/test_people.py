"""The people of the benchmark: unseen, told apart, one hand a form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.training.synthesis.look import LookalikeHands, look_of
from forms_app.training.synthesis.pen_writer import Pen, PenWriter
from forms_app.training.synthesis.people import HandSet, People, unipen_people
from tests.training.small_data import FOR_PEOPLE, make_small_data

PEN = Pen(width=0.1, slant=0.0, stretch=1.0, shake=0.005)
CROSS = (np.array([[0, 0], [10, 10]], np.float32), np.array([[10, 0], [0, 10]], np.float32))
DASH = (np.array([[0, 5], [40, 5]], np.float32),)


def test_recorded_strokes_are_as_tall_as_a_capital_and_a_dash_lies_in_the_middle() -> None:
    writer, rng = PenWriter({"X": [CROSS], "-": [DASH]}, PEN), np.random.default_rng(1)
    patch = writer.draw("X", rng)
    assert patch.height == pytest.approx(1.1, abs=0.06)
    assert patch.top == pytest.approx(-0.05, abs=0.03)
    dash = writer.draw("-", rng)
    assert dash.alpha.shape[1] > 2 * dash.alpha.shape[0]
    assert 0.4 < dash.top + dash.height / 2 < 0.6
    assert not writer.can_write("Q")


def test_a_wider_pen_leaves_more_ink() -> None:
    thin = PenWriter({"X": [CROSS]}, PEN).draw("X", np.random.default_rng(1)).alpha
    wide = PenWriter({"X": [CROSS]}, Pen(0.18, 0, 1, 0.005)).draw("X", np.random.default_rng(1))
    assert (wide.alpha > 128).sum() > 1.4 * (thin > 128).sum()


def bars(slant: float, width: int) -> np.ndarray:
    image = np.zeros((28, 28), np.uint8)
    for y in range(4, 24):
        x = round(14 - slant * (y - 14))
        image[y, x - width // 2 : x + width - width // 2] = 255
    return image


def test_a_look_is_slant_and_stroke_width() -> None:
    upright, leaning, wide = look_of(bars(0, 3)), look_of(bars(0.4, 3)), look_of(bars(0, 7))
    assert upright[0] == pytest.approx(0, abs=0.02)
    assert leaning[0] == pytest.approx(0.4, abs=0.05)
    assert wide[1] > 1.5 * upright[1]


def test_a_hand_of_lookalikes_keeps_to_one_look() -> None:
    rng = np.random.default_rng(3)
    images = np.stack([bars(s, w) for s in (-0.3, 0.3) for w in (2, 3) for _ in range(6)])
    hands = LookalikeHands(images, np.array(["1"] * len(images)))
    writer = hands.pick(rng)
    slants = [look_of(images[row])[0] for row in writer.rows["1"]]
    assert np.sign(slants).min() == np.sign(slants).max()


def test_the_sets_have_no_writer_in_common_and_write_everything(tmp_path: Path) -> None:
    data = make_small_data(tmp_path, FOR_PEOPLE)
    writers = [set(unipen_people(data, which)) for which in HandSet]
    assert len(set.union(*writers)) == sum(map(len, writers))
    writer = People(data, HandSet.DEVELOPMENT).pick(np.random.default_rng(0))
    text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-/"
    assert all(writer.can_write(c) for c in text)
    assert not writer.can_write("\u0416")


def test_missing_handwriting_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="unipen_train"):
        People(tmp_path, HandSet.BENCH)
