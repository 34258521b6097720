"""The only wiring: settings in, an `Application` with engine, files, broker and classifier out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from forms_app import metrics
from forms_app.config import Settings
from forms_app.errors import BrokerUnavailableError, ConfigurationError
from forms_app.files import open_file_store
from forms_app.logs import REQUEST_ID, configure_logging
from forms_app.metrics_folder import keep_in
from forms_app.queues import QUEUE_OF_TASK
from forms_app.services.application import Application
from forms_app.services.classifier_host import ClassifierHost
from forms_app.store.engine import make_engine, make_sessions

if TYPE_CHECKING:
    from forms_app.reading.classifier import NetworkClassifier
    from forms_app.services.reading_hands import Helper

__all__ = ["Application", "CeleryTaskSender", "bootstrap"]


# A broker that was restarted takes one new connection; one that is down is given up at once (the
# defaults wait two seconds for each task), because the sweeper makes up for it.
RECONNECT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


class CeleryTaskSender:
    """Sends tasks by name; knows the broker's address and nothing of the workers' code.

    The id of the request that asks goes along in the message's headers, so that the log tells what
    came of it.
    """

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
                name,
                args=args,
                queue=QUEUE_OF_TASK[name],
                headers=_request_headers(),
                retry=True,
                retry_policy=RECONNECT_ONCE,
            )
        except (OperationalError, RedisError, OSError) as error:
            metrics.SEND_FAILURES.inc(task=name)
            raise BrokerUnavailableError(
                "The message broker does not answer; the work is kept and goes on when it is back."
            ) from error
        metrics.TASKS_SENT.inc(task=name)


def _request_headers() -> dict[str, str]:
    request_id = structlog.contextvars.get_contextvars().get(REQUEST_ID)
    return {REQUEST_ID: request_id} if request_id else {}


class LazyHelpers:
    """As many helper processes as the settings ask for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._helpers: tuple[Helper, ...] = ()

    def __call__(self) -> tuple[Helper, ...]:
        """See `HelperPool`."""
        count = self._settings.read_helpers
        if count and not self._helpers:
            # Imported here: only a process that reads pays for it.
            from forms_app.services.reading_hands import Helper

            wire = partial(wire_helper, self._settings)
            self._helpers = tuple(Helper(wire) for _ in range(count))
        return self._helpers

    def close(self) -> None:
        """See `HelperPool`."""
        for helper in self._helpers:
            helper.close()


def wire_helper(settings: Settings) -> Application:
    """The application of a helper process, which counts and logs as the worker does."""
    configure_logging(settings)
    keep_in(Path(settings.metrics_dir))
    return bootstrap(replace(settings, read_helpers=0))


def _load_classifier(settings: Settings, engine: str) -> NetworkClassifier:
    # Imported here: only a process that reads pays for the engine.
    from forms_app.reading.classifier import load_classifier

    directory = Path(settings.model_dir) if settings.model_dir else None
    return load_classifier(engine, directory, num_threads=settings.classifier_threads)


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
    load_classifier = partial(_load_classifier, settings)
    return Application(
        settings=settings,
        engine=engine,
        sessions=make_sessions(engine),
        files=open_file_store(settings.files_url, settings.files_key),
        tasks=CeleryTaskSender(settings.broker_url),
        classifier=ClassifierHost(load_classifier, settings.engine),
        live_classifier=ClassifierHost(load_classifier, "litert"),
        reading_helpers=LazyHelpers(settings),
    )
