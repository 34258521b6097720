"""What a data folder gives to a run: the sources it holds, cut to the charset."""

import dataclasses

import numpy as np
import pytest

from forms_app.training.config import CHARACTERS, Mixture, TrainingConfig
from forms_app.training.datasets import load_training_data
from forms_app.training.mixture import plan_epoch, steps_of_epoch
from tests.training.small_data import make_small_data

MIXTURE = Mixture(
    emnist=200, mnist=100, unipen=90, chars74k=40, symbols=30, fonts=30, continental=20, rejects=20
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_small_data(tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize("characters", ["0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", CHARACTERS])
def test_a_charset_draws_and_validates_its_own_characters_only(folder, characters):
    data = load_training_data(folder, characters, 3)
    assert {"emnist", "chars74k", "fonts"} <= set(data.sources)
    assert ("symbols" in data.sources) == (characters == CHARACTERS)
    for source in data.sources.values():
        assert len(source) and source.classes.min() >= 0
        assert source.weights is None or np.isfinite(source.weights).all()
    for holdout in data.holdouts.values():
        known = set(holdout.labels[holdout.case_known])
        assert len(holdout.labels) and known <= set(characters)


def test_an_epoch_counts_the_sources_that_are_there(folder):
    config = TrainingConfig(data=folder, mixture=MIXTURE, batch_size=10)
    data = load_training_data(folder, config.characters, config.seed)
    assert "mnist" not in data.sources
    drawn = MIXTURE.total - MIXTURE.mnist
    assert len(plan_epoch(data, config, np.random.default_rng(0))) == drawn
    assert steps_of_epoch(data, config) == drawn // 10
    short = dataclasses.replace(config, steps_per_epoch=7)
    assert steps_of_epoch(data, short) == 7
