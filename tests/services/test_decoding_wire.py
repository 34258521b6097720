"""What comes from the process that opens scans is not trusted: it may have been taken over."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from forms_app.sandbox import wire

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def soon() -> float:
    return time.monotonic() + 5


def framed(body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + body


def saying(*shapes: tuple[int, ...]) -> bytes:
    return framed(json.dumps({"message": {}, "shapes": shapes}).encode())


def test_a_message_and_its_images_arrive(ends: Ends) -> None:
    images = [np.arange(12, dtype=np.uint8).reshape(3, 4), np.full((2, 2, 2), 7, np.uint8)]
    wire.send(ends[0], {"name": "Ünïcode \udcff.pdf"}, [images[0][:, ::2], images[1]])
    message, received = wire.receive(ends[1], soon())
    assert message == {"name": "Ünïcode \udcff.pdf"}
    assert np.array_equal(received[0], images[0][:, ::2])
    assert np.array_equal(received[1], images[1])
    wire.send(ends[0], {"count": 3})
    assert wire.receive(ends[1], soon()) == ({"count": 3}, [])


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(
    "said",
    [
        struct.pack("!I", wire.MOST_BYTES + 1),
        framed(b"\xff\xfe"),
        framed(b"[1, 2]"),
        framed(b'{"message": {}}'),
        framed(b'{"message": 3, "shapes": []}'),
        saying((4, 4)),
    ],
    ids=["too long", "no text", "no object", "no shapes", "no message", "no memory"],
)
def test_what_is_no_message_is_refused(ends: Ends, said: bytes) -> None:
    ends[0].sendall(said)
    with pytest.raises(wire.WireError):
        wire.receive(ends[1], soon())


@pytest.mark.parametrize("shape", [(4, 5), (4, 3), (0, 4), (-4, -4), (4,), ("4", 4), (1 << 70, 4)])
def test_memory_of_another_size_than_was_said_is_refused(
    ends: Ends, shape: tuple[int, ...]
) -> None:
    memory = os.memfd_create("pixels", os.MFD_ALLOW_SEALING)
    os.write(memory, bytes(16))
    before = open_descriptors()
    socket.send_fds(ends[0], [saying(shape)], [memory])
    with pytest.raises(wire.WireError):
        wire.receive(ends[1], soon())
    assert open_descriptors() == before
    os.close(memory)


def test_memory_that_can_be_made_shorter_later_is_refused_or_sealed(ends: Ends) -> None:
    """Looking at pixels that are gone would kill whoever looks."""
    memory = os.memfd_create("pixels", os.MFD_ALLOW_SEALING)
    os.write(memory, bytes(16))
    socket.send_fds(ends[0], [saying((4, 4))], [memory])
    _, [image] = wire.receive(ends[1], soon())
    with pytest.raises(PermissionError):
        os.ftruncate(memory, 0)
    assert image.sum() == 0
    os.close(memory)
    unsealable = os.memfd_create("pixels")
    os.write(unsealable, bytes(16))
    socket.send_fds(ends[0], [saying((4, 4))], [unsealable])
    with pytest.raises(wire.WireError):
        wire.receive(ends[1], soon())
    os.close(unsealable)


def test_silence_and_an_end_in_the_middle_are_told_apart(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        wire.receive(ends[1], time.monotonic() + 0.05)
    ends[0].sendall(framed(b'{"message": {}, "shapes": []}')[:9])
    with pytest.raises(TimeoutError):
        wire.receive(ends[1], time.monotonic() + 0.05)
    ends[0].sendall(framed(b'{"message": {}, "shapes": []}')[:9])
    ends[0].close()
    with pytest.raises((ConnectionError, wire.WireError)):
        wire.receive(ends[1], soon())
