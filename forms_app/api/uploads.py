"""Uploads that survive a broken connection: tus 1.0.0, as the pages speak it (`web/tus`).

`GET` tells the same as tus' `HEAD`, and in its body which file became of the upload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.uploads import NewUploadHeaders, PieceHeaders, TusHeaders, UploadState
from forms_app.api.source_reports import tell_arrived
from forms_app.services import resumable_uploads
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web import tus
from forms_app.web.context import application

PIECE = {"type": "string", "format": "binary"}

blueprint = ApiBlueprint("uploads", "Large files in pieces, by the protocol tus 1.0.0.")
blueprint.after_request(tus.add_version)


@blueprint.before_request
def _require_version() -> ResponseReturnValue | None:
    return None if request.method in ("GET", "HEAD") else tus.require_version()


@blueprint.post("/batches/<int:batch_id>/uploads")
@blueprint.operation("createUpload", Permission.INTAKE, Kind.BATCH)
@blueprint.arguments(NewUploadHeaders, location="headers")
@blueprint.response(201)
def create(_headers: Mapping[str, Any], batch_id: int) -> Any:
    """Announce a file for a batch; the header `Location` of the answer says where its bytes go."""
    return tus.create(batch_id)


@blueprint.get("/uploads/<upload_id>")
@blueprint.operation("getUpload", Permission.SEE, Kind.UPLOAD)
@blueprint.response(200, UploadState)
def state(upload_id: str) -> Any:
    """See how much of a file has arrived, and which file became of it; tus asks by `HEAD`."""
    upload = resumable_uploads.get_upload(application(), upload_id)
    headers = tus.progress(upload) | {"Upload_Length": str(upload.size)}
    return upload, 200, {name.replace("_", "-"): value for name, value in headers.items()}


@blueprint.patch("/uploads/<upload_id>")
@blueprint.operation("appendToUpload", Permission.INTAKE, Kind.UPLOAD)
@blueprint.arguments(PieceHeaders, location="headers")
@blueprint.doc(requestBody={"required": True, "content": {tus.PART_TYPE: {"schema": PIECE}}})
@blueprint.response(204)
def append(_headers: Mapping[str, Any], upload_id: str) -> Any:
    """Send the next bytes of a file, from `Upload-Offset` on."""
    answered = tus.append(upload_id)
    tell_arrived(upload_id)
    return answered


@blueprint.delete("/uploads/<upload_id>")
@blueprint.operation("deleteUpload", Permission.INTAKE, Kind.UPLOAD)
@blueprint.arguments(TusHeaders, location="headers")
@blueprint.response(204)
def terminate(_headers: Mapping[str, Any], upload_id: str) -> Any:
    """Forget what has arrived of a file; one that is in its batch stays there."""
    return tus.terminate(upload_id)
