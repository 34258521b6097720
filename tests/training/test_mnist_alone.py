"""MNIST by its own protocol: all of its training part, nothing else, measured on its test part."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from forms_app.reading.classifier import load_classifier
from forms_app.training.config import TrainingConfig, load_config
from forms_app.training.datasets import load_training_data
from forms_app.training.export import export_model
from forms_app.training.idx_files import write_idx
from forms_app.training.mixture import plan_epoch
from forms_app.training.train import train
from tests.shared_data import shared_data_dir

CONFIG = Path(__file__).resolve().parents[2] / "benchmarks" / "mnist.toml"


@pytest.fixture(scope="module")
def digits() -> dict[str, np.ndarray]:
    """A part of MNIST as it is packed."""
    with np.load(shared_data_dir() / "mnist.npz") as data:
        counts = {"train": 1_200, "test": 200}
        return {
            f"{part}_{kind}": data[f"{part}_{kind}"][:count]
            for part, count in counts.items()
            for kind in ("images", "labels")
        }


def packed(folder: Path, digits: dict[str, np.ndarray]) -> Path:
    folder.mkdir()
    np.savez(folder / "mnist.npz", **digits)
    return folder


def official(folder: Path, digits: dict[str, np.ndarray]) -> Path:
    folder.mkdir()
    for part, stem in (("train", "train"), ("test", "t10k")):
        write_idx(folder / f"{stem}-images-idx3-ubyte.gz", digits[f"{part}_images"])
        numbers = digits[f"{part}_labels"].astype(np.uint8)
        write_idx(folder / f"{stem}-labels-idx1-ubyte.gz", numbers)
    return folder


def test_packed_and_official_files_teach_the_same_and_keep_a_part_for_validation(tmp_path, digits):
    config = load_config(CONFIG)
    folders = packed(tmp_path / "npz", digits), official(tmp_path / "idx", digits)
    one, other = (load_training_data(f, config.characters, config.seed) for f in folders)
    np.testing.assert_array_equal(one.sources["mnist"].bitmaps, other.sources["mnist"].bitmaps)
    np.testing.assert_array_equal(one.holdouts["mnist"].labels, other.holdouts["mnist"].labels)
    assert len(one.sources["mnist"]) == 1_100 and len(one.holdouts["mnist"].labels) == 100
    taught = {image.tobytes() for image in one.sources["mnist"].bitmaps}
    assert not taught & {image.tobytes() for image in one.holdouts["mnist"].images}


def test_one_epoch_of_the_configuration_draws_mnist_and_rejects_only(tmp_path, digits):
    config = load_config(CONFIG)
    folder = packed(tmp_path / "npz", digits)
    data = load_training_data(folder, config.characters, config.seed)
    plan = plan_epoch(data, config, np.random.default_rng(1))
    assert {name for name, _ in plan} == {"mnist", "rejects"}
    assert len(plan) == config.mixture.total


@pytest.mark.parametrize("test_set", ["emnist_byclass_test.npz", "emnist_train.npz"])
def test_beside_emnist_its_own_protocol_does_not_hold(tmp_path, digits, test_set):
    folder = packed(tmp_path / "npz", digits)
    with np.load(shared_data_dir() / test_set) as data:
        np.savez(folder / test_set, **{name: data[name][:300] for name in data.files})
    found = load_training_data(folder, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)
    assert "mnist" in found.sources and "mnist" not in found.holdouts


@pytest.mark.tf
@pytest.mark.slow
# Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_few_steps_export_a_model_measured_on_the_test_part(tmp_path, digits):
    folder = official(tmp_path / "idx", digits)
    config: TrainingConfig = dataclasses.replace(
        load_config(CONFIG, data=folder, out=tmp_path / "run"),
        epochs=1, batch_size=32, steps_per_epoch=30, widths=(8, 16, 16, 24), warmup_steps=5,
        ema_momentum=0.9,
    )  # fmt: skip
    trained = train(config, lambda line: None)
    data = load_training_data(folder, config.characters, config.seed)
    model = export_model(trained, tmp_path / "model", config, data, "mnist", lambda line: None)
    assert load_classifier("litert", model).charset.characters == "0123456789"
    card = json.loads((model / "model_card.json").read_text())
    figures = {figure["data"]: figure for figure in card["figures"]}
    assert figures["MNIST test"]["n"] == 200
    assert figures["MNIST test"]["accuracy"] > 0.2, "better than guessing"
    assert [entry["name"].split()[0] for entry in card["data"]] == ["MNIST"]
