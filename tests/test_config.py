"""Settings: where they come from, what is refused, that each is documented."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from forms_app.config import Settings, load_secret_key, load_settings
from forms_app.errors import ConfigurationError
from forms_app.reading.policy import WRITTEN_THRESHOLD

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "settings.md"


def test_defaults_lie_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/fieldhand.db"
    assert settings.files_url == f"{tmp_path}/files"
    assert settings.broker_url == f"redis+socket://{tmp_path}/broker.sock"
    assert settings.is_embedded_broker


def test_fields_are_reviewed_below_the_threshold_of_the_shipped_policy() -> None:
    assert load_settings({}).review_below == WRITTEN_THRESHOLD
    assert load_settings({"FIELDHAND_REVIEW_BELOW": "0.995"}).review_below == 0.995


def test_later_sources_win(tmp_path: Path) -> None:
    file = tmp_path / "fieldhand.toml"
    file.write_text('pdf_dpi = 200\nmax_attempts = 5\nengine = "keras"\n')
    environment = {
        "FIELDHAND_CONFIG": str(file),
        "FIELDHAND_MAX_ATTEMPTS": "6",
        "FIELDHAND_ENGINE": "auto",
        "HOME": "/root",
    }
    settings = load_settings(environment, engine="litert", data_dir=None)
    assert (settings.pdf_dpi, settings.max_attempts, settings.engine) == (200, 6, "litert")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"FIELDHAND_PDF_DPI": "many"}, "pdf_dpi must be a whole number"),
        ({"FIELDHAND_PDF_DPI": "0"}, "pdf_dpi must be a whole number of at least 1"),
        ({"FIELDHAND_REVIEW_BELOW": "98"}, "review_below must lie between 0 and 1"),
        ({"FIELDHAND_REVIEW_BELOW": "most"}, "review_below must lie between 0 and 1"),
        ({"FIELDHAND_ENGINE": "magic"}, "engine must be one of auto, litert, keras"),
        ({"FIELDHAND_CONFIG": "/nowhere/x.toml"}, "/nowhere/x.toml cannot be read"),
    ],
)
def test_wrong_settings_are_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_settings(environment)


@pytest.mark.parametrize(
    ("text", "said"), [("colour = 1", "unknown settings: colour"), ("x =", "cannot be read")]
)
def test_wrong_files_are_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        load_settings({}, file)


def test_a_deep_data_folder_still_has_a_short_socket(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path / ("x" * 120))
    assert len(str(settings.broker_socket)) < 100
    assert settings.broker_socket == load_settings({}, data_dir=settings.data_dir).broker_socket


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path)
    key = load_secret_key(settings)
    assert len(key) == 64
    assert load_secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert load_secret_key(load_settings({}, data_dir=tmp_path, secret_key="given")) == "given"


def test_secrets_stay_out_of_logs(tmp_path: Path) -> None:
    secret = "postgresql://me:hunter2@host/name"
    settings = load_settings({}, data_dir=tmp_path, database_url=secret, secret_key="hunter2")
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    [line] = [line for line in DOCUMENT.read_text().splitlines() if f"| `{name}` |" in line]
    default = next(field.default for field in fields(Settings) if field.name == name)
    if default and isinstance(default, str | int):
        assert f"| `{default}` |" in line
