"""The only wiring: settings in, an `Application` with engine, files, broker and classifier out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError

from forms_app.config import Settings
from forms_app.errors import BrokerUnavailableError
from forms_app.files import open_file_store
from forms_app.queues import QUEUE_OF_TASK
from forms_app.reading.classifier import Classifier, load_classifier
from forms_app.services.application import Application
from forms_app.store.engine import make_engine, make_sessions

__all__ = ["Application", "CeleryTaskSender", "bootstrap"]


class CeleryTaskSender:
    """Sends tasks by name; knows the broker's address and nothing of the workers' code."""

    def __init__(self, broker_url: str) -> None:
        self._celery = Celery("fieldhand-sender", broker=broker_url, set_as_current=False)
        self._celery.conf.update(
            broker_connection_timeout=2,
            broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2},
            task_ignore_result=True,
        )

    def send(self, name: str, *args: int) -> None:
        """See `TaskSender.send`."""
        try:
            self._celery.send_task(name, args=args, queue=QUEUE_OF_TASK[name], retry=False)
        except (OperationalError, OSError) as error:
            raise BrokerUnavailableError(
                "The message broker does not answer; the work is kept and goes on when it is back."
            ) from error


def bootstrap(settings: Settings) -> Application:
    """Wire an application; opens no connection and loads no model yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)

    @cache
    def classifier() -> Classifier:
        return load_classifier(
            settings.engine,
            Path(settings.model_dir) if settings.model_dir else None,
            threads=settings.classifier_threads,
        )

    return Application(
        settings=settings,
        sessions=make_sessions(make_engine(settings.database_url)),
        files=open_file_store(settings.files_url),
        tasks=CeleryTaskSender(settings.broker_url),
        classifier=classifier,
    )
