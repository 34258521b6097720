"""Data sets by name: up to the network, and read back from a TensorFlow Datasets cache."""

from __future__ import annotations

import importlib.util
import string
from pathlib import Path

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.training import named_sets
from forms_app.training.evaluation_data import load_evaluation_set
from forms_app.training.idx_files import read_idx_pair, write_idx
from forms_app.training.named_sets import download_named, images_file, labels_file, read_named


def test_official_file_names():
    assert images_file("mnist", "test") == "t10k-images-idx3-ubyte"
    assert images_file("emnist/byclass", "train") == "emnist-byclass-train-images-idx3-ubyte"
    assert labels_file("t10k-images-idx3-ubyte") == "t10k-labels-idx1-ubyte"


def test_a_name_that_is_none_is_refused_with_the_known_ones():
    with pytest.raises(DatasetError, match="emnist/byclass"):
        read_named("emnist/runes", "test")
    with pytest.raises(DatasetError, match="or a name \\(mnist, emnist/byclass"):
        load_evaluation_set(Path("emnist/runes"))


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    find = importlib.util.find_spec
    absent = {"tensorflow_datasets"}
    monkeypatch.setattr(named_sets, "find_spec", lambda n: None if n in absent else find(n))
    with pytest.raises(DatasetError, match=r"pip install 'fieldhand\[train,datasets\]'") as caught:
        load_evaluation_set(Path("emnist/letters"))
    assert "emnist-letters-test-images-idx3-ubyte.gz" in str(caught.value)
    assert named_sets.EMNIST_URL in str(caught.value)


@pytest.mark.tf
@pytest.mark.parametrize("name", ["mnist", "emnist/byclass"])
def test_without_a_network_the_message_says_which_files_to_fetch(tmp_path, name):
    with pytest.raises(DatasetError, match="cannot be downloaded") as caught:
        read_named(name, "test", cache=tmp_path)
    assert images_file(name, "test") + ".gz" in str(caught.value)


def test_what_lies_in_the_folder_already_is_not_downloaded(tmp_path):
    images = np.arange(2 * 784, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28)
    for part, ending in (("train", ""), ("test", ".gz")):
        name = images_file("emnist/digits", part)
        write_idx(tmp_path / (name + ending), images)
        write_idx(tmp_path / (labels_file(name) + ending), np.array([3, 4], np.uint8))
    train, _ = download_named("emnist/digits", tmp_path)
    read, labels, known = read_idx_pair(train)
    np.testing.assert_array_equal(read, images.transpose(0, 2, 1))
    assert labels.tolist() == ["3", "4"] and known.all()


@pytest.mark.tf
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # TensorFlow Datasets' own, while it writes the cache
@pytest.mark.parametrize("name", ["mnist", "emnist/letters"])
def test_a_downloaded_set_is_read_from_its_cache_and_put_into_a_folder(tmp_path, name):
    images = np.random.default_rng(2).integers(0, 256, (26, 28, 28)).astype(np.uint8)
    numbers = (np.arange(26) % 10 if name == "mnist" else np.arange(1, 27)).astype(np.uint8)
    prepare(tmp_path / "cache", name, images, numbers)
    read, labels, known = read_named(name, "test", tmp_path / "cache")
    order = np.argsort(labels, kind="stable")
    if name == "mnist":
        assert sorted(labels) == sorted(str(n % 10) for n in range(26)) and known.all()
        assert {image.tobytes() for image in read} == {image.tobytes() for image in images}
    else:
        assert "".join(labels[order]) == string.ascii_uppercase and not known.any()
        np.testing.assert_array_equal(read[order], images.transpose(0, 2, 1))
    train, test = download_named(name, tmp_path / "idx", tmp_path / "cache")
    by_file = read_idx_pair(test)
    np.testing.assert_array_equal(by_file[0], read)
    assert by_file[1].tolist() == labels.tolist()
    assert len(read_idx_pair(train)[1]) == 26


def prepare(cache: Path, name: str, images: np.ndarray, numbers: np.ndarray) -> None:
    """Writes a cache as a download leaves it."""
    import tensorflow as tf
    import tensorflow_datasets as tfds

    real = tfds.builder(name, data_dir=cache)
    parts = tf.data.Dataset.from_tensor_slices(
        {"image": images[..., None], "label": numbers.astype(np.int64)}
    )
    tfds.dataset_builders.store_as_tfds_dataset(
        name=real.name,
        config=real.builder_config.name if real.builder_config else None,
        version=str(real.version),
        features=real.info.features,
        split_datasets={"train": parts, "test": parts},
        data_dir=cache,
    )
