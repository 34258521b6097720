"""In the place of a picture that retention has deleted stands one that says so."""

from __future__ import annotations

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue

from forms_app.errors import DeletedError
from forms_app.web.errors import house_error

SVG = "image/svg+xml"
PAGE_PX = (827, 1169)
CROP_PX = (640, 120)


def install(flask_app: Flask) -> None:
    """After `errors`: whoever wants a picture gets one, all others the error."""
    flask_app.register_error_handler(DeletedError, _answer)


def _answer(error: DeletedError) -> ResponseReturnValue:
    if request.accept_mimetypes.best_match(["text/html", "application/json", SVG]) != SVG:
        return house_error(error)
    width, height = CROP_PX if "crop" in request.path else PAGE_PX
    picture = render_template(
        "retention/deleted.svg", message=error.message, width=width, height=height
    )
    return Response(picture, 410, mimetype=SVG, headers={"Cache-Control": "no-store"})
