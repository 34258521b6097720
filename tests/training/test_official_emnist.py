"""Official EMNIST training files, IDX and MATLAB, teach and measure the same."""

from __future__ import annotations

import string

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.training.datasets import load_training_data
from forms_app.training.evaluation_data import load_evaluation_set
from forms_app.training.idx_files import write_idx
from forms_app.training.official_emnist import official_training_files

CHARACTERS = string.digits + string.ascii_letters


def letters(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(N, 28, 28) images as EMNIST leaves them and their class numbers 1..26."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return images, (np.arange(count) % 26 + 1).astype(np.uint8)


def write_mat(path):
    scipy_io = pytest.importorskip("scipy.io")
    parts = {}
    for seed, (name, count) in enumerate((("train", 104), ("test", 52))):
        images, numbers = letters(count, seed)
        parts[name] = {"images": images.reshape(count, 784), "labels": numbers[:, None]}
    mapping = np.array([[n, 64 + n, 96 + n] for n in range(1, 27)], np.uint8)
    scipy_io.savemat(path, {"dataset": {**parts, "mapping": mapping}})


def test_mat_and_idx_give_the_same_training_data(tmp_path):
    mat, idx = tmp_path / "mat", tmp_path / "idx"
    mat.mkdir()
    idx.mkdir()
    write_mat(mat / "emnist-letters.mat")
    images, numbers = letters(104, 0)
    write_idx(idx / "emnist-letters-train-images-idx3-ubyte.gz", images)
    write_idx(idx / "emnist-letters-train-labels-idx1-ubyte.gz", numbers)
    one, other = (load_training_data(folder, CHARACTERS, 3) for folder in (mat, idx))
    first, second = one.sources["emnist"], other.sources["emnist"]
    np.testing.assert_array_equal(first.bitmaps, second.bitmaps)
    np.testing.assert_array_equal(first.classes, second.classes)
    assert len(first) == 94 and len(one.holdouts["emnist"].labels) == 10
    assert (first.both_cases_p == 1).all(), "the letters split does not tell the case"
    upright = {image.tobytes() for image in images.transpose(0, 2, 1)}
    assert all(image.tobytes() in upright for image in first.bitmaps)


def test_mat_is_measured_on_its_test_part(tmp_path):
    write_mat(tmp_path / "emnist-letters.mat")
    by_file = load_evaluation_set(tmp_path / "emnist-letters.mat")
    by_folder = load_evaluation_set(tmp_path)
    images, _ = letters(52, 1)
    np.testing.assert_array_equal(by_file.images, images.transpose(0, 2, 1))
    np.testing.assert_array_equal(by_folder.images, by_file.images)
    assert by_file.labels[:3].tolist() == ["A", "B", "C"] and not by_file.case_known.any()


def test_a_split_in_both_formats_counts_once(tmp_path):
    for name in ("emnist-letters.mat", "emnist-digits.mat"):
        (tmp_path / name).write_bytes(b"")
    name = "emnist-letters-train-images-idx3-ubyte.gz"
    (tmp_path / name).write_bytes(b"")
    assert [p.name for p in official_training_files(tmp_path)] == [name, "emnist-digits.mat"]


def test_a_damaged_mat_is_named(tmp_path):
    (tmp_path / "emnist-digits.mat").write_bytes(b"not matlab")
    with pytest.raises(DatasetError, match=r"emnist-digits\.mat: no EMNIST \.mat file"):
        load_training_data(tmp_path, CHARACTERS, 3)
