"""Failures as programs meet them: problem details of RFC 9457, whatever went wrong."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, g, request
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from forms_app.api.shapes.base import Given, described
from forms_app.errors import (
    ConflictError,
    FieldhandError,
    ForbiddenError,
    NotFoundError,
    TemplateError,
    TransientError,
    UserError,
)
from forms_app.reading.errors import FileTooLargeError, ReadingError
from forms_app.request_errors import (
    ChangedSinceError,
    ImageLinkError,
    InvalidRequestError,
    MatchMissingError,
    TokenRefusedError,
    TooManyRequestsError,
)

PREFIX = "/api/v1"
MIMETYPE = "application/problem+json"
TYPE_PREFIX = "urn:fieldhand:problem:"
CHALLENGE = 'Bearer realm="Fieldhand"'
RETRY_AFTER_S = 5

STATUS_OF = (
    (TokenRefusedError, 401),
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (ChangedSinceError, 412),
    (MatchMissingError, 428),
    (TooManyRequestsError, 429),
    (ConflictError, 409),
    (ImageLinkError, 410),
    (UserError, 422),
    (FileTooLargeError, 413),
    (ReadingError, 422),
    (TransientError, 503),
)
TITLES = {
    400: "The request could not be understood",
    401: "A valid API token is needed",
    403: "The token may not do this",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "Its state does not allow this",
    410: "This link does not work any more",
    412: "It has changed since",
    413: "Too large",
    415: "Not this kind of content",
    421: "Not an address of Fieldhand",
    422: "This cannot be done as asked",
    428: "An If-Match is needed",
    429: "Too many requests",
    500: "A fault of Fieldhand's own",
    503: "Not available right now",
}


class Fault(Given):
    """What is wrong at one place of a request."""

    place = fields.String(**described("`json/name`, `query/limit`: where in the request."))
    message = fields.String()


class Problem(Given):
    """A failure, as RFC 9457 has it."""

    type = fields.String(**described(f"`{TYPE_PREFIX}` and the code."))
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(**described("A sentence for a person: what happened, what to do."))
    code = fields.String(**described("A stable word for programs."))
    request_id = fields.String(**described("Under it the log tells more."))
    problems = fields.List(
        fields.String(), **described("Every fault of a template, where there are several.")
    )
    faults = fields.List(fields.Nested(Fault), **described("What is wrong with the request."))


def is_for_programs() -> bool:
    """Whether the request is the API's, which no page answers."""
    return request.path == PREFIX or request.path.startswith(f"{PREFIX}/")


def problem(
    status: int,
    code: str,
    detail: str,
    problems: tuple[str, ...] = (),
    faults: tuple[tuple[str, str], ...] = (),
) -> Response:
    """The failure as an answer."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + code,
        "title": TITLES.get(status, "This did not work"),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
        "problems": list(problems),
        "faults": [{"place": place, "message": message} for place, message in faults],
    }
    response = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MIMETYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def problem_of(error: FieldhandError) -> Response:
    """A failure of the error tree."""
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), 500)
    problems = error.problems if isinstance(error, TemplateError) else ()
    faults = error.faults if isinstance(error, InvalidRequestError) else ()
    response = problem(status, error.code, error.message, problems, faults)
    if isinstance(error, TooManyRequestsError):
        response.headers["Retry-After"] = str(error.after_s)
    return response


def problem_of_http(error: HTTPException) -> Response:
    """A failure that the web framework has found, such as a method that is not allowed."""
    status = error.code or 500
    code = error.name.lower().replace(" ", "_")
    response = problem(status, code, error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
