"""Official MNIST and EMNIST files: written here byte by byte, read back."""

import gzip
import struct

import numpy as np
import pytest

from forms_app.errors import DatasetError
from forms_app.training.idx_files import read_idx, read_idx_pair
from forms_app.training.mat_files import read_mat


def write_idx(path, values):
    """Writes unsigned bytes in the IDX format."""
    values = np.asarray(values, np.uint8)
    head = struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape)
    content = head + values.tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.fixture
def images():
    return np.random.default_rng(4).integers(0, 256, (5, 28, 28)).astype(np.uint8)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_mnist_pair(tmp_path, images, ending):
    path = write_idx(tmp_path / f"t10k-images-idx3-ubyte{ending}", images)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", [7, 2, 1, 0, 4])
    read, labels, case_told = read_idx_pair(path)
    np.testing.assert_array_equal(read, images)
    assert labels.tolist() == list("72104") and case_told.all()


def test_emnist_is_turned_upright(tmp_path, images):
    path = write_idx(tmp_path / "emnist-byclass-test-images-idx3-ubyte.gz", images)
    write_idx(tmp_path / "emnist-byclass-test-labels-idx1-ubyte.gz", [0, 9, 10, 36, 61])
    read, labels, case_told = read_idx_pair(path)
    np.testing.assert_array_equal(read, images.transpose(0, 2, 1))
    assert labels.tolist() == list("09Aaz") and case_told.all()


@pytest.mark.parametrize(
    ("split", "numbers", "expected"),
    [
        ("letters", [1, 2, 3, 25, 26], "ABCYZ"),
        ("balanced", [0, 10, 35, 36, 46], "0AZat"),
        ("bymerge", [0, 10, 35, 37, 45], "0AZbr"),
        ("digits", [0, 1, 2, 3, 9], "01239"),
    ],
)
def test_class_numbers_of_each_split(tmp_path, images, split, numbers, expected):
    path = write_idx(tmp_path / f"emnist-{split}-test-images-idx3-ubyte", images)
    write_idx(tmp_path / f"emnist-{split}-test-labels-idx1-ubyte", numbers)
    _, labels, case_told = read_idx_pair(path)
    assert "".join(labels) == expected
    assert case_told.all() == (split == "digits")
    assert case_told[labels == "Z"].tolist() in ([], [False]), "Z stands for z, too"


def test_faults_name_the_file_and_the_remedy(tmp_path, images):
    path = write_idx(tmp_path / "t10k-images-idx3-ubyte", images)
    with pytest.raises(DatasetError, match="labels file t10k-labels-idx1-ubyte is not beside it"):
        read_idx_pair(path)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", [1, 2])
    with pytest.raises(DatasetError, match="2 labels for 5 images"):
        read_idx_pair(path)
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", [1, 2, 3, 4, 77])
    with pytest.raises(DatasetError, match="keep the official file name"):
        read_idx_pair(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DatasetError, match="no readable IDX file"):
        read_idx(path)
    path.write_bytes(b"")
    with pytest.raises(DatasetError, match="t10k-images"):
        read_idx(path)


def test_emnist_mat(tmp_path, images):
    scipy_io = pytest.importorskip("scipy.io")
    flat = images.transpose(0, 2, 1).reshape(5, 784)
    part = {"images": flat, "labels": np.array([[0], [10], [35], [36], [61]], np.uint8)}
    names = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    mapping = np.array([[number, ord(name)] for number, name in enumerate(names)], np.uint8)
    path = tmp_path / "emnist-byclass.mat"
    scipy_io.savemat(path, {"dataset": {"test": part, "train": part, "mapping": mapping}})
    read, labels, case_told = read_mat(path)
    np.testing.assert_array_equal(read, images)
    assert labels.tolist() == list("0AZaz") and case_told.all()
    path.write_bytes(b"not matlab")
    with pytest.raises(DatasetError, match=r"no EMNIST \.mat file"):
        read_mat(path)
