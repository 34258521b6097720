"""How two processes talk: one JSON object at a time, and pixels in memory that both of them see.

Nothing is pickled: whoever takes over the process that opens scans must not run code in the other.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import socket
import struct
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Message = dict[str, Any]
Image = NDArray[np.uint8]
MOST_BYTES = 64 << 20
"""Of a message; the words of a dense page of a PDF take about 1 MB."""
_LENGTH = struct.Struct("!I")


class WireError(Exception):
    """The other side has said something that it never should."""


def send(
    connection: socket.socket, message: Mapping[str, Any], images: Sequence[Image] = ()
) -> None:
    """Send a message, and with it images that need not be copied once more to be seen there."""
    shapes = [image.shape for image in images]
    body = json.dumps({"message": message, "shapes": shapes}).encode("ascii")
    framed = _LENGTH.pack(len(body)) + body
    if not images:
        connection.sendall(framed)
        return
    memory = _memory_of(images)
    try:
        sent = socket.send_fds(connection, [framed], [memory])
    finally:
        os.close(memory)
    connection.sendall(framed[sent:])


def receive(connection: socket.socket, deadline: float) -> tuple[Message, list[Image]]:
    """The next message and its images; their memory is given back with the last of them.

    Args:
        connection: where from.
        deadline: until when, as `time.monotonic` counts.

    Raises:
        TimeoutError: it was not there in time.
        ConnectionError: the other side is gone.
        WireError: it is no message.
    """
    connection.settimeout(_seconds_until(deadline))
    start, descriptors, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
    try:
        if not start:
            raise ConnectionError("The other side is gone.")
        start += _exactly(connection, _LENGTH.size - len(start), deadline)
        (length,) = _LENGTH.unpack(start)
        if length > MOST_BYTES:
            raise WireError(f"A message of {length} bytes.")
        return _unpacked(_exactly(connection, length, deadline), descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _unpacked(body: bytes, descriptors: Sequence[int]) -> tuple[Message, list[Image]]:
    try:
        framed = json.loads(body)
        message, shapes = dict(framed["message"]), [tuple(shape) for shape in framed["shapes"]]
        return message, _images_in(descriptors[0], shapes) if shapes else []
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise WireError(f"What came is no message: {error}.") from error


def _memory_of(images: Sequence[Image]) -> int:
    """A descriptor of memory that holds `images` one after the other, to be closed."""
    memory = _new_memory()
    try:
        for image in images:
            left = np.ascontiguousarray(image).reshape(-1).data
            while left:
                left = left[os.write(memory, left) :]
    except BaseException:
        os.close(memory)
        raise
    return memory


def _images_in(memory: int, shapes: Sequence[tuple[int, ...]]) -> list[Image]:
    """The images of these shapes that `_memory_of` has put there."""
    sizes = [prod(shape) for shape in shapes]
    if sys.platform == "linux":
        # What can be made shorter could kill this process when it looks there.
        fcntl.fcntl(memory, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    if min(sizes) < 1 or os.fstat(memory).st_size != sum(sizes):
        raise ValueError("the pixels are of another size than was said")
    mapped = mmap.mmap(memory, sum(sizes))
    starts = accumulate([0, *sizes[:-1]])
    return [
        np.frombuffer(mapped, np.uint8, size, start).reshape(shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=True)
    ]


def _new_memory() -> int:
    if sys.platform == "linux":
        return os.memfd_create("pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    descriptor, path = tempfile.mkstemp(prefix="fieldhand-")
    Path(path).unlink()
    return descriptor


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    found = bytearray()
    while len(found) < count:
        connection.settimeout(_seconds_until(deadline))
        part = connection.recv(min(count - len(found), 1 << 20))
        if not part:
            raise ConnectionError("The other side went away within a message.")
        found += part
    return bytes(found)


def _seconds_until(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("Nothing was said in time.")
    return left
