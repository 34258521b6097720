"""Drawing of training glyphs: strokes, rejects, mixtures, splits by writer."""

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.training.config import Mixture, TrainingConfig
from forms_app.training.datasets import load_training_data
from forms_app.training.mixture import batches, plan_epoch
from forms_app.training.scenes import make_drawer
from forms_app.training.sources import CAPPED_PROVIDER, unipen_validation_writers
from forms_app.training.strokes import draw_strokes
from forms_app.training.twins import twins_of
from tests.shared_data import shared_data_dir
from tests.training.small_data import make_small_data

SMALL = Mixture(
    emnist=40, mnist=0, unipen=30, chars74k=10, symbols=10, fonts=10, continental=8, rejects=28
)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = make_small_data(tmp_path_factory.mktemp("data"))
    return TrainingConfig(data=folder, batch_size=32, mixture=SMALL)


@pytest.fixture(scope="module")
def data(config):
    return load_training_data(config.data, config.characters, config.seed)


def test_a_folder_without_data(tmp_path):
    with pytest.raises(DatasetError, match="holds no training data"):
        load_training_data(tmp_path, "01", 1)


def test_damaged_data_name_their_file(tmp_path):
    (tmp_path / "emnist_train.npz").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DatasetError, match=r"emnist_train\.npz"):
        load_training_data(tmp_path, "01", 1)


def test_wider_pens_leave_more_ink():
    stroke = np.array([[10, 10], [50, 50]], np.float32)
    ink = []
    for width in (2.0, 5.0, 9.0):
        canvas = np.zeros((64, 64), np.uint8)
        draw_strokes([stroke], canvas, width)
        ink.append(int(canvas.sum()))
    assert ink == sorted(ink) and ink[0] < ink[1] < ink[2]


def test_pressure_and_dots_draw_something():
    canvas = np.zeros((64, 64), np.uint8)
    line = np.linspace([5, 5], [60, 40], 20).astype(np.float32)
    draw_strokes([line], canvas, 4.0, np.array([0.5, 1.0, 1.5], np.float32))
    draw_strokes([np.array([[30, 60]], np.float32)], canvas, 6.0)
    assert canvas[60, 30] == 255 and canvas[:45].any()


def test_every_source_draws_framed_glyphs(data):
    drawer = make_drawer(data, 3)
    for name, source in data.sources.items():
        for index in range(0, len(source), max(1, len(source) // 8)):
            glyph = drawer.sample(name, index)
            assert glyph.shape == (28, 28) and glyph.dtype == np.uint8
            assert glyph.max() > 100, name


def test_rejects_hold_ink(data):
    drawer = make_drawer(data, 4)
    drawn = np.stack([drawer.reject() for _ in range(60)])
    assert drawn.shape == (60, 28, 28)
    assert (drawn.reshape(60, -1).max(1) > 100).all()


def test_batches_repeat_with_the_seed_and_differ_between_epochs(data, config):
    first, again, other = (next(iter(batches(data, config, epoch))) for epoch in (0, 0, 1))
    np.testing.assert_array_equal(first.glyphs, again.glyphs)
    np.testing.assert_array_equal(first.allowed, again.allowed)
    assert (first.glyphs != other.glyphs).any()
    assert first.glyphs.shape == (32, 28, 28, 1)
    assert set(first.allowed.sum(1)) <= {1.0, 2.0}


def test_an_epoch_has_the_shares_of_its_mixture(data, config):
    plan = plan_epoch(data, config, np.random.default_rng(1))
    names = [name for name, _ in plan]
    assert {name: names.count(name) for name in set(names)} == {
        "emnist": 40, "unipen": 30, "chars74k": 10, "symbols": 10, "fonts": 10,
        "continental": 8, "rejects": 28,
    }  # fmt: skip


def test_an_error_while_drawing_reaches_the_caller(data, config):
    broken = Mixture(emnist=0, mnist=0, unipen=0, chars74k=0, symbols=0, fonts=0, rejects=64)
    odd = TrainingConfig(data=config.data, batch_size=32, mixture=broken, characters="0")
    nothing = type(data)({}, data.reject_marks, {})
    with pytest.raises(ValueError, match="high <= 0"):
        list(batches(nothing, odd, 0))


def test_validation_writers_are_not_trained_on():
    with np.load(shared_data_dir() / "unipen_train.npz") as data:
        writers, providers = data["writer"], data["provider"]
    held = unipen_validation_writers(writers, providers)
    assert 20 <= len(held) <= 35
    capped = set(writers[providers == CAPPED_PROVIDER].tolist())
    assert not held & capped
    assert 0.08 < np.isin(writers, list(held)).mean() < 0.2


def test_twins_are_found_in_another_frame():
    with np.load(shared_data_dir() / "emnist_byclass_test.npz") as data:
        keep = np.flatnonzero(data["labels"] == "5")[:40]
        images, labels = data["images"][keep], data["labels"][keep]
    moved = np.roll(images[:20], 2, axis=2)
    both = np.concatenate([moved, images[20:]])
    found = twins_of(both, labels, images[:20], labels[:20])
    assert found[:20].mean() > 0.9 and not found[20:].any()
