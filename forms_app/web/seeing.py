"""Which answers show what people wrote: who asked for them is written down before they leave."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from forms_app.errors import FieldhandError
from forms_app.services.audit_log import record
from forms_app.services.seeing import note_seen
from forms_app.web.context import application, current_user_id

FORM = ("submission", "submission_id")
PAGE = ("page", "page_id")
EXPORT = ("export", "export_id")
# Endpoint: the kind of thing that it shows, and the argument of its address with the thing's id.
# What shows several things at once, or says so in its body alone, calls `note_seen` itself.
SHOWS = {
    "api_pages.get_page_image": PAGE,
    "api_pages.get_scan": PAGE,
    "api_submissions.get_field": FORM,
    "api_submissions.get_field_history": FORM,
    "api_submissions.get_field_image": FORM,
    "api_submissions.get_submission": FORM,
    # A few forms of it, in rows.
    "exports.preview": ("batch", "batch_id"),
    "exports.template_preview": ("form_template", "template_id"),
    "glyph_sheets.strip": PAGE,
    "pages.laid_image": PAGE,
    "pages.scan_image": PAGE,
    "pages.show": PAGE,
    "review.crop_image": FORM,
    "review.form": FORM,
    "review.page_image": FORM,
    "review_field.history": FORM,
    "review_field.take": FORM,
    "review_field.value_before": FORM,
    "review_work.item": FORM,
}
# What is taken out, each time.
GIVES = {"api_exports.download_export": EXPORT, "exports.download": EXPORT}
SHOWN = frozenset({200, 206, 304})


def install(flask_app: Flask) -> None:
    """Watch every answer of `flask_app`."""
    flask_app.after_request(_note)


def _note(response: Response) -> Response:
    endpoint = request.endpoint or ""
    told = SHOWS.get(endpoint) or GIVES.get(endpoint)
    if told is None or response.status_code not in SHOWN:
        return response
    kind, argument = told
    subject_id = (request.view_args or {})[argument]
    try:
        if endpoint in GIVES:
            record(application(), "download", kind, subject_id, current_user_id())
        else:
            note_seen(application(), current_user_id(), kind, [subject_id])
    except FieldhandError as error:
        return current_app.make_response(current_app.handle_user_exception(error))
    return response
