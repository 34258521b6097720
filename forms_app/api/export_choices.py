"""What a program chooses of an export, and presets of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.exports import Default, NewPreset, Preset, Presets, SentPreset
from forms_app.request_errors import InvalidRequestError
from forms_app.services import export_presets
from forms_app.services.dto.export_choices import ExportChoice, choice_from_json
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id

PRESET = "/presets/<int:preset_id>"

blueprint = ApiBlueprint("presets", "Choices for exports that are kept under a name.")


@blueprint.get("/templates/<int:template_id>/presets")
@blueprint.operation("listPresets", Permission.EXPORT, Kind.TEMPLATE)
@blueprint.response(200, Presets)
def list_presets(template_id: int) -> Any:
    """List the presets of a template; there are 100 at most."""
    return {"items": export_presets.list_presets(application(), template_id)}


@blueprint.post("/templates/<int:template_id>/presets")
@blueprint.operation("savePreset", Permission.EXPORT, Kind.TEMPLATE)
@blueprint.arguments(NewPreset)
@blueprint.response(201, Preset)
def save_preset(sent: Mapping[str, Any], template_id: int) -> Any:
    """Keep a choice for exports under a name."""
    export_format, choice = choice_sent(sent)
    made = export_presets.save_preset(
        application(), template_id, sent["name"], export_format, choice, current_user_id()
    )
    return made, 201, {"Location": url_for(".get_preset", preset_id=made.id)}


@blueprint.get(PRESET)
@blueprint.operation("getPreset", Permission.EXPORT, Kind.PRESET)
@blueprint.response(200, Preset)
def get_preset(preset_id: int) -> Any:
    """Look at a preset."""
    return export_presets.get_preset(application(), preset_id)


@blueprint.put(PRESET)
@blueprint.operation("changePreset", Permission.EXPORT, Kind.PRESET)
@blueprint.arguments(SentPreset)
@blueprint.response(200, Preset)
def change_preset(sent: Mapping[str, Any], preset_id: int) -> Any:
    """Keep another choice under a preset's name."""
    return export_presets.change_preset(
        application(), preset_id, *choice_sent(sent), current_user_id()
    )


@blueprint.delete(PRESET)
@blueprint.operation("deletePreset", Permission.EXPORT, Kind.PRESET)
@blueprint.response(204)
def delete_preset(preset_id: int) -> Any:
    """Delete a preset; exports that were made with it stay."""
    export_presets.delete_preset(application(), preset_id, current_user_id())


@blueprint.put(f"{PRESET}/default")
@blueprint.operation("setDefaultPreset", Permission.EXPORT, Kind.PRESET)
@blueprint.arguments(Default)
@blueprint.response(200, Preset)
def set_default(sent: Mapping[str, Any], preset_id: int) -> Any:
    """Have exports of the template begin with this preset instead of another, or no longer."""
    is_default, user_id = sent["is_default"], current_user_id()
    return export_presets.set_default(application(), preset_id, is_default, user_id)


def choice_sent(sent: Mapping[str, Any]) -> tuple[str, ExportChoice]:
    """Format and choice of a request: those of its preset where it names one.

    Raises:
        InvalidRequestError: It names neither a preset nor a format.
        NotFoundError: The preset, or the choice's template, is not there.
    """
    preset_id, chosen = sent.get("preset_id"), sent["choice"]
    if preset_id is not None:
        require_here(Kind.PRESET, preset_id)
        preset = export_presets.get_preset(application(), preset_id)
        return preset.format, preset.choice
    if sent["format"] is None:
        message = "Name a format, or a preset."
        raise InvalidRequestError("The request is not as it must be.", (("json/format", message),))
    if chosen.get("template_id") is not None:
        require_here(Kind.TEMPLATE, chosen["template_id"])
    return sent["format"], choice_from_json(chosen)
