"""How often a token may ask: a sliding minute, counted in the broker where several web processes
share it, else in this process."""

from __future__ import annotations

import logging
import math
import time
from typing import Literal, cast

from flask import Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from forms_app.api.authentication import bearer
from forms_app.config import Settings
from forms_app.request_errors import TooManyRequestsError

EXTENSION = "fieldhand-api-limits"
WINDOW_S = 60

Counted = Literal["token", "links"]
SAID: dict[Counted, str] = {
    "token": "This token has asked",
    "links": "The links of this token were followed",
}

logger = logging.getLogger(__name__)


class Limits:
    """Counts the requests of each token."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.api_requests_per_minute
        self._item = RateLimitItemPerMinute(max(self._most, 1), namespace="fieldhand-api")
        self._strategy = SlidingWindowCounterRateLimiter(_storage(settings))

    def count(self, token_id: int, of: Counted = "token") -> str | None:
        """Count one request of a token; gives the header that says what is left.

        Args:
            token_id: Which one.
            of: What is counted for it, apart from all else.

        Raises:
            TooManyRequestsError: It is one too many.
        """
        if not self._most:
            return None
        try:
            is_allowed = self._strategy.hit(self._item, of, str(token_id))
            reset_at, left = self._strategy.get_window_stats(self._item, of, str(token_id))
        except StorageError:
            # A broker that is away must not shut programs out.
            logger.warning("requests are not counted: the broker does not answer")
            return None
        after_s = max(1, math.ceil(reset_at - time.time()))
        if not is_allowed:
            raise TooManyRequestsError(
                f"{SAID[of]} {self._most} times within a minute; ask again in {after_s} seconds.",
                after_s,
            )
        return f'"token";r={left};t={after_s}'

    @property
    def policy(self) -> str:
        """The header that says what is allowed."""
        return f'"token";q={self._most};w={WINDOW_S}'


def count_request() -> None:
    """Before a request is carried out; a browser's few are not counted.

    Raises:
        TooManyRequestsError: Its token has asked too often.
    """
    found = bearer()
    if found is not None:
        g.api_left = _limits().count(found.token_id)


def count_link(token_id: int) -> None:
    """Before a link is followed that was made with a token. Those who have links use nothing up of
    what its program may ask itself.

    Raises:
        TooManyRequestsError: The token's links have been followed too often.
    """
    _limits().count(token_id, "links")


def say_what_is_left(response: Response) -> Response:
    """Add the headers of draft-ietf-httpapi-ratelimit-headers-10."""
    if g.get("api_left"):
        response.headers["RateLimit-Policy"] = _limits().policy
        response.headers["RateLimit"] = g.api_left
    return response


def _limits() -> Limits:
    return cast(Limits, current_app.extensions[EXTENSION])


def _storage(settings: Settings) -> Storage:
    address = settings.broker_url
    is_shared = address.startswith(("redis://", "rediss://"))
    options = {"wrap_exceptions": True} | ({"socket_timeout": 2} if is_shared else {})
    return cast(Storage, storage_from_string(address if is_shared else "memory://", **options))
