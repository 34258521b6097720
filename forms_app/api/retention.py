"""How long what is kept in the token's project, and what was deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.matching import require_match
from forms_app.api.shapes.retention import DueCounts, PastDeletions, Retention, SentRetention
from forms_app.services import retention
from forms_app.services.dto.retention import RetentionRules
from forms_app.services.permissions import Permission
from forms_app.web.context import application, current_project_id, current_user_id

blueprint = ApiBlueprint("retention", "How long what is kept (docs/privacy.md).")


@blueprint.get("/retention")
@blueprint.operation("getRetention", Permission.ADMINISTER)
@blueprint.response(200, Retention)
def get_retention() -> Any:
    """See for how long what is kept in the project."""
    return _rules()


@blueprint.put("/retention")
@blueprint.operation("setRetention", Permission.ADMINISTER)
@blueprint.arguments(SentRetention)
@blueprint.response(200, Retention)
def set_retention(sent: Mapping[str, Any]) -> Any:
    """Say for how long what is kept; what is due is deleted within the next minutes."""
    require_match(Retention(), _rules)
    rules = RetentionRules(**sent)
    retention.set_rules(application(), current_project_id(), rules, current_user_id())
    return _rules()


@blueprint.post("/retention/preview")
@blueprint.operation("previewRetention", Permission.ADMINISTER)
@blueprint.arguments(SentRetention)
@blueprint.response(200, DueCounts)
def preview_retention(sent: Mapping[str, Any]) -> Any:
    """See how much those times would delete now; nothing is changed."""
    return {"items": retention.preview(application(), current_project_id(), RetentionRules(**sent))}


@blueprint.get("/retention/deletions")
@blueprint.operation("listDeletions", Permission.ADMINISTER)
@blueprint.response(200, PastDeletions)
def list_deletions() -> Any:
    """List what was deleted in the project lately, by these times or by an erasure."""
    return {"items": retention.past_deletions(application(), current_project_id())}


def _rules() -> RetentionRules:
    return retention.rules_of(application(), current_project_id())
