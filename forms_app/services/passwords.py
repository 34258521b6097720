"""Passwords: what they are kept as, and which are taken.

Argon2id with the parameters of RFC 9106 for where memory is limited: 3 passes over 64 MiB.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from forms_app.errors import UserError

LEAST_LENGTH = 10
MOST_LENGTH = 200
# A word of fewer different characters is a pattern: aaaaaaaaaa, 1212121212.
LEAST_DIFFERENT = 5
# Some of those that everybody tries first, and that are long enough to be taken otherwise.
WELL_KNOWN = frozenset(
    (
        "1234567890",
        "12345678910",
        "0123456789",
        "0987654321",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "qwertyuiop",
        "qwerty1234",
        "qwerty12345",
        "qwerty123456",
        "1qaz2wsx3edc",
        "zaq12wsxcde3",
        "password12",
        "password123",
        "password1234",
        "password12345",
        "passw0rd123",
        "p@ssw0rd123",
        "administrator",
        "admin12345",
        "admin123456",
        "welcome123",
        "welcome1234",
        "letmein1234",
        "iloveyou123",
        "changeme123",
        "fieldhand1",
        "fieldhand12",
        "fieldhand123",
    )
)

HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""What passwords are kept with; tests that sign in often take a quicker one."""

# Each takes 64 MiB and all cores: strangers who try must not take the memory of the pages.
_AT_ONCE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """What is kept of a password: salt, parameters and hash in one text."""
    with _AT_ONCE:
        return HASHER.hash(_normal(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is the password of which `password_hash` was kept.

    Where there is none, False after as long a time: nobody learns which logins exist.
    """
    with _AT_ONCE:
        try:
            HASHER.verify(password_hash or _nobodys_hash(), _normal(password)[: 4 * MOST_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than passwords are kept with now."""
    return HASHER.check_needs_rehash(password_hash)


def refuse_weak(password: str, login: str) -> None:
    """Nothing, if `password` can be taken for somebody who signs in as `login`.

    Raises:
        UserError: It is too short or long, or easily guessed.
    """
    if len(password) < LEAST_LENGTH:
        raise UserError(f"A password has at least {LEAST_LENGTH} characters.")
    if len(password) > MOST_LENGTH:
        raise UserError(f"A password has at most {MOST_LENGTH} characters.")
    plain = _normal(password).casefold()
    is_pattern = len(set(plain)) < LEAST_DIFFERENT
    if is_pattern or plain in WELL_KNOWN or plain.strip("0123456789!.") == login.casefold():
        raise UserError(
            "This password is among the first that a stranger would try; choose another one."
        )


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return HASHER.hash("nobody")


def _normal(password: str) -> str:
    """The same letters from every keyboard: an ü may be typed as one character or as two."""
    return unicodedata.normalize("NFKC", password)
