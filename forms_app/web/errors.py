"""Failures as a person meets them: a page in the look of the house, or a JSON problem for scripts.

The class of the error decides the status; its message is shown as it stands. A bug shows nothing of
itself but the request id, by which the log has the rest.
"""

from __future__ import annotations

import logging

from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from forms_app.api.problems import is_for_programs, problem, problem_of_http
from forms_app.errors import (
    ConflictError,
    FieldhandError,
    ForbiddenError,
    NotFoundError,
    TemplateError,
    TransientError,
    UserError,
)
from forms_app.reading.errors import ReadingError
from forms_app.sign_in_errors import InvitationError, NotSignedInError, TooManyTriesError
from forms_app.web.formatting import file_size
from forms_app.web.security import UPLOAD_ENDPOINT
from forms_app.web.sign_in_guard import SENT_BY_SCRIPTS, is_page_request, lead_to_sign_in

logger = logging.getLogger(__name__)

STATUS_OF = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (NotSignedInError, 401),
    (InvitationError, 410),
    (TooManyTriesError, 429),
    (UserError, 422),
    (ReadingError, 422),
    (TransientError, 503),
)
TITLES = {
    400: "This request could not be understood",
    401: "Sign in first",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "Someone else was faster",
    410: "This link does not work any more",
    413: "This upload is too large",
    421: "This is not an address of Fieldhand",
    422: "This cannot be done as asked",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "Not available right now",
}
ADVICE = {
    404: "It may have been deleted, or the address was mistyped.",
    405: "Go back and use the buttons of the page.",
    500: (
        "Nothing of yours was lost: uploaded files and finished work are kept. Try again; "
        "if it happens once more, tell whoever runs Fieldhand the request number below."
    ),
}


def wants_json() -> bool:
    """Whether a script of ours asks (fetch, htmx), rather than a person following a link."""
    if any(name in request.headers for name in SENT_BY_SCRIPTS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def install(flask_app: Flask) -> None:
    """Register the handlers."""
    flask_app.register_error_handler(FieldhandError, house_error)
    flask_app.register_error_handler(NotSignedInError, _not_signed_in)
    flask_app.register_error_handler(TooManyTriesError, _too_many_tries)
    flask_app.register_error_handler(CSRFError, _stale_page)
    flask_app.register_error_handler(RequestEntityTooLarge, _too_large)
    flask_app.register_error_handler(InternalServerError, _bug)
    flask_app.register_error_handler(HTTPException, _http_error)


def answer(
    status: int, code: str, message: str, problems: tuple[str, ...] = ()
) -> ResponseReturnValue:
    """The failure in the form the client reads: JSON `{error, message, problems, request_id}`."""
    if is_for_programs():
        return problem(status, code, message, problems)
    request_id = g.get("request_id", "")
    if wants_json():
        body = {"error": code, "message": message, "request_id": request_id}
        if problems:
            body["problems"] = list(problems)
        return jsonify(body), status
    title = TITLES.get(status, "This did not work")
    page = render_template(
        "errors/error.html",
        plain=True,
        status=status,
        title=title,
        message=message,
        problems=problems,
        request_id=request_id,
    )
    return page, status


def house_error(error: FieldhandError) -> ResponseReturnValue:
    """What is answered to a failure of the error tree."""
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), 500)
    if status >= 500:
        logger.error("request failed: %s", error.code, extra={"request_id": g.request_id})
    problems = error.problems if isinstance(error, TemplateError) else ()
    message = "The template has faults." if len(problems) > 1 else error.message
    return answer(status, error.code, message, problems if len(problems) > 1 else ())


def _not_signed_in(error: NotSignedInError) -> ResponseReturnValue:
    return lead_to_sign_in() if is_page_request() else house_error(error)


def _too_many_tries(error: TooManyTriesError) -> ResponseReturnValue:
    response = make_response(house_error(error))
    response.headers["Retry-After"] = str(error.wait_s)
    return response


def _stale_page(error: CSRFError) -> ResponseReturnValue:
    message = "This page has been open since before Fieldhand was restarted. Reload it, then retry."
    return answer(400, "stale_page", message)


def _too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    setting = "max_file_mb" if request.endpoint == UPLOAD_ENDPOINT else "max_page_mb"
    limit = file_size(request.max_content_length or 0)
    message = (
        f"One upload may have at most {limit} here (setting {setting}). Send less at once, or have "
        "the limit raised."
    )
    return answer(413, "too_large", message)


def _bug(error: InternalServerError) -> ResponseReturnValue:
    # Not the address: it may be a link that works for whoever has it.
    logger.error(
        "bug: %s %s",
        request.method,
        request.endpoint,
        extra={"request_id": g.get("request_id", "")},
    )
    return answer(500, "bug", ADVICE[500])


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    if is_for_programs():
        return problem_of_http(error)
    message = ADVICE.get(status) or error.description or ""
    return answer(status, error.name.lower().replace(" ", "_"), message)
