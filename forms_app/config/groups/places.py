"""Where things lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from forms_app.config.declaring import setting
from forms_app.config.kinds import Address, FileKeys, Folder

DATABASES = ("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")
BROKERS = ("redis://", "rediss://", "redis+socket://")


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where everything is kept."""

    data_dir: Path = setting(  # noqa: RUF009
        lambda: Path(platformdirs.user_data_dir("fieldhand")),
        Folder(),
        """Where everything lies that has no address of its own below: database, files, broker
        socket, secret key.""",
        default_words="the platform's data folder, on Linux `~/.local/share/fieldhand`",
    )
    database_url: str = setting(
        "",
        Address(DATABASES),
        """The database: `sqlite:///FILE` for one machine, `postgresql://USER:PASSWORD@HOST/NAME`
        for more.""",
        default_words="`sqlite:///DATA_DIR/fieldhand.db`",
        is_secret=True,
    )
    files_url: str = setting(
        "",
        Address(("s3://",), can_be_path=True),
        """Where scans, aligned pages and exports are kept: a folder, or `s3://BUCKET/PREFIX` on
        any S3-compatible server (see below).""",
        default_words="`DATA_DIR/files`",
    )
    files_key: str = setting(
        "",
        FileKeys(),
        """Encrypts all that is kept under `files_url`. The first key encrypts, all of them decrypt,
        so that a key can be changed ([privacy.md](privacy.md)). Without it files are kept as they
        are. Who loses the key loses the files.""",
        default_words="none: files are not encrypted",
        is_secret=True,
    )
    broker_url: str = setting(
        "",
        Address(BROKERS),
        """The message broker: any Redis or Valkey, `redis://HOST:6379/0`. With the default,
        `fieldhand serve` starts its own.""",
        default_words="a unix socket in the data folder",
        is_secret=True,
    )
