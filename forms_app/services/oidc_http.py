"""Asking the OpenID Connect provider: JSON over HTTP, with limits to time and size.

Neither proxies, redirects, cookies nor passwords from elsewhere take part: what is asked goes where
the settings and the discovery document say, and nowhere else.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from forms_app.sign_in_errors import ProviderUnavailableError

LIMIT_S = 5.0
MOST_BYTES = 1 << 20
CHUNK_BYTES = 1 << 14


def is_web_address(address: object) -> bool:
    """Whether it can be asked, or opened by a browser."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable()


def ask(
    url: str, form: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and content of what the provider answers.

    Args:
        url: Where.
        form: Sent by POST, if given.
        headers: Sent along.

    Raises:
        ProviderUnavailableError: No answer came within 5 seconds, or none that is JSON.
    """
    host = urlsplit(url).hostname or ""
    try:
        status, body = _asked(url, form, dict(headers or {}))
        content = json.loads(body)
    except (OSError, http.client.HTTPException) as error:
        raise ProviderUnavailableError(_no_answer(host, error)) from error
    except ValueError as error:
        raise ProviderUnavailableError(_no_json(host, url)) from error
    if not isinstance(content, dict):
        raise ProviderUnavailableError(_no_json(host, url))
    return status, content


def _asked(url: str, form: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
    parts = urlsplit(url)
    deadline_s = time.monotonic() + LIMIT_S
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        method = "GET" if form is None else "POST"
        connection.request(method, target, form, {"Accept": "application/json", **headers})
        answer = connection.getresponse()
        return answer.status, _read(answer, deadline_s)
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=LIMIT_S)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=LIMIT_S, context=context)


def _read(answer: http.client.HTTPResponse, deadline_s: float) -> bytes:
    body = b""
    while chunk := answer.read1(CHUNK_BYTES):
        body += chunk
        # A limit to each wait alone would let one byte at a time go on for ever.
        if time.monotonic() > deadline_s:
            raise TimeoutError
        if len(body) > MOST_BYTES:
            raise ValueError(MOST_BYTES)
    return body


def _no_answer(host: str, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        reason = f"no answer within {LIMIT_S:g} seconds"
    else:
        reason = str(getattr(error, "strerror", None) or error or type(error).__name__)
    return (
        f"The sign-in service {host} cannot be reached ({reason}). Try again in a minute; if it "
        "lasts, tell whoever runs Fieldhand."
    )


def _no_json(host: str, url: str) -> str:
    return (
        f"The sign-in service {host} does not answer as an OpenID Connect provider at {url}; "
        "whoever runs Fieldhand should look at oidc_issuer."
    )
