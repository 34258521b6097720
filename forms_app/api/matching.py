"""ETags: what has not changed is not sent again, and what has changed is not overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from marshmallow import Schema

from forms_app.request_errors import ChangedSinceError, MatchMissingError

CHANGED = "This has changed since you asked for it. Ask for it again, then repeat your change."


def add_etag(response: Response) -> Response:
    """Of every JSON answer to a GET; 304 where the program has that already."""
    if request.method == "GET" and response.status_code == 200 and response.is_json:
        response.cache_control.private = True
        response.cache_control.no_cache = True
        response.add_etag()
        response.make_conditional(request)
    return response


def require_match(shape: Schema, now: Callable[[], Any], is_needed: bool = False) -> None:
    """Go on only where the If-Match of the request names what there is now.

    Args:
        shape: Of the GET that the program has its ETag from.
        now: Gives what that GET would answer now.
        is_needed: Refuse a request without an If-Match; `*` stands for whatever there is.

    Raises:
        ChangedSinceError: It names something else.
        MatchMissingError: There is none, though one is needed.
    """
    if "If-Match" not in request.headers:
        if is_needed:
            raise MatchMissingError("Send the ETag of what you change as If-Match.")
        return
    if request.if_match.star_tag:
        return
    current = jsonify(shape.dump(now()))
    current.add_etag()
    if not request.if_match.contains(current.get_etag()[0] or ""):
        raise ChangedSinceError(CHANGED)
