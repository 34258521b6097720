"""A worker that cannot acknowledge its messages must still notice that the broker came back.

Kombu 5.7 keeps a message in its count of unfinished ones when the broker is gone at the moment of
its acknowledgement. With one message for each process, as many such failures as processes leave
the worker waiting for ever: it may take no message, so it asks the broker for none, so it never
meets the broken connection and never connects again (seen whenever the embedded broker is killed
while every process works).
"""

from __future__ import annotations

import logging

from kombu.transport import redis as transport
from kombu.transport import virtual
from redis.exceptions import ConnectionError as RedisConnectionError

logger = logging.getLogger(__name__)


class ForgivingQoS(transport.QoS):
    """Counts a message as finished even when the broker could not be told."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge; the message comes again later if that fails, which tasks are safe for."""
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except (RedisConnectionError, OSError) as error:
            logger.warning("the broker was gone when a task ended: %s", error)
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]


def install() -> None:
    """Have every Redis channel of this process count that way."""
    transport.Channel.QoS = ForgivingQoS
