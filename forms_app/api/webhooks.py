"""Webhooks, for administrators: endpoints of the token's project, and what was delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for

from forms_app.api.declaring import ApiBlueprint
from forms_app.api.paging import stretch
from forms_app.api.shapes.webhooks import (
    DeliveryList,
    DeliveryQuery,
    Endpoint,
    Endpoints,
    EndpointSecret,
    SentEndpoint,
    Switch,
)
from forms_app.services import webhook_deliveries, webhooks
from forms_app.services.dto.webhooks import Endpoint as EndpointInfo
from forms_app.services.dto.webhooks import EndpointWish
from forms_app.services.permissions import Permission
from forms_app.services.project_of import Kind
from forms_app.web.context import application, current_project_id, current_user_id

ENDPOINT = "/webhooks/<int:endpoint_id>"

blueprint = ApiBlueprint("webhooks", "Who is told of what happens (docs/webhooks.md).")


@blueprint.get("/webhooks")
@blueprint.operation("listWebhooks", Permission.ADMINISTER)
@blueprint.response(200, Endpoints)
def list_webhooks() -> Any:
    """List the endpoints of the project."""
    return {"items": webhooks.list_endpoints(application(), current_project_id())}


@blueprint.post("/webhooks")
@blueprint.operation("createWebhook", Permission.ADMINISTER)
@blueprint.arguments(SentEndpoint)
@blueprint.response(201, EndpointSecret)
def create_webhook(sent: Mapping[str, Any]) -> Any:
    """Make an endpoint; its secret is in this answer alone."""
    made = webhooks.create_endpoint(
        application(), current_project_id(), EndpointWish(**sent), current_user_id()
    )
    location = url_for(".get_webhook", endpoint_id=made.endpoint.id)
    return made, 201, {"Location": location}


@blueprint.get(ENDPOINT)
@blueprint.operation("getWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(200, Endpoint)
def get_webhook(endpoint_id: int) -> Any:
    """Look at an endpoint: whether it answers, and what waits for it."""
    return webhooks.get_endpoint(application(), endpoint_id)


@blueprint.put(ENDPOINT)
@blueprint.operation("changeWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.arguments(SentEndpoint)
@blueprint.response(200, Endpoint)
def change_webhook(sent: Mapping[str, Any], endpoint_id: int) -> Any:
    """Change an endpoint's name, address or events."""
    return _after(webhooks.change_endpoint, endpoint_id, EndpointWish(**sent))


@blueprint.delete(ENDPOINT)
@blueprint.operation("deleteWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(204)
def delete_webhook(endpoint_id: int) -> Any:
    """Delete an endpoint with its deliveries."""
    webhooks.delete_endpoint(application(), endpoint_id, current_user_id())


@blueprint.patch(ENDPOINT)
@blueprint.operation("switchWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.arguments(Switch)
@blueprint.response(200, Endpoint)
def switch_webhook(sent: Mapping[str, Any], endpoint_id: int) -> Any:
    """Switch an endpoint on or off; what happens while it is off it is never told."""
    return _after(webhooks.switch, endpoint_id, sent["is_enabled"])


@blueprint.post(f"{ENDPOINT}/secret")
@blueprint.operation("rotateWebhookSecret", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(200, EndpointSecret)
def rotate_secret(endpoint_id: int) -> Any:
    """Make a new secret; the old one signs beside it for a day."""
    return webhooks.rotate_secret(application(), endpoint_id, current_user_id())


@blueprint.post(f"{ENDPOINT}/ping")
@blueprint.operation("pingWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(202, Endpoint)
def ping_webhook(endpoint_id: int) -> Any:
    """Send an endpoint an event that says nothing, at once."""
    return _after(webhooks.ping, endpoint_id)


@blueprint.get(f"{ENDPOINT}/deliveries")
@blueprint.operation("listWebhookDeliveries", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.arguments(DeliveryQuery, location="query")
@blueprint.response(200, DeliveryList)
def list_deliveries(asked: Mapping[str, Any], endpoint_id: int) -> Any:
    """List what was delivered to an endpoint and what was given up, the newest first."""
    limit, after = asked["limit"], asked["after"] or None
    found = webhook_deliveries.list_deliveries(
        application(), endpoint_id, limit + 1, after, asked.get("state")
    )
    return stretch(found, limit)


@blueprint.post(f"{ENDPOINT}/deliveries/<int:delivery_id>/redeliver")
@blueprint.operation("redeliverWebhook", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(202, Endpoint)
def redeliver(endpoint_id: int, delivery_id: int) -> Any:
    """Send a delivery again, whatever came of it."""
    return _after(webhook_deliveries.redeliver, endpoint_id, delivery_id)


@blueprint.post(f"{ENDPOINT}/redeliver-dead")
@blueprint.operation("redeliverDeadWebhooks", Permission.ADMINISTER, Kind.ENDPOINT)
@blueprint.response(202, Endpoint)
def redeliver_dead(endpoint_id: int) -> Any:
    """Send everything again that was given up for an endpoint."""
    return _after(webhook_deliveries.redeliver_dead, endpoint_id)


def _after(act: Callable[..., object], endpoint_id: int, *more: object) -> EndpointInfo:
    """The endpoint as it is once something was done with it."""
    act(application(), endpoint_id, *more, current_user_id())
    return webhooks.get_endpoint(application(), endpoint_id)
