"""Exports: choose what they hold, see its first rows, watch it being built, download it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from forms_app.errors import UserError
from forms_app.services import batches, exports
from forms_app.services.dto.export_choices import (
    DATE_FORMATS,
    DECIMAL_MARKS,
    ENCODINGS,
    SEPARATORS,
    ExportChoice,
)
from forms_app.services.export_formats import FORMATS as WRITTEN
from forms_app.web.context import application, current_user_id
from forms_app.web.export_choice import choice_of, column_lines
from forms_app.web.export_places import Place, at_batch, at_template, first_choice
from forms_app.web.redacting import as_allowed, refuse_hidden_export
from forms_app.web.responses import attachment


class Format(NamedTuple):
    """A kind of file that the data can leave in, and whom it is for."""

    name: str
    title: str
    purpose: str


KNOWN = (
    Format("csv", "CSV", "One row per form, for spreadsheets and statistics programs"),
    Format("xlsx", "Excel", "One row per form, all as text: leading zeros and dates survive"),
    Format("json", "JSON", "Each value with its confidence and whether a person decided it"),
    Format("jsonl", "JSON Lines", "As JSON, one form per line, for programs"),
    Format("parquet", "Parquet", "One row per form with numbers and dates as such, for analysis"),
    Format("pdf", "Searchable PDF", "The scans with what was read as text behind them"),
    Format(
        "crops", "Pictures of the fields", "Each field cut from its scan, with a list, in a ZIP"
    ),
)
# A line here waits for its writer.
FORMATS = tuple(known for known in KNOWN if known.name in tuple(WRITTEN))

EXPORTS_SHOWN = 50

blueprint = Blueprint("exports", __name__)


@blueprint.get("/batches/<int:batch_id>/export")
def index(batch_id: int) -> ResponseReturnValue:
    """What can be exported, and the exports made so far."""
    return _page(at_batch(batch_id))


@blueprint.get("/batches/<int:batch_id>/export/live")
def live(batch_id: int) -> ResponseReturnValue:
    """The list of exports while they are built."""
    return render_template("exports/_live.html", **_listed(at_batch(batch_id)))


@blueprint.post("/batches/<int:batch_id>/export")
def create(batch_id: int) -> ResponseReturnValue:
    """Have an export built."""
    return _ask(at_batch(batch_id))


@blueprint.post("/batches/<int:batch_id>/export/preview")
def preview(batch_id: int) -> ResponseReturnValue:
    """The first rows of what is chosen."""
    return _preview(at_batch(batch_id))


@blueprint.get("/templates/<int:template_id>/export")
def template_index(template_id: int) -> ResponseReturnValue:
    """As `index`, for all batches of a template."""
    return _page(at_template(template_id))


@blueprint.get("/templates/<int:template_id>/export/live")
def template_live(template_id: int) -> ResponseReturnValue:
    """As `live`."""
    return render_template("exports/_live.html", **_listed(at_template(template_id)))


@blueprint.post("/templates/<int:template_id>/export")
def template_create(template_id: int) -> ResponseReturnValue:
    """As `create`."""
    return _ask(at_template(template_id))


@blueprint.post("/templates/<int:template_id>/export/preview")
def template_preview(template_id: int) -> ResponseReturnValue:
    """As `preview`."""
    return _preview(at_template(template_id))


@blueprint.get("/exports/<int:export_id>/download")
def download(export_id: int) -> ResponseReturnValue:
    """The finished file."""
    refuse_hidden_export(export_id)
    filename, mimetype, chunks = exports.open_export(application(), export_id)
    return attachment(chunks, filename, mimetype)


@blueprint.post("/exports/<int:export_id>/delete")
def delete(export_id: int) -> ResponseReturnValue:
    """Delete an export, or end one that is being built; its line goes from the list."""
    exports.delete_export(application(), export_id, current_user_id())
    return ""


def chosen_format() -> str:
    """The format that was sent.

    Raises:
        UserError: It is none of the page.
    """
    chosen = request.form.get("format", "")
    if chosen not in {known.name for known in FORMATS}:
        raise UserError("Choose one of the formats on the page.")
    return chosen


def _page(place: Place) -> ResponseReturnValue:
    presets = place.presets()
    preset = place.preset(presets)
    choice = first_choice(preset)
    return render_template(
        "exports/index.html",
        **_listed(place),
        formats=FORMATS,
        chosen=preset.format if preset else FORMATS[0].name,
        without_columns=[name for name, written in WRITTEN.items() if not written.has_columns],
        presets=presets,
        preset=preset,
        choice=choice,
        columns=column_lines(choice, place.template) if place.template else [],
        offered_batches=place.batches(),
        date_formats=tuple(DATE_FORMATS),
        decimal_marks=DECIMAL_MARKS,
        separators=SEPARATORS,
        encodings=ENCODINGS,
    )


def _ask(place: Place) -> ResponseReturnValue:
    place.ask(chosen_format(), _choice(place))
    template = place.template if place.is_mixed else None
    preset = request.form.get("preset", type=int)
    return redirect(place.address(template=template and template.id, preset=preset), 303)


def _preview(place: Place) -> ResponseReturnValue:
    try:
        found = place.preview(chosen_format(), _choice(place))
    except UserError as error:
        return render_template("exports/_preview.html", preview=None, problem=error.message)
    return render_template("exports/_preview.html", preview=found, problem="")


def _choice(place: Place) -> ExportChoice:
    return as_allowed(choice_of(request.form, place.template, not place.is_mixed))


def _listed(place: Place) -> dict[str, Any]:
    before_id = request.args.get("before", type=int)
    found = place.list_exports(EXPORTS_SHOWN + 1, before_id)
    batch = batches.get_summary(application(), place.batch_id) if place.batch_id else None
    return {
        "place": place,
        "batch": batch,
        "template": place.template,
        "exports": found[:EXPORTS_SHOWN],
        "older": found[EXPORTS_SHOWN - 1].id if len(found) > EXPORTS_SHOWN else None,
        "before": before_id,
        "titles": {known.name: known.title for known in KNOWN},
    }
