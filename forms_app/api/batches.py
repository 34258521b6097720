"""Batches: made, listed, looked at, given more templates, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.matching import require_match
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.batches import AddedTemplates, Batch, BatchList, NewBatch
from forms_app.services import batches, outside_templates, refused_pages
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id

blueprint = ApiBlueprint("batches", "What was uploaded together, and how far it is.")


@blueprint.get("/batches")
@blueprint.operation("listBatches", Permission.SEE)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, BatchList)
def list_batches(paging: Mapping[str, Any]) -> Any:
    """List batches, the newest first."""
    limit, after = paging["limit"], paging["after"] or None
    found = batches.list_batches(application(), limit + 1, after, current_project_id())
    return stretch(found, limit)


@blueprint.post("/batches")
@blueprint.operation("createBatch", Permission.INTAKE)
@blueprint.arguments(NewBatch)
@blueprint.response(201, Batch)
def create_batch(sent: Mapping[str, Any]) -> Any:
    """Make a batch for files of one or several published form templates."""
    require_here(Kind.VERSION, *sent["version_ids"])
    made = batches.create_batch(
        application(),
        sent["version_ids"],
        sent["name"],
        current_user_id(),
        takes_any=sent["takes_any"],
        project_id=current_project_id(),
    )
    return made, 201, {"Location": url_for(".get_batch", batch_id=made.id)}


@blueprint.get("/batches/<int:batch_id>")
@blueprint.operation("getBatch", Permission.SEE, Kind.BATCH)
@blueprint.response(200, Batch)
def get_batch(batch_id: int) -> Any:
    """Look at a batch: its state, and how many files, pages, forms and fields are where."""
    return batches.get_summary(application(), batch_id)


@blueprint.post("/batches/<int:batch_id>/templates")
@blueprint.operation("addTemplates", Permission.INTAKE, Kind.BATCH)
@blueprint.arguments(AddedTemplates)
@blueprint.response(200, Batch)
def add_templates(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Let a batch hold more form templates; `retryRefused` tries pages again that fitted none."""
    require_here(Kind.VERSION, *sent["version_ids"])
    outside_templates.add_templates(application(), batch_id, sent["version_ids"], current_user_id())
    return batches.get_summary(application(), batch_id)


@blueprint.post("/batches/<int:batch_id>/retry-refused")
@blueprint.operation("retryRefused", Permission.INTAKE, Kind.BATCH)
@blueprint.response(200, Batch)
def retry_refused(batch_id: int) -> Any:
    """Have the pages that fit none of a batch's templates recognised again."""
    refused_pages.retry_refused(application(), batch_id, current_user_id())
    return batches.get_summary(application(), batch_id)


@blueprint.delete("/batches/<int:batch_id>")
@blueprint.operation("deleteBatch", Permission.SUPERVISE, Kind.BATCH)
@blueprint.response(204)
def delete_batch(batch_id: int) -> Any:
    """Delete a batch with all scans, readings and decisions."""
    require_match(Batch(), lambda: batches.get_summary(application(), batch_id))
    batches.delete_batch(application(), batch_id, current_user_id())
