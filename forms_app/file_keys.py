"""Keys of the file store: what each file is encrypted with, and what it is called there.

Everything is derived from a main key with HKDF-SHA256, each use with a word of its own, so that
nothing learnt of one use helps with another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
ID_BYTES = 8


@dataclass(frozen=True)
class FileKey:
    """A main key of 32 bytes."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """What the key is called in the store (16 hex digits); says nothing of it."""
        return self._derived(b"fieldhand key id 1", None, ID_BYTES).hex()

    def name(self, content_key: str) -> str:
        """What the file of a content (its SHA-256, hex) is called in the store.

        Equal contents have equal names, so that each is kept once. Without the main key nobody can
        tell whether a content that they know is there, as they could from its bare hash.
        """
        return hmac.new(self._name_key, content_key.encode("ascii"), hashlib.sha256).hexdigest()

    def for_file(self, salt: bytes) -> bytes:
        """The key (32 bytes) of the one file whose header has `salt`."""
        return self._derived(b"fieldhand file 1", salt, KEY_BYTES)

    @cached_property
    def _name_key(self) -> bytes:
        return self._derived(b"fieldhand names 1", None, KEY_BYTES)

    def _derived(self, use: bytes, salt: bytes | None, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=salt, info=use).derive(self.secret)


def parse_file_keys(text: str) -> tuple[FileKey, ...]:
    """The keys in a setting: 32 bytes of base64 each, separated by commas; the first encrypts.

    Raises:
        ValueError: One is not 32 bytes of base64, or stands there twice.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    keys = tuple(FileKey(_decoded(word)) for word in words)
    if len(set(keys)) != len(keys):
        raise ValueError("a key is given twice")
    return keys


def _decoded(word: str) -> bytes:
    try:
        secret = base64.b64decode(word, validate=True)
    except binascii.Error as error:
        raise ValueError("a key is not base64") from error
    if len(secret) != KEY_BYTES:
        raise ValueError("a key is not of 32 bytes")
    return secret
