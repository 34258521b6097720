"""Whether Fieldhand works, what waits in which stage, and what is done where it is stuck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.shapes.operations import (
    FailedWork,
    Health,
    Overview,
    Requeued,
    Retried,
    StuckStage,
    StuckWork,
)
from forms_app.services import operations, operations_actions, operations_retrying
from forms_app.services.dto.operations import Failures, Stage, Subject
from forms_app.services.health import check_health
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_user_id

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


@blueprint.post("/operations/requeue")
@blueprint.operation("requeueStage", Permission.ADMINISTER)
@blueprint.arguments(StuckStage)
@blueprint.response(200, Requeued)
def requeue_stage(sent: Mapping[str, Any]) -> Any:
    """Send what waits in a stage to the workers again, of all projects."""
    stage = Stage(sent["stage"])
    return {"number": operations_actions.requeue(application(), stage, current_user_id())}


@blueprint.post("/operations/stop")
@blueprint.operation("stopWork", Permission.ADMINISTER)
@blueprint.arguments(StuckWork)
@blueprint.response(204)
def stop_work(sent: Mapping[str, Any]) -> Any:
    """End work that waits or is stuck: it fails, with the reason as its message."""
    subject, row_id = Subject(sent["subject"]), sent["id"]
    require_here(Kind(subject), row_id)
    operations_actions.stop(application(), subject, row_id, sent["reason"], current_user_id())


@blueprint.post("/batches/<int:batch_id>/retry-failed")
@blueprint.operation("retryFailed", Permission.ADMINISTER, Kind.BATCH)
@blueprint.arguments(FailedWork)
@blueprint.response(200, Retried)
def retry_failed(sent: Mapping[str, Any], batch_id: int) -> Any:
    """Try what has failed of a batch again, of all reasons or of one."""
    failures = Failures(Subject(sent["subject"]), sent["code"], batch_id)
    return operations_retrying.retry_all(application(), failures, current_user_id())
