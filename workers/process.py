"""What every Celery process of ours does at its start; importing it connects the signals."""

from __future__ import annotations

from typing import Any

from celery.signals import beat_init, setup_logging, worker_ready

from forms_app.config import load_settings
from forms_app.embedded.components import READY_MARK
from forms_app.logs import configure_logging

settings = load_settings()


@setup_logging.connect  # type: ignore[untyped-decorator]
def log_as_everywhere(**_: Any) -> None:
    """A receiver keeps Celery from setting up logs of its own."""
    configure_logging(settings)


@worker_ready.connect  # type: ignore[untyped-decorator]
@beat_init.connect  # type: ignore[untyped-decorator]
def say_ready(**_: Any) -> None:
    """For the supervisor, whatever the log level is."""
    print(READY_MARK, flush=True)
