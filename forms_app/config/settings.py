"""All settings in one frozen object."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from forms_app.config.groups.access import Access
from forms_app.config.groups.api import Api
from forms_app.config.groups.deliveries import Deliveries
from forms_app.config.groups.intake import Intake
from forms_app.config.groups.logs import Logs
from forms_app.config.groups.metrics import Metrics
from forms_app.config.groups.places import Places
from forms_app.config.groups.recognition import Recognition
from forms_app.config.groups.review import Review
from forms_app.config.groups.webhooks import Webhooks
from forms_app.config.groups.work import Work

GROUPS = (
    Places,
    Access,
    Api,
    Recognition,
    Intake,
    Work,
    Webhooks,
    Deliveries,
    Review,
    Logs,
    Metrics,
)
# A unix socket's path must fit sockaddr_un: 108 bytes on Linux, 104 on macOS, NUL included.
MAX_SOCKET_PATH = 100


@dataclass(frozen=True, kw_only=True)
class Settings(
    Places, Access, Api, Recognition, Intake, Work, Webhooks, Deliveries, Review, Logs, Metrics
):
    """What an operator can set; each one is declared in its group, in `config/groups`.

    The empty defaults of `database_url`, `files_url`, `broker_url` and `metrics_dir` are filled in
    from `data_dir` by `load_settings`, so that they are never empty afterwards.
    """

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


def with_embedded_defaults(settings: Settings) -> Settings:
    """The same, with addresses in the data folder for what has none."""
    return replace(
        settings,
        database_url=settings.database_url or f"sqlite:///{settings.database_path}",
        files_url=settings.files_url or str(settings.data_dir / "files"),
        broker_url=settings.broker_url or _embedded_broker_url(settings),
        metrics_dir=settings.metrics_dir or str(settings.data_dir / "metrics"),
    )


def _embedded_broker_url(settings: Settings) -> str:
    # Kombu decodes the path: a % or ? of the folder's name would be taken for more.
    return f"redis+socket://{quote(str(settings.broker_socket))}"
