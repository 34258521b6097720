"""What is seen of each request: an id in every line of the log, one line, and counts.

Neither holds an address: addresses can carry what people search for.
"""

from __future__ import annotations

import logging
import time

import structlog
from flask import Flask, Response, g, request

from forms_app import metrics
from forms_app.logs import REQUEST_ID
from forms_app.origins import Origin, Source, comes_from
from forms_app.web.browser_sessions import client_address
from forms_app.web.context import application

log = structlog.get_logger(__name__)

QUIET_ENDPOINTS = frozenset({"static", "health.healthz", "metrics.metrics"})
UNKNOWN = "unknown"
API = "/api/"


def install(flask_app: Flask) -> None:
    """Watch every route of `flask_app`; after `security`, which names the request."""
    flask_app.before_request(_begin)
    flask_app.after_request(_tell)
    flask_app.teardown_request(_forget)


def _begin() -> None:
    g.begun_at = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{REQUEST_ID: g.request_id})
    source = Source.API if request.path.startswith(API) else Source.WEB
    keeps_address = application().settings.audit_addresses == "on"
    comes_from(Origin(source, client_address() if keeps_address else None))


def _tell(response: Response) -> Response:
    duration_s = time.monotonic() - g.get("begun_at", time.monotonic())
    endpoint = request.endpoint or UNKNOWN
    metrics.HTTP_REQUESTS.inc(endpoint=endpoint, method=_method(), status=response.status_code)
    metrics.HTTP_SECONDS.observe(duration_s, endpoint=endpoint)
    said = {
        "endpoint": endpoint,
        "method": _method(),
        "status": response.status_code,
        "duration_s": round(duration_s, 3),
    }
    is_quiet = response.status_code < 400 and _is_asked_all_the_time(endpoint)
    log.log(logging.DEBUG if is_quiet else logging.INFO, "request answered", **(_ids() | said))
    return response


def _is_asked_all_the_time(endpoint: str) -> bool:
    """By machines, or by open pages that look for what is new."""
    is_piece = "HX-Request" in request.headers or "X-Requested-With" in request.headers
    return endpoint in QUIET_ENDPOINTS or (is_piece and request.method == "GET")


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()
    comes_from(Origin())


def _method() -> str:
    """Anybody can make words up; each would be a metric of its own."""
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "OTHER"


def _ids() -> dict[str, object]:
    """The numbers in the address, as its route calls them."""
    return {
        name: value for name, value in (request.view_args or {}).items() if isinstance(value, int)
    }
