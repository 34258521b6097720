"""Every setting, in one frozen object: defaults, then a TOML file, then `FIELDHAND_*` variables."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import quote

import platformdirs

from forms_app.errors import ConfigurationError

PREFIX = "FIELDHAND_"
ENGINES = ("auto", "litert", "keras")
LOG_FORMATS = ("console", "json")
# A unix socket's path must fit sockaddr_un: 108 bytes on Linux, 104 on macOS, NUL included.
MAX_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set; `docs/settings.md` explains each one.

    The empty defaults of `database_url`, `files_url` and `broker_url` are filled in from
    `data_dir` by `load_settings`, so that they are never empty afterwards.
    """

    data_dir: Path
    # Addresses may hold passwords: they stay out of logs and tracebacks.
    database_url: str = field(default="", repr=False)
    files_url: str = ""
    broker_url: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    allowed_hosts: str = ""
    engine: str = "auto"
    model_dir: str = ""
    classifier_threads: int = 1
    read_batch_pages: int = 8
    review_below: float = 0.99
    max_file_mb: int = 2000
    max_file_pages: int = 2000
    max_page_mb: int = 200
    max_zip_mb: int = 2000
    max_zip_files: int = 10_000
    upload_keep_hours: int = 48
    watch_folder: str = ""
    watch_template: str = ""
    watch_batch: str = "day"
    max_page_megapixels: int = 120
    pdf_dpi: int = 300
    lease_seconds: int = 120
    max_attempts: int = 3
    sweep_seconds: int = 20
    log_level: str = "info"
    log_format: str = "console"

    @property
    def database_path(self) -> Path:
        """Where the embedded database lies."""
        return self.data_dir / "fieldhand.db"

    @property
    def broker_socket(self) -> Path:
        """Where the embedded broker listens; short even when the data folder's path is long."""
        path = self.data_dir / "broker.sock"
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
            return path
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"fieldhand-{os.getuid()}-{digest}.sock"

    @property
    def is_embedded_broker(self) -> bool:
        """Whether `serve` has to start the broker itself."""
        return self.broker_url == _embedded_broker_url(self)


def load_settings(
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
    **overrides: object,
) -> Settings:
    """Read the settings; later sources win: defaults, file, environment, `overrides`.

    Args:
        environment: Defaults to the process's; only `FIELDHAND_*` names are looked at.
        file: A TOML file of `name = value` lines; defaults to `FIELDHAND_CONFIG` when set.
        **overrides: Values from a command line; None means not given.

    Raises:
        ConfigurationError: An unknown setting in the file, or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    file = file or (
        Path(environment[PREFIX + "CONFIG"]) if PREFIX + "CONFIG" in environment else None
    )
    values: dict[str, object] = _from_file(file) if file else {}
    values |= _from_environment(environment)
    values |= {name: value for name, value in overrides.items() if value is not None}
    values.setdefault("data_dir", platformdirs.user_data_dir("fieldhand"))
    converted = {name: _convert(name, value) for name, value in values.items()}
    return _with_embedded_defaults(Settings(**converted))  # type: ignore[arg-type]


def load_secret_key(settings: Settings) -> str:
    """The key that signs sessions: the setting, or one made once and kept in the data folder."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        # link() fails when another process was first: whoever comes first wins, nobody overwrites.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")


def _from_file(file: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The settings file {file} cannot be read: {error}.") from error
    unknown = sorted(set(values) - _names())
    if unknown:
        raise ConfigurationError(
            f"The settings file {file} has unknown settings: {', '.join(unknown)}."
        )
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    return {
        name: environment[PREFIX + name.upper()]
        for name in _names()
        if environment.get(PREFIX + name.upper())
    }


def _names() -> set[str]:
    return {item.name for item in fields(Settings)}


def _convert(name: str, value: object) -> object:
    kind = {item.name: item.type for item in fields(Settings)}.get(name)
    if kind is None:
        raise ConfigurationError(f"There is no setting called {name}.")
    if kind == "Path":
        return Path(str(value)).expanduser().absolute()
    if kind == "int":
        return _positive(name, value)
    if kind == "float":
        return _share(name, value)
    return _word(name, str(value))


def _positive(name: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        raise ConfigurationError(
            f"The setting {name} must be a whole number of at least 1, not {value!r}."
        )
    return number


def _share(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ConfigurationError(f"The setting {name} must lie between 0 and 1, not {value!r}.")
    return number


def _word(name: str, value: str) -> str:
    allowed = {
        "engine": ENGINES,
        "log_format": LOG_FORMATS,
        "log_level": ("debug", "info", "warning", "error"),
    }.get(name)
    if allowed and value not in allowed:
        raise ConfigurationError(
            f"The setting {name} must be one of {', '.join(allowed)}, not {value!r}."
        )
    return value


def _with_embedded_defaults(settings: Settings) -> Settings:
    return replace(
        settings,
        database_url=settings.database_url or f"sqlite:///{settings.database_path}",
        files_url=settings.files_url or str(settings.data_dir / "files"),
        broker_url=settings.broker_url or _embedded_broker_url(settings),
    )


def _embedded_broker_url(settings: Settings) -> str:
    # Kombu decodes the path: a % or ? of the folder's name would be taken for more.
    return f"redis+socket://{quote(str(settings.broker_socket))}"
