"""The format of an encrypted file: chunks of AES-256-GCM that can be read from any place.

    8 bytes   FHSEAL01
    32 bytes  salt: with the main key it gives the file's own key (HKDF)
    7 bytes   first bytes of every nonce
    chunks    64 KiB each, the last one shorter (of 0 bytes only in an empty file), and 16 bytes
              of tag after each

A chunk's nonce is those 7 bytes, its number (4 bytes) and whether it is the last (1 byte): the
STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", CRYPTO 2015), so that no chunk can be changed, moved, dropped or
added, at the end neither. Header and the file's name in the store are authenticated with each
chunk: a file cannot be passed off as another one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from forms_app.errors import StorageDamagedError
from forms_app.file_keys import FileKey

MAGIC = b"FHSEAL01"
SALT_BYTES = 32
PREFIX_BYTES = 7
HEADER_BYTES = len(MAGIC) + SALT_BYTES + PREFIX_BYTES
TAG_BYTES = 16
PLAIN_CHUNK_BYTES = 64 << 10
SEALED_CHUNK_BYTES = PLAIN_CHUNK_BYTES + TAG_BYTES


class Span(NamedTuple):
    """Chunks `first` to `last` (included), which lie in the bytes `start` to `end` (not included)
    of the sealed file."""

    first: int
    last: int
    start: int
    end: int


class Seal:
    """Encrypts or decrypts the chunks of one file."""

    def __init__(self, key: FileKey, name: str, header: bytes) -> None:
        """Take the file's own key from its header.

        Raises:
            StorageDamagedError: It is no header of an encrypted file.
        """
        if len(header) != HEADER_BYTES or not header.startswith(MAGIC):
            raise damaged(name)
        salt = header[len(MAGIC) : len(MAGIC) + SALT_BYTES]
        self._cipher = AESGCM(key.for_file(salt))
        self._prefix = header[-PREFIX_BYTES:]
        self._associated = header + name.encode("ascii")
        self._name = name

    def seal(self, number: int, plain: bytes | memoryview, is_last: bool) -> bytes:
        """One chunk, encrypted."""
        return self._cipher.encrypt(self._nonce(number, is_last), plain, self._associated)

    def unseal(self, number: int, sealed: bytes | memoryview, is_last: bool) -> bytes:
        """One chunk, decrypted.

        Raises:
            StorageDamagedError: It is not as it was written.
        """
        try:
            return self._cipher.decrypt(self._nonce(number, is_last), sealed, self._associated)
        except InvalidTag as error:
            raise damaged(self._name) from error

    def unseal_from(self, first: int, sealed: bytes, last_of_file: int) -> bytes:
        """Chunks that lie one after the other, the first of them with the number `first`."""
        starts = range(0, max(1, len(sealed)), SEALED_CHUNK_BYTES)
        return b"".join(
            self.unseal(number, sealed[start : start + SEALED_CHUNK_BYTES], number == last_of_file)
            for number, start in enumerate(starts, first)
        )

    def _nonce(self, number: int, is_last: bool) -> bytes:
        return self._prefix + number.to_bytes(4, "big") + bytes([is_last])


def new_header() -> bytes:
    """A header that no other file has."""
    return MAGIC + os.urandom(SALT_BYTES + PREFIX_BYTES)


def sealed_stream(key: FileKey, name: str, plain: Iterable[bytes]) -> Iterator[bytes]:
    """A file of any pieces, encrypted; in bounded memory."""
    header = new_header()
    seal = Seal(key, name, header)
    yield header
    number = 0
    chunk: bytes | memoryview = b""
    for following in _even(plain, PLAIN_CHUNK_BYTES):
        if chunk:
            yield seal.seal(number, chunk, is_last=False)
            number += 1
        chunk = following
    yield seal.seal(number, chunk, is_last=True)


def unsealed_stream(
    key: FileKey, name: str, sealed: Iterable[bytes], sealed_size: int
) -> Iterator[bytes]:
    """An encrypted file of any pieces, decrypted; nothing comes out that is not as it was written.

    Raises:
        StorageDamagedError: It has changed, or ends early.
    """
    pieces = _split_header(iter(sealed))
    seal = Seal(key, name, next(pieces))
    last = last_chunk(name, sealed_size)
    number = 0
    for chunk in _even(pieces, SEALED_CHUNK_BYTES):
        yield seal.unseal(number, chunk, number == last)
        number += 1
    if number != last + 1:
        raise damaged(name)


def plain_size(name: str, sealed_size: int) -> int:
    """How many bytes an encrypted file of so many has.

    Raises:
        StorageDamagedError: No encrypted file is that small.
    """
    return sealed_size - HEADER_BYTES - TAG_BYTES * (last_chunk(name, sealed_size) + 1)


def last_chunk(name: str, sealed_size: int) -> int:
    """The number of the last chunk, from 0.

    Raises:
        StorageDamagedError: No encrypted file is that small.
    """
    body = sealed_size - HEADER_BYTES
    if body < TAG_BYTES:
        raise damaged(name)
    return (body - 1) // SEALED_CHUNK_BYTES


def span(offset: int, size: int, sealed_size: int) -> Span:
    """The chunks that hold `size` plain bytes (at least one) from `offset` on."""
    first = offset // PLAIN_CHUNK_BYTES
    last = (offset + size - 1) // PLAIN_CHUNK_BYTES
    start = HEADER_BYTES + first * SEALED_CHUNK_BYTES
    end = HEADER_BYTES + (last + 1) * SEALED_CHUNK_BYTES
    return Span(first, last, start, min(sealed_size, end))


def damaged(name: str) -> StorageDamagedError:
    """What is said of an encrypted file that has changed."""
    return StorageDamagedError(
        f"The stored file {name[:12]} is damaged; restore it from a backup or upload it again."
    )


def _split_header(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """First the header, then the rest."""
    start = b""
    while len(start) < HEADER_BYTES and (piece := next(pieces, b"")):
        start += piece
    yield start[:HEADER_BYTES]
    yield start[HEADER_BYTES:]
    yield from pieces


def _even(pieces: Iterable[bytes], size: int) -> Iterator[bytes | memoryview]:
    """The same bytes in pieces of `size`, the last one shorter; none where there are no bytes."""
    rest = b""
    for piece in pieces:
        data = rest + piece if rest else piece
        view, whole = memoryview(data), len(data) - len(data) % size
        for start in range(0, whole, size):
            yield view[start : start + size]
        rest = bytes(view[whole:])
    if rest:
        yield rest
