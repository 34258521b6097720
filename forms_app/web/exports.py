"""Exports: choose a format, watch it being built by a worker, download it."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request
from flask import url_for as url
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import batches, exports
from forms_app.web.context import application, current_user_id
from forms_app.web.responses import attachment


class Format(NamedTuple):
    """A kind of file that the data can leave in, and whom it is for."""

    name: str
    title: str
    purpose: str


FORMATS = (
    Format("csv", "CSV", "One row per form, for spreadsheets and statistics programs"),
    Format("xlsx", "Excel", "One row per form, all as text: leading zeros and dates survive"),
    Format("json", "JSON", "Each value with its confidence and whether a person decided it"),
    Format("jsonl", "JSON Lines", "As JSON, one form per line, for programs"),
)

EXPORTS_SHOWN = 50

blueprint = Blueprint("exports", __name__)


@blueprint.get("/batches/<int:batch_id>/export")
def index(batch_id: int) -> ResponseReturnValue:
    """What can be exported, and the exports made so far."""
    return render_template("exports/index.html", **_state(batch_id))


@blueprint.get("/batches/<int:batch_id>/export/live")
def live(batch_id: int) -> ResponseReturnValue:
    """The list of exports while they are built."""
    return render_template("exports/_live.html", **_state(batch_id))


@blueprint.post("/batches/<int:batch_id>/export")
def create(batch_id: int) -> ResponseReturnValue:
    """Have an export built."""
    chosen = request.form.get("format", "")
    if chosen not in {known.name for known in FORMATS}:
        raise UserError("Choose one of the formats on the page.")
    exports.request_export(application(), batch_id, chosen, current_user_id())
    return redirect(url(".index", batch_id=batch_id), 303)


@blueprint.get("/exports/<int:export_id>/download")
def download(export_id: int) -> ResponseReturnValue:
    """The finished file."""
    filename, mimetype, chunks = exports.open_export(application(), export_id)
    return attachment(chunks, filename, mimetype)


def _state(batch_id: int) -> dict[str, object]:
    before_id = request.args.get("before", type=int)
    found = exports.list_exports(application(), batch_id, EXPORTS_SHOWN + 1, before_id)
    return {
        "batch": batches.get_summary(application(), batch_id),
        "exports": found[:EXPORTS_SHOWN],
        "older": found[EXPORTS_SHOWN - 1].id if len(found) > EXPORTS_SHOWN else None,
        "before": before_id,
        "formats": FORMATS,
        "titles": {known.name: known.title for known in FORMATS},
    }
