"""Exports: asked for, watched while a worker builds them, downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.export_choices import choice_sent
from forms_app.api.paging import stretch
from forms_app.api.pictures import BYTES
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.exports import (
    Export,
    ExportList,
    ExportPreview,
    NewExport,
    NewTemplateExport,
)
from forms_app.services import exports
from forms_app.services.dto.exports import ExportInfo
from forms_app.services.export_preview import preview_export
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id
from forms_app.web.redacting import as_allowed, refuse_hidden_export
from forms_app.web.responses import attachment

blueprint = ApiBlueprint("exports", "Data as files.")


@blueprint.get("/batches/<int:batch_id>/exports")
@blueprint.operation("listExports", Permission.EXPORT, Kind.BATCH)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ExportList)
def list_exports(paging: Mapping[str, Any], batch_id: int) -> Any:
    """List the exports of a batch, the newest first."""
    limit = paging["limit"]
    found = exports.list_exports(application(), batch_id, limit + 1, paging["after"] or None)
    return stretch(found, limit)


@blueprint.post("/batches/<int:batch_id>/exports")
@blueprint.operation("createExport", Permission.EXPORT, Kind.BATCH)
@blueprint.arguments(NewExport)
@blueprint.response(202, Export)
def create_export(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Have a batch's forms written into a file, as they stand now."""
    export_format, choice = choice_sent(sent)
    made = exports.request_export(
        application(), batch_id, export_format, current_user_id(), as_allowed(choice)
    )
    return _asked(made)


@blueprint.post("/batches/<int:batch_id>/exports/preview")
@blueprint.operation("previewExport", Permission.EXPORT, Kind.BATCH)
@blueprint.arguments(NewExport)
@blueprint.response(200, ExportPreview)
def preview_export_of_batch(sent: Mapping[str, Any], batch_id: int) -> Any:
    """See the first rows that an export of a batch would have."""
    export_format, choice = choice_sent(sent)
    return preview_export(application(), export_format, as_allowed(choice), batch_ids=[batch_id])


@blueprint.get("/templates/<int:template_id>/exports")
@blueprint.operation("listTemplateExports", Permission.EXPORT, Kind.TEMPLATE)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ExportList)
def list_template_exports(paging: Mapping[str, Any], template_id: int) -> Any:
    """List the exports over several batches of a template, the newest first."""
    limit, after = paging["limit"], paging["after"] or None
    found = exports.list_template_exports(application(), template_id, limit + 1, after)
    return stretch(found, limit)


@blueprint.post("/templates/<int:template_id>/exports")
@blueprint.operation("createTemplateExport", Permission.EXPORT, Kind.TEMPLATE)
@blueprint.arguments(NewTemplateExport)
@blueprint.response(202, Export)
def create_template_export(sent: Mapping[str, Any], template_id: int) -> Any:
    """Have a template's forms of several batches written into one file, or of all batches."""
    require_here(Kind.BATCH, *sent["batch_ids"])
    export_format, choice = choice_sent(sent)
    made = exports.request_export_of_many(
        application(),
        export_format,
        as_allowed(choice),
        current_user_id(),
        batch_ids=sent["batch_ids"],
        template_id=template_id,
    )
    return _asked(made)


@blueprint.post("/templates/<int:template_id>/exports/preview")
@blueprint.operation("previewTemplateExport", Permission.EXPORT, Kind.TEMPLATE)
@blueprint.arguments(NewTemplateExport)
@blueprint.response(200, ExportPreview)
def preview_export_of_template(sent: Mapping[str, Any], template_id: int) -> Any:
    """See the first rows that an export of several batches would have."""
    require_here(Kind.BATCH, *sent["batch_ids"])
    export_format, choice = choice_sent(sent)
    return preview_export(
        application(),
        export_format,
        as_allowed(choice),
        batch_ids=sent["batch_ids"],
        template_id=template_id,
    )


@blueprint.get("/exports/<int:export_id>")
@blueprint.operation("getExport", Permission.EXPORT, Kind.EXPORT)
@blueprint.response(200, Export)
def get_export(export_id: int) -> Any:
    """See how far an export is."""
    return exports.get_export(application(), export_id)


@blueprint.delete("/exports/<int:export_id>")
@blueprint.operation("deleteExport", Permission.EXPORT, Kind.EXPORT)
@blueprint.response(204)
def delete_export(export_id: int) -> Any:
    """Delete an export with its file; one that is being built is cancelled."""
    exports.delete_export(application(), export_id, current_user_id())


@blueprint.get("/exports/<int:export_id>/file")
@blueprint.operation("downloadExport", Permission.EXPORT, Kind.EXPORT)
@blueprint.response(200, BYTES, content_type="application/octet-stream")
def download_export(export_id: int) -> Any:
    """Download a finished export; its content type says what it is."""
    refuse_hidden_export(export_id)
    filename, mimetype, chunks = exports.open_export(application(), export_id)
    return attachment(chunks, filename, mimetype)


def _asked(made: ExportInfo) -> tuple[ExportInfo, int, dict[str, str]]:
    return made, 202, {"Location": url_for(".get_export", export_id=made.id)}
