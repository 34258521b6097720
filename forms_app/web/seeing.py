"""Which answers show what people wrote: who asked for them is written down before they leave."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from forms_app.errors import FieldhandError
from forms_app.services.seeing import note_seen
from forms_app.web.context import application, current_user_id

# Endpoint: the kind of thing that it shows, and the argument of its address with the thing's id.
# What shows several things at once, or says so in its body alone, calls `note_seen` itself.
SHOWS = {
    "review.form": ("submission", "submission_id"),
    "review.crop_image": ("submission", "submission_id"),
    "review.page_image": ("submission", "submission_id"),
    "review_work.item": ("submission", "submission_id"),
    "review_field.take": ("submission", "submission_id"),
    "review_field.history": ("submission", "submission_id"),
    "review_field.value_before": ("submission", "submission_id"),
    "pages.show": ("page", "page_id"),
    "pages.scan_image": ("page", "page_id"),
    "pages.laid_image": ("page", "page_id"),
    "glyph_sheets.strip": ("page", "page_id"),
}
SHOWN = frozenset({200, 304})


def install(flask_app: Flask) -> None:
    """Watch every answer of `flask_app`."""
    flask_app.after_request(_note)


def _note(response: Response) -> Response:
    shown = SHOWS.get(request.endpoint or "")
    if shown is None or response.status_code not in SHOWN:
        return response
    subject_type, argument = shown
    try:
        subject_id = (request.view_args or {})[argument]
        note_seen(application(), current_user_id(), subject_type, [subject_id])
    except FieldhandError as error:
        return current_app.make_response(current_app.handle_user_exception(error))
    return response
