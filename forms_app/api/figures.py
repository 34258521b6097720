"""How much is automatic, how good it is, what the rest costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.access import require_here, require_permission
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.figures import Extent, FigureReport
from forms_app.services import figures
from forms_app.services.dto.figures import By
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id

blueprint = ApiBlueprint("figures", "How much is automatic, how good it is, what the rest costs.")


@blueprint.get("/figures")
@blueprint.operation("getFigures", Permission.SEE)
@blueprint.arguments(Extent, location="query")
@blueprint.response(200, FigureReport)
def get_figures(asked: Mapping[str, Any]) -> Any:
    """Get the figures in all, and divided by day, batch, template, field or operator.

    Those of operators are for supervisors.
    """
    by = By(asked["by"])
    if by is By.OPERATOR:
        require_permission(Permission.SUPERVISE)
    for kind, name in ((Kind.BATCH, "batch_id"), (Kind.TEMPLATE, "template_id")):
        if name in asked:
            require_here(kind, asked[name])
    extent = {name: asked.get(name) for name in ("batch_id", "template_id", "days")}
    return figures.report(application(), by, **extent, project_id=current_project_id())
