"""Who did what, what brings files in, and erasing a form for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.records import (
    Erasure,
    ErasureList,
    EventList,
    EventQuery,
    Reason,
    Sources,
)
from forms_app.services import audit_log, erasure, erasures, sources
from forms_app.services.dto.audit import AuditFilter
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id
from forms_app.web.erasures import MOST_OTHERS

blueprint = ApiBlueprint("records", "Who did what, what brings files in, erasure.")


@blueprint.get("/audit")
@blueprint.operation("listEvents", Permission.AUDIT)
@blueprint.arguments(EventQuery, location="query")
@blueprint.response(200, EventList)
def list_events(asked: Mapping[str, Any]) -> Any:
    """List who did and saw what in the project, the newest first."""
    limit, after = asked["limit"], asked["after"] or None
    wanted = {name: value for name, value in asked.items() if name not in ("limit", "after")}
    narrowed = AuditFilter(project_ids=frozenset({current_project_id()}), **wanted)
    return stretch(audit_log.list_events(application(), narrowed, limit + 1, after), limit)


@blueprint.get("/sources")
@blueprint.operation("listSources", Permission.INTAKE)
@blueprint.response(200, Sources)
def list_sources() -> Any:
    """List what brings files in by itself: whether it is there, what it took, what went wrong."""
    return {"items": sources.list_sources(application(), {current_project_id()})}


@blueprint.delete("/sources/<int:source_id>")
@blueprint.operation("forgetSource", Permission.ADMINISTER)
@blueprint.response(204)
def forget_source(source_id: int) -> Any:
    """Take a source from the list; one that is still there comes back by itself."""
    sources.forget_source(application(), source_id, current_user_id(), current_project_id())


@blueprint.post("/submissions/<int:submission_id>/erase")
@blueprint.operation("eraseSubmission", Permission.SUPERVISE, Kind.SUBMISSION)
@blueprint.arguments(Reason)
@blueprint.response(200, Erasure)
def erase_submission(sent: Mapping[str, Any], submission_id: int) -> Any:
    """Delete a filled form for good: scans, readings, decisions, and exports that hold it."""
    return erasure.erase(
        application(), submission_id, sent["reason"], current_user_id(), MOST_OTHERS
    )


@blueprint.get("/erasures")
@blueprint.operation("listErasures", Permission.SUPERVISE)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, ErasureList)
def list_erasures(paging: Mapping[str, Any]) -> Any:
    """List what was erased in the project, with certificates, the newest first."""
    limit, after = paging["limit"], paging["after"] or None
    found = erasures.list_erasures(application(), current_project_id(), limit + 1, after)
    return stretch(found, limit)


@blueprint.get("/erasures/<int:erasure_id>")
@blueprint.operation("getErasure", Permission.SUPERVISE)
@blueprint.response(200, Erasure)
def get_erasure(erasure_id: int) -> Any:
    """Get the certificate of an erasure."""
    return erasures.get_erasure(application(), erasure_id, current_project_id())
