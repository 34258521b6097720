"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com), so that receivers
can use its libraries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """A key as receivers are given it: `whsec_` and its bytes in Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def sign(secret: str, key: str, timestamp_s: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 of `key.timestamp.body` in Base64."""
    signed = b".".join((key.encode(), str(timestamp_s).encode(), body))
    digest = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(
    secret_list: Sequence[str], key: str, timestamp_s: int, body: bytes
) -> dict[str, str]:
    """The three headers; with several secrets any of their signatures may be looked at."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": " ".join(
            sign(secret, key, timestamp_s, body) for secret in secret_list
        ),
    }
