"""The only wiring: settings in, an `Application` with engine, files, broker and classifier out."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from forms_app.config import Settings
from forms_app.errors import BrokerUnavailableError, ConfigurationError
from forms_app.files import open_file_store
from forms_app.queues import QUEUE_OF_TASK
from forms_app.services.application import Application
from forms_app.store.engine import make_engine, make_sessions

if TYPE_CHECKING:
    from forms_app.reading.classifier import Classifier

__all__ = ["Application", "CeleryTaskSender", "bootstrap"]


# A broker that was restarted takes one new connection; one that is down is given up at once (the
# defaults wait two seconds for each task), because the sweeper makes up for it.
RECONNECT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


class CeleryTaskSender:
    """Sends tasks by name; knows the broker's address and nothing of the workers' code."""

    def __init__(self, broker_url: str) -> None:
        self._celery = Celery("fieldhand-sender", broker=broker_url, set_as_current=False)
        self._celery.conf.update(
            broker_connection_timeout=2,
            broker_transport_options={
                "socket_timeout": 2,
                "socket_connect_timeout": 2,
                **RECONNECT_ONCE,
            },
            task_ignore_result=True,
        )

    def send(self, name: str, *args: int) -> None:
        """See `TaskSender.send`."""
        try:
            self._celery.send_task(
                name, args=args, queue=QUEUE_OF_TASK[name], retry=True, retry_policy=RECONNECT_ONCE
            )
        except (OperationalError, RedisError, OSError) as error:
            raise BrokerUnavailableError(
                "The message broker does not answer; the work is kept and goes on when it is back."
            ) from error


class LazyClassifier:
    """Loads the classifier on the first call, once, whatever the number of threads that ask."""

    def __init__(self, settings: Settings, engine: str) -> None:
        self._settings = settings
        self._engine = engine
        self._lock = Lock()
        self._classifier: Classifier | None = None

    def __call__(self) -> Classifier:
        with self._lock:
            if self._classifier is None:
                self._classifier = self._load()
            return self._classifier

    def _load(self) -> Classifier:
        # Imported here: only a process that reads pays for the engine.
        from forms_app.reading.classifier import load_classifier

        directory = Path(self._settings.model_dir) if self._settings.model_dir else None
        return load_classifier(
            self._engine, directory, num_threads=self._settings.classifier_threads
        )


def bootstrap(settings: Settings) -> Application:
    """Wire an application; opens no connection and loads no model yet.

    Raises:
        ConfigurationError: A folder cannot be made, or an address is of no known kind.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {settings.data_dir} cannot be made: {error.strerror}."
        ) from error
    engine = make_engine(settings.database_url)
    return Application(
        settings=settings,
        engine=engine,
        sessions=make_sessions(engine),
        files=open_file_store(settings.files_url),
        tasks=CeleryTaskSender(settings.broker_url),
        classifier=LazyClassifier(settings, settings.engine),
        live_classifier=LazyClassifier(settings, "litert"),
    )
