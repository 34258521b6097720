"""Presets of the export page: keep what is chosen under a name, change it, delete it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request
from flask import url_for as url
from flask.typing import ResponseReturnValue

from forms_app.services import export_offers, export_presets
from forms_app.services.dto.export_choices import ExportChoice
from forms_app.web.context import application, current_user_id
from forms_app.web.export_choice import choice_of
from forms_app.web.export_places import AS_IT_COMES
from forms_app.web.exports import chosen_format

blueprint = Blueprint("export_presets", __name__, url_prefix="/templates/<int:template_id>/presets")


@blueprint.post("")
def save(template_id: int) -> ResponseReturnValue:
    """Keep what is chosen on the page under a new name."""
    preset = export_presets.save_preset(
        application(),
        template_id,
        request.form.get("preset_name", ""),
        chosen_format(),
        _choice(template_id),
        current_user_id(),
    )
    flash("The preset was saved. It can be chosen at the next export of this template.")
    return _back(template_id, preset.id)


@blueprint.post("/<int:preset_id>")
def change(template_id: int, preset_id: int) -> ResponseReturnValue:
    """Keep what is chosen on the page under the preset's name."""
    choice = _choice(template_id)
    export_presets.change_preset(
        application(), preset_id, chosen_format(), choice, current_user_id()
    )
    flash("The preset was changed.")
    return _back(template_id, preset_id)


@blueprint.post("/<int:preset_id>/default")
def make_default(template_id: int, preset_id: int) -> ResponseReturnValue:
    """Begin every export of the template with this preset, or no longer."""
    is_default = request.args.get("on", type=int) == 1
    export_presets.set_default(application(), preset_id, is_default, current_user_id())
    return _back(template_id, preset_id)


@blueprint.post("/<int:preset_id>/delete")
def delete(template_id: int, preset_id: int) -> ResponseReturnValue:
    """Delete the preset."""
    export_presets.delete_preset(application(), preset_id, current_user_id())
    flash("The preset was deleted. Exports that were made with it stay.")
    return _back(template_id, AS_IT_COMES)


def _choice(template_id: int) -> ExportChoice:
    return choice_of(request.form, export_offers.offered_template(application(), template_id))


def _back(template_id: int, preset_id: int) -> ResponseReturnValue:
    """To the page that the preset was on: a batch's, or the template's."""
    batch_id = request.args.get("batch", type=int)
    if batch_id is None:
        return redirect(
            url("exports.template_index", template_id=template_id, preset=preset_id), 303
        )
    address = url("exports.index", batch_id=batch_id, template=template_id, preset=preset_id)
    return redirect(address, 303)
