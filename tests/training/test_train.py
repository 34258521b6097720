"""A tiny run learns, is resumed where it stopped, and exports a model that loads."""

import json

import numpy as np
import pytest

from forms_app.reading.classifier import load_classifier
from forms_app.training import form_glyphs
from forms_app.training.config import Mixture, TrainingConfig
from forms_app.training.datasets import load_training_data
from forms_app.training.export import export_model
from forms_app.training.train import HISTORY, STATE, train
from tests.training.small_data import make_small_data

pytestmark = [
    pytest.mark.tf,
    pytest.mark.slow,
    # Keras 3.15 copies TensorFlow variables in a way that NumPy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


def test_marginal_loss_sums_over_the_allowed_classes():
    from forms_app.training.network import marginal_loss

    logits = np.log(np.array([[0.5, 0.3, 0.2]], np.float32))
    both = np.array([[1.0, 1.0, 0.0]], np.float32)
    assert float(marginal_loss(0.0)(both, logits)[0]) == pytest.approx(-np.log(0.8), abs=1e-5)
    one = np.array([[0.0, 0.0, 1.0]], np.float32)
    smooth = 0.9 * -np.log(0.2) - 0.1 * np.mean(np.log([0.5, 0.3, 0.2]))
    assert float(marginal_loss(0.1)(one, logits)[0]) == pytest.approx(smooth, abs=1e-5)


def test_a_small_run_learns_resumes_and_exports(tmp_path):
    folder = make_small_data(tmp_path)
    shares = Mixture(
        emnist=400,
        mnist=0,
        unipen=160,
        chars74k=60,
        symbols=60,
        fonts=40,
        continental=24,
        rejects=48,
        forms=32,
    )
    (tmp_path / "run").mkdir()
    drawn = np.random.default_rng(2).integers(0, 256, (20, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "run" / form_glyphs.FILE, images=drawn, labels=list("0123456789") * 2)
    settings = {
        "data": folder, "out": tmp_path / "run", "batch_size": 32, "mixture": shares,
        "forms": 1, "widths": (8, 16, 16, 24), "warmup_steps": 5, "ema_momentum": 0.9,
    }  # fmt: skip
    lines: list[str] = []
    train(TrainingConfig(epochs=1, **settings), lines.append)
    before = json.loads((tmp_path / "run" / STATE).read_text())
    config = TrainingConfig(epochs=3, resume=True, **settings)
    trained = train(config, lines.append)
    after = json.loads((tmp_path / "run" / STATE).read_text())
    assert before["epoch"] == 1 and after["epoch"] == 3
    assert after["step"] == 3 * before["step"]
    assert any("resumed after epoch 1" in line for line in lines)
    losses = [
        json.loads(line)["loss"] for line in (tmp_path / "run" / HISTORY).read_text().splitlines()
    ]
    assert len(losses) == 3 and losses[2] < 0.9 * losses[0]
    data = load_training_data(folder, config.characters, config.seed)
    model = export_model(trained, tmp_path / "model", config, data, "tiny", lines.append)
    mine, theirs = (load_classifier(engine, model) for engine in ("litert", "keras"))
    glyphs = np.random.default_rng(1).integers(0, 256, (9, 28, 28)).astype(np.uint8)
    assert mine.classify(glyphs).shape == theirs.classify(glyphs).shape == (9, 85)
