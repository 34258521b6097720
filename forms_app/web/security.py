"""What guards every answer: policy headers, CSRF tokens, request ids, trusted hosts, limits."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import MisdirectedRequest
from werkzeug.routing import IntegerConverter

from forms_app.config import Settings, load_secret_key
from forms_app.web import browser_sessions, sign_in_guard
from forms_app.web.hosts import allowed_names, is_own_name

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
VENDOR_SECONDS = 365 * 24 * 3600
"""Vendored files carry their version in the name, so they never change."""

UPLOAD_ENDPOINT = "batches.upload"
FORM_OVERHEAD_BYTES = 64_000
"""What a multipart form adds around one file."""

csrf = CSRFProtect()


class _Number(IntegerConverter):
    """A number that databases hold; an address with a larger one leads nowhere."""

    regex = r"\d{1,18}"


def install(flask_app: Flask, settings: Settings) -> None:
    """Switch the guards on for every route of `flask_app`."""
    flask_app.config.update(
        SECRET_KEY=load_secret_key(settings),
        # What a form of ours carries is taken into memory; files for a batch are not.
        MAX_CONTENT_LENGTH=(settings.max_page_mb << 20) + FORM_OVERHEAD_BYTES,
        # People sit in front of one page for hours: a token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
    )
    flask_app.url_map.converters["int"] = _Number
    allowed = allowed_names(settings.allowed_hosts)
    flask_app.before_request(_name_the_request)
    flask_app.before_request(lambda: _refuse_strange_names(allowed))
    most_bytes = (settings.max_file_mb << 20) + FORM_OVERHEAD_BYTES
    flask_app.before_request(lambda: _allow_large_files(most_bytes))
    browser_sessions.install(flask_app)
    sign_in_guard.install(flask_app)
    csrf.init_app(flask_app)
    flask_app.after_request(_add_headers)


def _name_the_request() -> None:
    """Keep a proxy's request id when it is one, else make our own."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _allow_large_files(most_bytes: int) -> None:
    """Before anything, the token's check included, looks into the form."""
    if request.endpoint == UPLOAD_ENDPOINT:
        request.max_content_length = most_bytes


def _refuse_strange_names(allowed: frozenset[str]) -> None:
    # Load balancers ask without a name; metrics have a guard of their own.
    if request.endpoint in ("health.healthz", "metrics.metrics"):
        return
    if not is_own_name(request.headers.get("Host", ""), allowed):
        raise MisdirectedRequest(
            "Fieldhand does not know itself under the name in this address. Whoever runs it can "
            "add the name to the setting allowed_hosts."
        )


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-ID"] = g.get("request_id", "")
    if request.path.startswith("/static/vendor/"):
        response.cache_control.no_cache = None
        response.cache_control.max_age = VENDOR_SECONDS
        response.cache_control.immutable = True
    elif "Cache-Control" not in response.headers:
        # Pages show what people wrote on paper: no shared cache may keep them.
        response.headers["Cache-Control"] = "private, no-cache"
    return response
