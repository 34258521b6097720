"""Whether Fieldhand works, and what waits in which stage."""

from __future__ import annotations

from typing import Any

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.operations import Health, Overview
from forms_app.services import operations
from forms_app.services.health import check_health
from forms_app.services.permissions import Permission
from forms_app.web.context import application

blueprint = ApiBlueprint("operations", "Whether Fieldhand works, and what waits where.")


@blueprint.get("/health")
@blueprint.operation("getHealth", None)
@blueprint.response(200, Health)
def get_health() -> Any:
    """See whether database, files and broker answer."""
    return check_health(application())


@blueprint.get("/operations")
@blueprint.operation("getOperations", Permission.ADMINISTER)
@blueprint.response(200, Overview)
def get_operations() -> Any:
    """See what waits, is worked on and has failed in every stage, and at which pace."""
    return operations.overview(application())
