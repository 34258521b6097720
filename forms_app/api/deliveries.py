"""Scheduled deliveries: what goes where and when, and the files that were made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from forms_app.api.access import require_here
from forms_app.api.declaring import ApiBlueprint
from forms_app.api.matching import require_match
from forms_app.api.paging import stretch
from forms_app.api.shapes.base import Paging
from forms_app.api.shapes.deliveries import (
    ChangedDelivery,
    DeliveryPlaces,
    DeliveryRun,
    DeliveryRunList,
    NewDelivery,
    ScheduledDeliveries,
    ScheduledDelivery,
)
from forms_app.services import deliveries
from forms_app.services.delivery_places import places
from forms_app.services.dto.deliveries import DeliveryWish
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id

DELIVERY = "/deliveries/<int:delivery_id>"
SUBJECTS = {"template_id": Kind.TEMPLATE, "batch_id": Kind.BATCH, "preset_id": Kind.PRESET}

blueprint = ApiBlueprint("deliveries", "Exports that are made on time and put into a folder.")


@blueprint.get("/deliveries")
@blueprint.operation("listDeliveries", Permission.EXPORT)
@blueprint.response(200, ScheduledDeliveries)
def list_deliveries() -> Any:
    """List the scheduled deliveries of the project, the newest first."""
    return {"items": deliveries.list_deliveries(application(), current_project_id())}


@blueprint.post("/deliveries")
@blueprint.operation("createDelivery", Permission.ADMINISTER)
@blueprint.arguments(NewDelivery)
@blueprint.response(201, ScheduledDelivery)
def create_delivery(sent: Mapping[str, Any]) -> Any:
    """Have a template's or a batch's data delivered from now on."""
    for name, kind in SUBJECTS.items():
        if sent[name] is not None:
            require_here(kind, sent[name])
    made = deliveries.create_delivery(
        application(), DeliveryWish(**sent), current_user_id(), current_project_id()
    )
    return made, 201, {"Location": url_for(".get_delivery", delivery_id=made.id)}


@blueprint.get("/delivery-places")
@blueprint.operation("listDeliveryPlaces", Permission.ADMINISTER)
@blueprint.response(200, DeliveryPlaces)
def list_places() -> Any:
    """List the folders and buckets below which deliveries may go."""
    return {"items": places(application().settings)}


@blueprint.get(DELIVERY)
@blueprint.operation("getDelivery", Permission.EXPORT, Kind.DELIVERY)
@blueprint.response(200, ScheduledDelivery)
def get_delivery(delivery_id: int) -> Any:
    """Look at a scheduled delivery and its newest file."""
    return deliveries.get_delivery(application(), delivery_id)


@blueprint.patch(DELIVERY)
@blueprint.operation("changeDelivery", Permission.ADMINISTER, Kind.DELIVERY)
@blueprint.arguments(ChangedDelivery)
@blueprint.response(200, ScheduledDelivery)
def change_delivery(sent: Mapping[str, Any], delivery_id: int) -> Any:
    """Pause a delivery, or go on with it; what is planned already still goes."""
    _require_match(delivery_id)
    change = deliveries.pause_delivery if sent["is_paused"] else deliveries.resume_delivery
    change(application(), delivery_id, current_user_id())
    return deliveries.get_delivery(application(), delivery_id)


@blueprint.delete(DELIVERY)
@blueprint.operation("deleteDelivery", Permission.ADMINISTER, Kind.DELIVERY)
@blueprint.response(204)
def delete_delivery(delivery_id: int) -> Any:
    """Deliver nothing more; files that were delivered stay where they are."""
    _require_match(delivery_id)
    deliveries.delete_delivery(application(), delivery_id, current_user_id())


@blueprint.get(f"{DELIVERY}/runs")
@blueprint.operation("listDeliveryRuns", Permission.EXPORT, Kind.DELIVERY)
@blueprint.arguments(Paging, location="query")
@blueprint.response(200, DeliveryRunList)
def list_runs(paging: Mapping[str, Any], delivery_id: int) -> Any:
    """List the files of a delivery, the newest first: made, waiting, or given up."""
    limit, after = paging["limit"], paging["after"] or None
    found = deliveries.list_runs(application(), delivery_id, limit + 1, after)
    return stretch(found, limit)


@blueprint.post(f"{DELIVERY}/runs")
@blueprint.operation("deliverNow", Permission.ADMINISTER, Kind.DELIVERY)
@blueprint.response(202, DeliveryRun)
def deliver_now(delivery_id: int) -> Any:
    """Have one more file made at once, whatever the rhythm."""
    return deliveries.deliver_now(application(), delivery_id, current_user_id())


@blueprint.post("/delivery-runs/<int:delivery_run_id>/retry")
@blueprint.operation("retryDeliveryRun", Permission.ADMINISTER, Kind.DELIVERY_RUN)
@blueprint.response(202, DeliveryRun)
def retry_run(delivery_run_id: int) -> Any:
    """Try a file again now that was given up, or waits for its next attempt."""
    return deliveries.retry_run(application(), delivery_run_id, current_user_id())


def _require_match(delivery_id: int) -> None:
    require_match(ScheduledDelivery(), lambda: deliveries.get_delivery(application(), delivery_id))
