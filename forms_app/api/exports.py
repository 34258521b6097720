"""Exports: asked for, watched while a worker builds them, downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.pictures import BYTES
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.exports import Export, ExportList, NewExport
from forms_app.services import exports
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id
from forms_app.web.responses import attachment

blueprint = ApiBlueprint("exports", "A batch's data as a file.")


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
    made = exports.request_export(application(), batch_id, sent["format"], current_user_id())
    return made, 202, {"Location": url_for(".get_export", export_id=made.id)}


@blueprint.get("/exports/<int:export_id>")
@blueprint.operation("getExport", Permission.EXPORT, Kind.EXPORT)
@blueprint.response(200, Export)
def get_export(export_id: int) -> Any:
    """See how far an export is."""
    return exports.get_export(application(), export_id)


@blueprint.get("/exports/<int:export_id>/file")
@blueprint.operation("downloadExport", Permission.EXPORT, Kind.EXPORT)
@blueprint.response(200, BYTES, content_type="application/octet-stream")
def download_export(export_id: int) -> Any:
    """Download a finished export; its content type says what it is."""
    filename, mimetype, chunks = exports.open_export(application(), export_id)
    return attachment(chunks, filename, mimetype)
