"""Small damage to good files, as tools that look for faults in decoders do it (AFL's havoc)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

EDGES = tuple(
    value.to_bytes(size, order)
    for size in (1, 2, 4)
    for order in ("big", "little")
    for value in (0, 1, (1 << (8 * size - 1)) - 1, 1 << (8 * size - 1), (1 << (8 * size)) - 1)
)
"""Numbers at which lengths and offsets go wrong."""

WORDS = (
    *(b"../", b"\x00", b"/etc/passwd", b"C:\\", b"%s%n", b"<script>", b"=cmd|", b"\xff\xfe"),
    *(b"[" * 400, b"9" * 5000, b'"\\ud800"', b"1e999", b"NaN", b"-0", b"{}", b"null", b"\r\n"),
)
"""Pieces that mean something to one reader or another."""

MOST_STEPS = 4


def damaged(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """One of `seeds` after one to `MOST_STEPS` changes at random places."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, MOST_STEPS)):
        chance.choice(CHANGES)(data, seeds, chance)
    return bytes(data)


def _place(data: bytearray, chance: random.Random) -> int:
    # Headers decide most: every second change falls into the first bytes.
    most = len(data) if chance.random() < 0.5 else min(len(data), 64)
    return chance.randrange(most + 1)


def _flip(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _edge(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    place, edge = _place(data, chance), chance.choice(EDGES)
    data[place : place + len(edge)] = edge


def _word(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    place = _place(data, chance)
    data[place:place] = chance.choice(WORDS)


def _cut(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    start = _place(data, chance)
    end = len(data) if chance.random() < 0.3 else start + chance.randint(1, 32)
    del data[start:end]


def _repeat(data: bytearray, _: Sequence[bytes], chance: random.Random) -> None:
    start = _place(data, chance)
    piece = data[start : start + chance.randint(1, 64)]
    data[start:start] = piece * chance.randint(1, 8)


def _splice(data: bytearray, seeds: Sequence[bytes], chance: random.Random) -> None:
    other = chance.choice(seeds)
    start = chance.randrange(len(other) + 1)
    place = _place(data, chance)
    data[place : place + 64] = other[start : start + chance.randint(1, 64)]


CHANGES: tuple[Callable[[bytearray, Sequence[bytes], random.Random], None], ...] = (
    _flip,
    _edge,
    _word,
    _cut,
    _repeat,
    _splice,
)
