"""Training configuration files."""

import json

import pytest

from forms_app.errors import FieldhandError
from forms_app.training.config import CHARACTERS, load_config
from forms_app.training.sources import REJECT_MARKS


def test_toml_and_json_and_overrides(tmp_path):
    toml = tmp_path / "run.toml"
    toml.write_text('data = "d"\nepochs = 3\nwidths = [8, 16, 16, 24]\n[mixture]\nfonts = 5\n')
    config = load_config(toml, epochs=7, out=None)
    assert (config.epochs, config.widths, config.mixture.fonts) == (7, (8, 16, 16, 24), 5)
    again = tmp_path / "run.json"
    again.write_text(json.dumps(config.as_json()))
    assert load_config(again) == config


@pytest.mark.parametrize(
    ("text", "message"),
    [("epocs = 3", "unknown key epocs"), ("[mixture]\nfnts = 1", "unknown key mixture.fnts"),
     ("epochs = ", "run.toml")],
)  # fmt: skip
def test_faults_are_named(tmp_path, text, message):
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(FieldhandError, match=message):
        load_config(path)


def test_charset_has_no_doubles_and_no_reject_marks():
    assert len(set(CHARACTERS)) == len(CHARACTERS)
    assert not set(REJECT_MARKS) & set(CHARACTERS)
