"""The files of a batch: added whole, listed, tried again, taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from flask import request, url_for

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.batches import File, FileList
from forms_app.api.shapes.uploads import UploadedFile
from forms_app.api.source_reports import tell_added
from forms_app.services import file_lists, page_actions, uploads
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id
from forms_app.web.security import FORM_OVERHEAD_BYTES

blueprint = ApiBlueprint("files", "Uploaded files, and how far each is.")


@blueprint.before_request
def _allow_large_files() -> None:
    """Before anything looks into the form."""
    if request.endpoint == "api_files.upload_file":
        most_bytes = application().settings.max_file_mb << 20
        request.max_content_length = most_bytes + FORM_OVERHEAD_BYTES


@blueprint.get("/batches/<int:batch_id>/files")
@blueprint.operation("listFiles", Permission.SEE, Kind.BATCH)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, FileList)
def list_files(paging: Mapping[str, Any], batch_id: int) -> Any:
    """List the files of a batch in the order of their upload."""
    limit = paging["limit"]
    found = file_lists.files_after(application(), batch_id, limit + 1, paging["after"] or None)
    return stretch(found, limit)


@blueprint.post("/batches/<int:batch_id>/files")
@blueprint.operation("uploadFile", Permission.INTAKE, Kind.BATCH)
@blueprint.arguments(UploadedFile, location="files")
@blueprint.response(201, File)
def upload_file(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Upload one file into a batch and have it read.

    A file that cannot be read is kept in the list with state `failed` and its reason; content that
    the batch has already gets the state `duplicate`.
    """
    upload = sent["file"]
    added = uploads.add_file(
        application(),
        batch_id,
        upload.filename or "",
        cast(BinaryIO, upload.stream),
        user_id=current_user_id(),
    )
    tell_added(added)
    return added, 201, {"Location": url_for(".get_file", file_id=added.id)}


@blueprint.get("/files/<int:file_id>")
@blueprint.operation("getFile", Permission.SEE, Kind.FILE)
@blueprint.response(200, File)
def get_file(file_id: int) -> Any:
    """Look at one file: its state, and which of its pages failed and why."""
    return file_lists.get_file(application(), file_id)


@blueprint.delete("/files/<int:file_id>")
@blueprint.operation("deleteFile", Permission.INTAKE, Kind.FILE)
@blueprint.response(204)
def delete_file(file_id: int) -> Any:
    """Take a file out of its batch, with its scans, readings and decisions."""
    uploads.remove_file(application(), file_id, current_user_id())


@blueprint.post("/files/<int:file_id>/retry")
@blueprint.operation("retryFile", Permission.INTAKE, Kind.FILE)
@blueprint.response(200, File)
def retry_file(file_id: int) -> Any:
    """Read a failed file again."""
    return uploads.retry_file(application(), file_id, current_user_id())


@blueprint.post("/files/<int:file_id>/sort")
@blueprint.operation("sortFile", Permission.INTAKE, Kind.FILE)
@blueprint.response(200, File)
def sort_file(file_id: int) -> Any:
    """Take a file's pages in the order they were scanned, where their order is in doubt."""
    page_actions.sort_as_scanned(application(), file_id, current_user_id())
    return file_lists.get_file(application(), file_id)
