"""Settings: where they come from, what is refused, that each is documented."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from forms_app.config import Settings, load_secret_key, load_settings, load_with_sources
from forms_app.config.loading import DECLARATIONS
from forms_app.config.settings import GROUPS
from forms_app.config.sources import unknown_variables
from forms_app.embedded.components import environment_of
from forms_app.errors import ConfigurationError, SettingsError
from forms_app.reading.policy import WRITTEN_THRESHOLD
from tools import settings_page

REPOSITORY = Path(__file__).resolve().parents[1]
NAME = r"\bFIELDHAND_[A-Z0-9_]*[A-Z0-9]\b"
# Written wrongly on purpose, by tests of what is said then.
SLIPS = {
    "FIELDHAND_MAX_FILE_BM",
    "FIELDHAND_SECRET_KEYFILE",
    "FIELDHAND_LEASE_SECOND",
    "FIELDHAND_NAME",
    "FIELDHAND_NAME_FILE",
}


def test_defaults_lie_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/fieldhand.db"
    assert settings.files_url == f"{tmp_path}/files"
    assert settings.broker_url == f"redis+socket://{tmp_path}/broker.sock"
    assert settings.is_embedded_broker


def test_fields_are_reviewed_below_the_threshold_of_the_shipped_policy() -> None:
    assert load_settings({}).review_below == WRITTEN_THRESHOLD
    assert load_settings({"FIELDHAND_REVIEW_BELOW": "0.995"}).review_below == 0.995


def test_seeded_errors_can_be_switched_off() -> None:
    assert load_settings({"FIELDHAND_SEEDED_ERROR_EVERY": "0"}).seeded_error_every == 0


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
        ({"FIELDHAND_PDF_DPI": "0"}, "pdf_dpi must be a whole number from 72 to 1,200"),
        ({"FIELDHAND_SEEDED_ERROR_EVERY": "-1"}, "every must be 0 or a whole number from 1"),
        ({"FIELDHAND_REVIEW_BELOW": "98"}, "review_below must be a number from 0 to 1"),
        ({"FIELDHAND_REVIEW_BELOW": "most"}, "review_below must be a number from 0 to 1"),
        ({"FIELDHAND_ENGINE": "magic"}, "engine must be one of auto, litert, keras"),
        ({"FIELDHAND_CONFIG": "/nowhere/x.toml"}, "/nowhere/x.toml cannot be read"),
    ],
)
def test_wrong_settings_are_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_settings(environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour = 1", "unknown settings: colour"),
        ("max_file_bm = 1", r"max_file_bm \(did you mean max_file_mb\?\)"),
        ("x =", "cannot be read"),
    ],
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


def test_the_page_of_settings_is_written_from_the_declarations() -> None:
    assert Settings.__bases__ == GROUPS
    page = settings_page.PAGE.read_text(encoding="utf-8")
    assert settings_page.written_anew(page) == page, "run `make settings`"
    assert all(f"\n| `{name}` | " in page for name in DECLARATIONS)


@pytest.mark.parametrize("name", DECLARATIONS)
def test_every_default_is_allowed(name: str) -> None:
    declaration = DECLARATIONS[name]
    [default] = [getattr(load_settings({}), name)]
    # What is empty, or found in the data folder, is told in words instead.
    if default or not declaration.default_words:
        assert declaration.kind.convert(default) == default
    assert declaration.explanation.endswith(".")
    assert declaration.kind.allowed and declaration.kind.in_short


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "fieldhand.toml"
    file.write_text('colour = 1\nengine = "magic"\nmax_attempts = 0\n')
    environment = {"FIELDHAND_MAX_ATTEMPTS": "5", "FIELDHAND_PDF_DPI": "9"}
    with pytest.raises(SettingsError) as caught:
        load_settings(environment, file, review_below=2)
    unknown, engine, dpi, below = caught.value.problems
    assert "unknown settings: colour" in unknown
    assert engine == (
        f"The setting engine must be one of auto, litert, keras, not 'magic' (file {file})."
    )
    assert dpi == (
        "The setting pdf_dpi must be a whole number from 72 to 1,200 (dpi), not '9' "
        "(environment variable FIELDHAND_PDF_DPI)."
    )
    assert below.endswith("must be a number from 0 to 1, not 2 (command line).")
    assert caught.value.message.startswith("4 settings are wrong:\n  ")


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("database_url", "mysql://me:hunter2@host/x", "begins with sqlite:///, postgresql://"),
        ("broker_url", "amqp://me:hunter2@host", "begins with redis://"),
        ("files_url", "ftp://files", "a folder, or an address that begins with s3://"),
        ("files_url", "s3://", "s3://"),
        ("allowed_hosts", "https://forms.example.org", "without http:// and port"),
        ("allowed_hosts", "forms.example.org:8443", "without http:// and port"),
        ("site_url", "forms.example.org", "https://forms.example.org"),
        ("site_url", "ftp://forms.example.org", "https://forms.example.org"),
        ("site_url", "https://me:pin@forms.example.org", "https://forms.example.org"),
        ("site_url", "https://forms.example.org/?a=1", "https://forms.example.org"),
        ("site_url", "https://forms.example.org?", "https://forms.example.org"),
        ("site_url", "https://forms.example.org/a//b", "https://forms.example.org"),
        ("site_url", "https://forms.example.org:99999", "https://forms.example.org"),
        ("site_url", "https://a.example, b.example:443", "https://forms.example.org"),
        ("max_file_mb", "2000000000", "from 1 to 1,000,000 (MB)"),
        ("max_file_mb", True, "a whole number"),
        ("watch_batch", ["day"], "a text"),
        ("data_dir", " ", "the path of a folder"),
    ],
)
def test_what_is_allowed_is_said_and_no_password(name: str, value: object, allowed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, **{name: value})
    assert caught.value.message.startswith(f"The setting {name} must be ")
    assert allowed in caught.value.message
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "hosts", ["forms.example.org", "forms.example.org, office-pc", "*", "192.168.1.7", ""]
)
def test_names_that_people_use_are_allowed(hosts: str) -> None:
    assert load_settings({}, allowed_hosts=hosts).allowed_hosts == hosts


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://forms.example.org/", "https://forms.example.org"),
        ("https://Forms.example.org:443", "https://forms.example.org"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("http://10.0.0.7:80/office/forms/", "http://10.0.0.7/office/forms"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("", ""),
    ],
)
def test_the_address_of_the_site_is_kept_as_links_begin(given: str, kept: str) -> None:
    assert load_settings({}, site_url=given).site_url == kept


def test_values_come_from_files_that_variables_name(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("  hunter2\n")
    environment = {"FIELDHAND_SECRET_KEY_FILE": str(file), "FIELDHAND_SECRET_KEY": ""}
    loaded = load_with_sources(environment)
    assert loaded.settings.secret_key == "hunter2"
    assert loaded.sources["secret_key"] == f"file {file}"
    assert loaded.sources["pdf_dpi"] == "default"


@pytest.mark.parametrize(
    ("content", "also", "said"),
    [
        (b"5\n", {"FIELDHAND_MAX_ATTEMPTS": "5"}, "are both given; keep one of them"),
        (b" \n", {}, "is empty"),
        (b"\xff\xfe", {}, "cannot be read: it is not UTF-8"),
        (None, {}, "cannot be read: No such file"),
        (b"many", {}, "must be a whole number from 1 to 100, not 'many' (file "),
    ],
)
def test_files_that_cannot_be_taken(
    tmp_path: Path, content: bytes | None, also: dict[str, str], said: str
) -> None:
    file = tmp_path / "value"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings({"FIELDHAND_MAX_ATTEMPTS_FILE": str(file), **also})
    assert said in caught.value.message


def test_variables_that_are_no_setting_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    slips = {"FIELDHAND_MAX_FILE_BM": "5", "FIELDHAND_SECRET_KEYFILE": "/x"}
    others = {"FIELDHAND_TEST_POSTGRES": "x", "FIELDHAND_SHARED": "x", "FIELDHAND_PORT": "80"}
    with caplog.at_level("WARNING"):
        assert load_settings(slips | others) == load_settings({})
    assert [record.getMessage() for record in caplog.records] == [
        "The environment variable FIELDHAND_MAX_FILE_BM is not a setting and does nothing "
        "(did you mean FIELDHAND_MAX_FILE_MB?).",
        "The environment variable FIELDHAND_SECRET_KEYFILE is not a setting and does nothing "
        "(did you mean FIELDHAND_SECRET_KEY_FILE?).",
    ]


def test_variables_that_the_repository_uses_are_known() -> None:
    """Whatever the image, the compose file, tests and tools name must not be warned of."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files belong to it")
    told = subprocess.run(
        ["git", "grep", "-hoE", NAME, "--", "*.py", "Dockerfile", "docker-compose.yml"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    names = set(told.stdout.split()) - SLIPS
    assert len(names) > 20
    assert unknown_variables(dict.fromkeys(names, "x"), DECLARATIONS) == ()


def test_parts_of_serve_take_a_secret_from_its_file_only_once(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text(f"sqlite:///{tmp_path}/x.db")
    given = {"FIELDHAND_DATABASE_URL_FILE": str(file), "FIELDHAND_DATA_DIR": str(tmp_path)}
    settings = load_settings(given)
    assert load_settings(given | environment_of(settings)) == settings
