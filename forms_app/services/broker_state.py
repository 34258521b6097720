"""What the broker holds: messages in its queues, and the notes of workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kombu.connection import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from forms_app.errors import BrokerUnavailableError
from forms_app.queues import ALL_QUEUES
from forms_app.services.application import Application
from forms_app.services.dto.operations import BrokerState
from forms_app.services.worker_notes import read_sweeps, read_workers

WAIT_S = 2


@contextmanager
def broker_channel(broker_url: str, wait_s: float = WAIT_S) -> Iterator[Any]:
    """A channel of the broker; its `client` speaks Redis, whatever kind of address that is.

    Raises:
        BrokerUnavailableError: It does not answer within `wait_s`.
    """
    options = {
        "socket_timeout": wait_s,
        "socket_connect_timeout": wait_s,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    }
    try:
        with Connection(
            broker_url, connect_timeout=wait_s, transport_options=options
        ) as connection:  # type: ignore[no-untyped-call]
            yield connection.default_channel
    except (KombuError, RedisError, OSError) as error:
        raise BrokerUnavailableError("The message broker does not answer.") from error


def broker_state(app: Application) -> BrokerState:
    """How many messages wait in each queue, who works, and the last sweeps.

    Raises:
        BrokerUnavailableError: The broker does not answer.
    """
    with broker_channel(app.settings.broker_url) as channel:
        return BrokerState(
            # Those of all priorities: each has a list of its own.
            messages={queue: int(channel._size(queue)) for queue in ALL_QUEUES},
            taken=int(channel.client.hlen(channel.unacked_key)),
            workers=read_workers(channel.client),
            sweeps=read_sweeps(channel.client),
        )
